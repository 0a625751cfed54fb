"""Where variables come from, and which place wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from drystone.settings.variables import Variable, VariableFault, Variables


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def read(env_file: Path, **environ: str) -> Variables:
    return Variables.from_process(environ, env_file=env_file)


def test_the_environment_wins_over_the_file_and_the_flag_over_both(env_file: Path) -> None:
    env_file.write_text("A=file\nB=file\nC=file\n")
    variables = read(env_file, B="environment", C="environment").with_flags({"C": ("--c", "flag")})
    assert [variables.get(name) for name in "ABC"] == [
        Variable("A", "file", f"{env_file}:1"),
        Variable("B", "environment", "environment"),
        Variable("C", "flag", "--c"),
    ]


def test_a_flag_that_is_not_given_changes_nothing(env_file: Path) -> None:
    variables = read(env_file, PORT="1").with_flags({"PORT": ("--port", None)})
    assert variables.get("PORT") == Variable("PORT", "1", "environment")


def test_no_file_is_no_fault(env_file: Path) -> None:
    assert read(env_file).faults == ()


def test_an_empty_variable_is_not_set_and_hides_nothing(env_file: Path) -> None:
    env_file.write_text("PORT=9000\nHOST=\n")
    variables = read(env_file, PORT="")
    assert variables.get("PORT") == Variable("PORT", "9000", f"{env_file}:1")
    assert variables.get("HOST") is None


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("A=plain # comment", "plain"),
        ('A="two words"', "two words"),
        ("A='single $HOME'", "single $HOME"),
        ("export A=exported", "exported"),
        ("A=pa${ss}word", "pa${ss}word"),
        ("A=first\nA=second", "second"),
    ],
)
def test_the_grammar_of_the_file(env_file: Path, line: str, text: str) -> None:
    env_file.write_text(f"\ufeff# comment\n\n{line}\n", encoding="utf-8")
    variable = read(env_file).get("A")
    assert variable is not None
    assert variable.text == text


def test_a_line_that_is_none_is_a_fault_that_names_file_and_line(env_file: Path) -> None:
    env_file.write_text("A=1\n= what\nB=2\n")
    variables = read(env_file)
    assert variables.faults == (
        f"{env_file}:2: is not NAME=value; mend it, or begin the line with #",
    )
    assert variables.get("B") is not None


def test_a_file_that_is_not_text_is_one_fault(env_file: Path) -> None:
    env_file.write_bytes(b"\xff\xfe\x00")
    (fault,) = read(env_file).faults
    assert fault.startswith(f"{env_file}: cannot be read (")


def test_a_file_of_any_size_is_not_read_whole(env_file: Path) -> None:
    env_file.write_text("A" * (1024 * 1024 + 1))
    (fault,) = read(env_file).faults
    assert "is it the right file?" in fault


def test_a_secret_can_be_in_a_file_of_its_own(env_file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n")
    variables = read(env_file, KEY_FILE=str(secret))
    assert variables.get_secret("KEY") == Variable("KEY", "hunter2", str(secret))


def test_a_secret_in_two_places_at_once_is_a_fault(env_file: Path) -> None:
    with pytest.raises(VariableFault, match="KEY and KEY_FILE are both set"):
        read(env_file, KEY="a", KEY_FILE="b").get_secret("KEY")


def test_the_nearer_place_of_a_secret_counts(env_file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file")
    env_file.write_text("KEY=from .env")
    near = read(env_file, KEY_FILE=str(secret)).get_secret("KEY")
    env_file.write_text(f"KEY_FILE={secret}")
    far = read(env_file, KEY="from the environment").get_secret("KEY")
    assert near is not None
    assert far is not None
    assert (near.text, far.text) == ("from a file", "from the environment")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\n", "is empty"),
        (b"\xff", "is not UTF-8 text"),
        (b"a" * (64 * 1024 + 1), "is over 65536 bytes"),
    ],
)
def test_a_secrets_file_that_cannot_be_used(
    env_file: Path, tmp_path: Path, content: bytes | None, what: str
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content)
    with pytest.raises(VariableFault) as caught:
        read(env_file, KEY_FILE=str(secret)).get_secret("KEY")
    assert str(caught.value).startswith(f"KEY_FILE={secret}: {what}")


def test_export_sets_what_is_missing_and_what_flags_say(env_file: Path) -> None:
    env_file.write_text("A=file\nB=file\nC=file\n")
    environ = {"B": "environment", "C": "environment"}
    read(env_file, **environ).with_flags({"C": ("--c", "flag")}).export(environ)
    assert environ == {"A": "file", "B": "environment", "C": "flag"}


def test_text_that_is_shown_stays_on_one_line() -> None:
    shown = Variable("A", "a\nb" + "c" * 1000, "environment").show(secret=False)
    assert "\n" not in shown
    assert len(shown) < 120
