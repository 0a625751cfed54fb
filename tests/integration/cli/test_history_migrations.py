"""A model that gets a history, changes its secrets and gives the history up again."""

from __future__ import annotations

import asyncio
import json
from secrets import token_hex

from click.testing import CliRunner, Result
from tests.integration.cli.shop import Shop
from tests.integration.db.facade import session

from drystone.cli.main import main

APP = """
from typing import Annotated
from drystone import App, Field, Model, Secret

class Thing(Model{history}):
{fields}
app = App("Things", models=[Thing], migrations="migrations")
"""
SECRET = "Field[Annotated[str | None, Secret()]]"


async def migrate(shop: Shop, history: str, *fields: str, options: tuple[str, ...] = ()) -> None:
    """Declare the model anew, make a migration, apply it, and see that all agree."""
    name = f"things_{token_hex(4)}"
    body = "".join(f"    {one}\n" for one in fields)
    (shop.directory / f"{name}.py").write_text(APP.format(history=history, fields=body))
    (shop.directory / "migrations").mkdir(exist_ok=True)

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, ["migrate", *words])

    for words in (
        ("make", "next", f"{name}:app", *options),
        ("up", f"{name}:app"),
        ("check", f"{name}:app"),
    ):
        result = await run(*words)
        assert result.exit_code == 0, result.output


async def test_a_history_comes_follows_its_secrets_and_goes(shop: Shop) -> None:
    await migrate(shop, "", "name: Field[str]", "code: Field[str | None]")
    await migrate(shop, ", history=True", "name: Field[str]", f"code: {SECRET}")
    async with session(shop.place.url) as connection:
        await connection.execute("INSERT INTO things (name, code) VALUES ('a', 'hush')")
    await migrate(
        shop,
        ", history=True",
        "name: Field[str]",
        f"pin: {SECRET}",
        options=("--rename", "things.code=pin"),
    )
    await migrate(shop, ", history=True", "name: Field[str]", "pin: Field[str | None]")
    async with session(shop.place.url) as connection:
        assert await connection.fetchval("SELECT pin FROM things") == "hush"
        await connection.execute("UPDATE things SET pin = 'known', name = 'b'")
        rows = await connection.fetch("SELECT old, new FROM drystone.history ORDER BY sequence")
    assert "hush" not in str(rows[0]["new"])
    assert json.loads(rows[1]["new"]) == {"name": "b", "pin": "known"}
    await migrate(shop, "", "name: Field[str]", "pin: Field[str | None]")
    async with session(shop.place.url) as connection:
        await connection.execute("UPDATE things SET name = 'c'")
        assert await connection.fetchval("SELECT count(*) FROM drystone.history") == 2
