"""Models with a history, of every type of column; their tables, and ways to look at them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from tests.integration.db.facade import open_database

from drystone.db.database import Database
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.history.history_request import HistoryRequest
from drystone.resources.history.read_history import read_history
from drystone.resources.listing.listing import Listing
from drystone.schema.model.bounds import Length, Range
from drystone.schema.model.defaults import default, generated
from drystone.schema.model.field import Field, OptionalRef, Ref
from drystone.schema.model.model import Model
from drystone.schema.model.rules import OnDelete, Secret, Unique

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Journal(Model, history=True):
    name: Field[Annotated[str, Length(1, 40), Unique()]]


class Note(Model, history=True):
    journal: Annotated[OptionalRef[Journal], OnDelete("null")] = default(None)
    text: Field[Annotated[str, Length(1, 100), Unique()]]
    mood: Field[Literal["good", "bad"]] = default("good")
    stars: Field[Annotated[int, Range(0, 9)]] = default(0)
    price: Field[Decimal | None] = default(None)
    weight: Field[float | None] = default(None)
    written_on: Field[date | None] = default(None)
    at: Field[datetime | None] = default(None)
    clock: Field[time | None] = default(None)
    length: Field[timedelta | None] = default(None)
    raw: Field[bytes | None] = default(None)
    extra: Field[dict[str, Any] | None] = default(None)
    times: Field[list[datetime] | None] = default(None)
    password: Field[Annotated[str | None, Secret()]] = default(None)
    loud: Field[str] = generated("upper(text)")


class Sheet(Model, history=True, soft_delete=False):
    note: Annotated[Ref[Note], OnDelete("cascade")]
    number: Field[int] = default(1)


class Plain(Model):
    name: Field[str]


MODELS = (Journal, Note, Sheet, Plain)
NOTES = declare_resource(Note, expand=[Note.journal])
SHEETS = declare_resource(Sheet)
KEYS = (b"k" * 32,)


async def create_journals(url: str) -> None:
    """Make the tables."""
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.close()


@asynccontextmanager
async def open_journals(url: str) -> AsyncIterator[Database]:
    """Yield the database."""
    async with open_database(url) as db:
        yield db


async def entries(connection: Connection, key: UUID) -> Sequence[asyncpg.Record]:
    """Return all that is written of a row, the oldest first."""
    return await connection.fetch(
        "SELECT * FROM drystone.history WHERE row_id = $1 ORDER BY sequence", key
    )


async def ask_history(
    db: Database, key: UUID, *, resource: Any = NOTES, **asked: Any
) -> dict[str, Any]:
    """Return the body of a history's answer."""
    listing = await listing_of(db, key, resource=resource, **asked)
    body: dict[str, Any] = msgspec.json.decode(listing.body)
    return body


async def listing_of(db: Database, key: UUID, *, resource: Any = NOTES, **asked: Any) -> Listing:
    """Return the answer of a history."""
    request = HistoryRequest(**asked)
    return await read_history(db, resource, key, request, target="/notes/1/history", keys=KEYS)
