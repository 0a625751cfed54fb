"""Variables into dataclasses: every mistake at once, and nothing secret shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drystone.http.limits import Limits
from drystone.settings import Settings, SettingsError, SettingsReader, Variables
from drystone.settings.reader import DescribedSetting, setting, variables_of
from drystone.settings.values import parse_text

NOWHERE = Path("/nonexistent/.env")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    max_rows: int = 100
    wait_seconds: float = 2.5
    strict: bool = False
    label: str = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    user: str = setting("LOGIN_USER", parse_text, default="nobody")
    password: str | None = setting("LOGIN_PASSWORD", parse_text, default=None, secret=True)

    def __post_init__(self) -> None:
        if self.user != "nobody" and self.password is None:
            raise ValueError("LOGIN_PASSWORD: is not set\nLOGIN_USER: is of no use")


def reader(**environ: str) -> SettingsReader:
    return SettingsReader(Variables.from_process(environ, env_file=NOWHERE))


def mistakes_of(subject: SettingsReader) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        subject.finish()
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return caught.value.mistakes


def test_fields_are_read_by_name_and_type() -> None:
    subject = reader(
        DRYSTONE_MAX_ROWS="7",
        DRYSTONE_WAIT_SECONDS="0.5",
        DRYSTONE_STRICT="true",
        DRYSTONE_LABEL="b",
    )
    assert subject.read(Bounds) == Bounds(max_rows=7, wait_seconds=0.5, strict=True, label="b")
    subject.finish()


def test_the_servers_limits_are_settings() -> None:
    subject = reader(DRYSTONE_MAX_HEAD_BYTES="1000", DRYSTONE_DRAIN_SECONDS="2")
    assert subject.read(Limits) == Limits(max_head_bytes=1000, drain_seconds=2.0)
    subject.finish()


def test_defaults_stand_in_for_the_class_s_own_and_below_what_is_set() -> None:
    subject = reader(DRYSTONE_MAX_ROWS="7")
    read = subject.read(Bounds, defaults={"max_rows": 8, "label": "c"})
    assert (read.max_rows, read.label) == (7, "c")


def test_every_mistake_of_every_class_is_named_at_once() -> None:
    subject = reader(DRYSTONE_MAX_ROWS="-1", DRYSTONE_STRICT="on", LOGIN_USER="ann")
    subject.read(Bounds)
    subject.read(Login)
    assert mistakes_of(subject) == (
        "DRYSTONE_MAX_ROWS=-1: is out of range; write at least 0",
        "DRYSTONE_STRICT=on: is neither true nor false; write one of them",
        "LOGIN_PASSWORD: is not set",
        "LOGIN_USER: is of no use",
    )


def test_a_flag_is_named_as_it_was_typed() -> None:
    variables = Variables.from_process({"DRYSTONE_MAX_ROWS": "5"}, env_file=NOWHERE)
    subject = SettingsReader(variables.with_flags({"DRYSTONE_MAX_ROWS": ("--max-rows", "x")}))
    subject.read(Bounds)
    (mistake,) = mistakes_of(subject)
    assert mistake.startswith("--max-rows x: is not a whole number")


def test_a_faulty_line_of_the_file_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("=\n")
    subject = SettingsReader(Variables.from_process({}, env_file=file))
    assert mistakes_of(subject) == (
        f"{file}:1: is not NAME=value; mend it, or begin the line with #",
    )


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    subject = reader(
        DRYSTONE_SECRET_KEY="short-hunter2",
        DATABASE_URL="hunter2://h",
        DRYSTONE_DATABASE_READ_URL="postgresql://u:hunter2@h/d",
        DRYSTONE_DATABASE_DIRECT_URL_FILE=str(tmp_path / "absent"),
    )
    subject.read(Settings)
    shown = [*mistakes_of(subject), *map(str, subject.describe())]
    assert len(mistakes_of(subject)) == 3
    assert "DATABASE_URL=(hidden): is no PostgreSQL address" in str(shown)
    assert "hunter2" not in str(shown)
    settings = Settings(database_url="postgresql://u:hunter2@h/d", secret_key="hunter2" * 8)
    assert "hunter2" not in repr(settings)


def test_a_secret_may_be_in_a_file_and_no_other_setting(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2\n")
    subject = reader(LOGIN_PASSWORD_FILE=str(file), LOGIN_USER_FILE=str(file))
    assert subject.read(Login) == Login(password="hunter2")


def test_an_unknown_name_is_a_warning_with_the_nearest_known_one() -> None:
    subject = reader(
        DRYSTONE_WORKER="2",
        DRYSTONE_ZZZ="1",
        DRYSTONE_TEST_POSTGRES_URL="x",
        DRYSTONE_SECRET_KEY_FILE="",
        HOME="/root",
    )
    subject.read(Settings)
    subject.finish()
    assert subject.unknown() == [
        "DRYSTONE_WORKER: there is no such setting; did you mean DRYSTONE_WORKERS?",
        "DRYSTONE_ZZZ: there is no such setting; remove it, or see .env.example",
    ]


def test_the_warning_says_in_which_file_the_name_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\nDRYSTONE_WORKER=2\n")
    subject = SettingsReader(Variables.from_process({}, env_file=file))
    subject.read(Settings)
    assert subject.unknown()[0].startswith(f"DRYSTONE_WORKER ({file}:2): ")


def test_describe_names_value_and_place_of_each() -> None:
    subject = reader(DRYSTONE_MAX_ROWS="7", DRYSTONE_STRICT="true", LOGIN_PASSWORD="hunter2")
    subject.read(Bounds, defaults={"label": "c"})
    subject.read(Login)
    assert subject.describe() == [
        DescribedSetting("DRYSTONE_MAX_ROWS", "7", "environment"),
        DescribedSetting("DRYSTONE_WAIT_SECONDS", "2.5", "default"),
        DescribedSetting("DRYSTONE_STRICT", "true", "environment"),
        DescribedSetting("DRYSTONE_LABEL", "c", "default"),
        DescribedSetting("LOGIN_USER", "nobody", "default"),
        DescribedSetting("LOGIN_PASSWORD", "(hidden)", "environment"),
    ]


def test_a_field_that_no_variable_can_hold_is_an_error_of_ours() -> None:
    @dataclass(frozen=True)
    class Wrong:
        names: list[str] = field(default_factory=list)

    with pytest.raises(TypeError, match=r"Wrong\.names is list\[str\]"):
        reader().read(Wrong)


def test_variables_of_names_the_files_of_secrets_too() -> None:
    assert list(variables_of(Login)) == ["LOGIN_USER", "LOGIN_PASSWORD", "LOGIN_PASSWORD_FILE"]
