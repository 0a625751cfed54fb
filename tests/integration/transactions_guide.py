"""`docs/transactions.md` in parts: its blocks, its tables, the database that it begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator

import asyncpg
from tests.integration.running import ROOT

PAGE = (ROOT / "docs/transactions.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)


def blocks() -> Iterator[tuple[str, int, str, str]]:
    """Yield each block's info string, the number of its first line, its heading, its text."""
    for block in _BLOCK.finditer(PAGE):
        before = PAGE[: block.start(2)]
        yield block[1], before.count("\n") + 1, _HEADING.findall(before)[-1], block[2]


def table(head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins so, line by line, without the head."""
    begin = PAGE.index(f"\n{head}")
    rows = _ROW.findall(PAGE[begin : PAGE.index("\n\n", begin)])
    return [row.split(" | ") for row in rows[2:]]


async def create_tables(url: str) -> None:
    """Fill a database with what the page begins with."""
    connection = await asyncpg.connect(url)
    for info, _, _, text in blocks():
        if info == "sql setup":
            await connection.execute(text)
    await connection.close()
