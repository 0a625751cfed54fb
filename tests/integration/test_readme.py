"""Every command and program of README.md, run as it stands there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from tests.integration.running import ROOT, free_port, run_module

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def section(title: str) -> str:
    """Return the text under a heading."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in _BLOCK.findall(text) if name == language]


def commands(text: str) -> list[tuple[str, str]]:
    """Return each command with what it is said to print."""
    found = [pair for block in blocks(text, "console") for pair in _COMMAND.findall(block)]
    assert found
    return found


def pattern_of(output: str) -> re.Pattern[str]:
    """Return what matches the output; an ellipsis stands for anything."""
    parts = output.strip().split("…")
    return re.compile(".*?".join(map(re.escape, parts)), re.DOTALL)


async def check_commands(text: str, port: int) -> None:
    """Run the commands in order, and compare what they print."""
    for command, output in commands(text):
        process = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            command.replace("127.0.0.1:8000", f"127.0.0.1:{port}"),
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
        text_printed = printed.decode().replace("\r\n", "\n").strip()
        assert pattern_of(output).fullmatch(text_printed), f"{command}\n{text_printed}"


async def test_the_two_minutes(tmp_path: Path) -> None:
    port = free_port()
    environ = {"PORT": str(port)}
    async with run_module("examples.tasks", directory=tmp_path, environ=environ) as running:
        await running.wait_for("curl")
        await check_commands(section("Two minutes"), port)
        running.press_ctrl_c()
        assert (await running.ended())[0] == 0


async def test_an_application_of_one_s_own(tmp_path: Path) -> None:
    text = section("Your own")
    (program,) = blocks(text, "python")
    (tmp_path / "hello.py").write_text(program)
    (serve,) = [line for block in blocks(text, "sh") for line in block.splitlines()]
    port = free_port()
    arguments = [*serve.split(), "--port", str(port)]
    async with run_module(*arguments, directory=tmp_path) as running:
        await running.wait_for("serving http://")
        await check_commands(text, port)
        running.press_ctrl_c()
        assert (await running.ended())[0] == 0


async def test_a_database_of_one_s_own(tmp_path: Path) -> None:
    text = section("With a database")
    (program,) = blocks(text, "python")
    (tmp_path / "books.py").write_text(program)
    make, serve = [line for block in blocks(text, "sh") for line in block.splitlines()]
    async with run_module(*make.split(), directory=tmp_path) as running:
        assert (await running.ended())[0] == 0
    port = free_port()
    arguments = [*serve.split(), "--port", str(port)]
    async with run_module(*arguments, directory=tmp_path) as running:
        await running.wait_for("serving http://")
        await check_commands(text, port)
        running.press_ctrl_c()
        assert (await running.ended())[0] == 0


def test_every_make_target_and_option_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for target in set(re.findall(r"(?<!migrate )\bmake ([a-z]+)\b", README + contributing)):
        assert f"\n{target}: " in makefile, f"make {target}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_somewhere(name: str) -> None:
    for link in _LINK.findall((ROOT / name).read_text("utf-8")):
        assert (ROOT / link).exists(), link


def test_contributing_fits_on_a_screen() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 40
