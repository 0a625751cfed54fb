"""A served application whose writes can be followed, and which can be told where to die.

Two resources of one model: `entries` are written as they come, `fragile-entries` in a
transaction with a hook. An entry whose name begins with `before COMMIT` or `after COMMIT`
ends the worker by SIGKILL at that point, once.
"""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

from drystone import App, Field, Model, Request, Response, Transaction, default
from drystone.db.ddl.statements import create_script
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.resources.writing.change import Change
from drystone.routing.chain import Handler
from drystone.settings import Settings
from tests.integration.db.opening import open_connection

DEATHS = "LEDGER_DEATHS"
BEFORE_COMMIT, AFTER_COMMIT = "before COMMIT", "after COMMIT"


class Entry(Model, table="entries", history=True):
    """A line of the ledger. Nothing keeps a name from being written twice but we."""

    name: Field[str]
    amount: Field[int] = default(0)


async def create_ledger(url: str) -> None:
    """Make the tables."""
    await up(partial(connect_direct, url), None)
    async with open_connection(url) as connection:
        await connection.script(create_script([Entry]))


def make_ledger(url: str, deaths: Path) -> App:
    """Return the application.

    Args:
        url: of its database.
        deaths: a folder in which it notes how it has died.
    """

    async def die_after_commit(request: Request, call_next: Handler) -> Response:
        response = await call_next(request)
        _die_once(deaths, request.headers.get("x-name") or "", AFTER_COMMIT)
        return response

    settings = Settings(database_url=url, database_pool_size=8)
    app = App("Ledger", models=[Entry], settings=settings, middleware=[die_after_commit])
    app.resource(Entry, filters=[Entry.name])
    fragile = app.resource(Entry, name="fragile-entries")

    @fragile.after("create", "patch")
    async def die_before_commit(_tx: Transaction, _change: Change, row: Any) -> None:
        _die_once(deaths, row.name, BEFORE_COMMIT)

    return app


def _die_once(deaths: Path, name: str, point: str) -> None:
    if not name.startswith(point):
        return
    try:
        (deaths / name).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
