"""`docs/migrations.md` says what is so: its commands are run, in the order of the page."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from tests.integration.running import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/migrations.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(console|python shop\.py)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def pattern_of(output: str) -> re.Pattern[str]:
    """Return what matches the output; an ellipsis stands for anything."""
    return re.compile(".*?".join(map(re.escape, output.strip().split("…"))), re.DOTALL)


async def run(command: str, directory: Path, environ: dict[str, str]) -> str:
    """Return what a command line prints on stdout."""
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        command,
        cwd=directory,
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return printed.decode().strip()


async def test_every_command_prints_what_stands_below_it(database_url: str, tmp_path: Path) -> None:
    scripts = str(Path(sys.executable).parent)
    environ = {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "DATABASE_URL": database_url,
        "DRYSTONE_APP": "shop:app",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
    commands = 0
    for kind, body in _BLOCK.findall(PAGE):
        if kind != "console":
            (tmp_path / "shop.py").write_text(body)
            continue
        for command, said in _COMMAND.findall(body):
            printed = await run(command, tmp_path, environ)
            assert pattern_of(said).fullmatch(printed), f"{command}\n{printed}"
            commands += 1
    assert commands == PAGE.count("\n$ ") > 10
