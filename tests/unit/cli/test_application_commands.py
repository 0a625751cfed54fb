"""Commands that an application declares: found, listed, run, and told of where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.cli.conftest import WriteModule

from drystone import App
from drystone.cli.application_commands import split_target
from drystone.cli.main import main
from drystone.routing.pattern import RouteError

PROGRAM = '''
import click
from drystone import App
from drystone.errors import Conflict

app = App("Shop")

@app.command
@click.option("--times", default=1, show_default=True, help="How often.")
@click.argument("words", nargs=-1)
def say_hello(*, times: int, words: tuple[str, ...]) -> None:
    """Greet somebody.

    And so on.
    """
    click.echo(" ".join(["hello", *words] * times))

@app.lifespan
async def shop(app):
    click.echo("opened")
    yield
    click.echo("closed")

@app.command
async def work() -> None:
    """Work while the application is started."""
    click.echo("works")

@app.command
async def fail() -> None:
    """Refuse to."""
    raise Conflict("It is closed today.")
'''


@pytest.fixture(autouse=True)
def shop(project: Path) -> Path:
    (project / "shop.py").write_text(PROGRAM)
    return project


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "arguments",
    [("shop:app", "--times", "2", "you"), ("--times", "2", "you", "shop:app")],
)
def test_a_command_gets_its_options_and_arguments(arguments: tuple[str, ...]) -> None:
    assert run("say-hello", *arguments) == (0, "hello you hello you\n")


def test_the_application_may_be_the_one_that_is_configured(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[tool.drystone]\napp = "shop:app"\n')
    assert run("say-hello") == (0, "hello\n")
    (project / "pyproject.toml").unlink()
    monkeypatch.setenv("DRYSTONE_APP", "shop:app")
    assert run("say-hello") == (0, "hello\n")


def test_an_async_command_runs_in_the_started_application() -> None:
    assert run("work", "shop:app") == (0, "opened\nworks\nclosed\n")


def test_a_problem_is_one_line_and_the_application_is_stopped() -> None:
    code, output = run("fail", "shop:app")
    assert code == 1
    assert output == "opened\nclosed\nError: It is closed today.\n"


def test_a_command_has_a_help_page_of_its_own() -> None:
    code, output = run("say-hello", "shop:app", "--help")
    assert code == 0
    assert "Greet somebody." in output
    assert "--times INTEGER  How often.  [default: 1]" in output


def test_commands_are_listed_where_it_is_known_whose(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "say-hello" not in run("--help")[1]
    monkeypatch.setenv("DRYSTONE_APP", "shop:app")
    output = run("--help")[1]
    section = output.partition("Commands of the application:\n")[2]
    assert "  say-hello  Greet somebody." in section
    monkeypatch.setenv("DRYSTONE_APP", "shed:app")
    code, output = run("--help")
    assert code == 0
    assert "cannot be listed: there is no module 'shed'" in output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("say-helo", "shop:app"), "There is no command 'say-helo'; did you mean 'say-hello'?"),
        (("zzz", "shop:app"), "or of the application's own: say-hello, work, fail"),
        (("zzz",), "or name the application that declares it: drystone zzz module:app"),
        (
            ("seed",),
            "did you mean 'serve'? Or name the application that declares it: drystone seed",
        ),
        (("zzz", "shed:app"), "there is no module 'shed'"),
        (("say-hello", "shop:app", "--tims", "2"), "No such option"),
        (("say-hello", "shop:app", "--times", "often"), "Invalid value for '--times'"),
    ],
)
def test_a_mistake_is_told_with_its_mend(arguments: tuple[str, ...], told: str) -> None:
    code, output = run(*arguments)
    assert code in {1, 2}
    assert told in output
    assert "Traceback" not in output


def test_a_mistyped_command_of_ours_is_not_the_application_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DRYSTONE_APP", "shed:app")
    assert "There is no command 'serv'; did you mean 'serve'?" in run("serv")[1]


def test_the_nearest_name_is_suggested_whosever_it_is(write_shop: WriteModule) -> None:
    write_shop("farm", "@app.command\ndef seed() -> None: ...\n")
    assert "There is no command 'sed'; did you mean 'seed'?" in run("sed", "farm:app")[1]


def test_a_name_of_ours_is_refused_with_its_place(write_shop: WriteModule) -> None:
    write_shop("clash", "@app.command\ndef serve() -> None: ...\n@app.command\ndef x(): ...\n")
    code, output = run("x", "clash:app")
    assert code == 1
    assert "clash.py:3: the command 'serve' is one of drystone's own" in output


@pytest.fixture
def write_shop(project: Path) -> WriteModule:
    def write(name: str, text: str) -> None:
        lines = f'from drystone import App\napp = App("Shop")\n{text}'
        (project / f"{name}.py").write_text(lines)

    return write


def test_declaring_twice_or_what_is_no_function_stops_the_import() -> None:
    app = App("Shop", defaults=False)

    @app.command
    def seed() -> None: ...

    with pytest.raises(RouteError, match=r"the command 'seed' is declared at .*py:\d+ already"):
        app.command(seed)
    with pytest.raises(RouteError, match=r"leave out @click\.command"):
        app.command(object())  # type: ignore[type-var]  # what is meant


def test_only_a_whole_name_is_an_application() -> None:
    assert split_target(["--at", "10:30"]) == (None, ["--at", "10:30"])
    assert split_target(["a.b:c", "x"]) == ("a.b:c", ["x"])
    assert split_target([]) == (None, [])
