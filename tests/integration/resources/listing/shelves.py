"""Books on shelves: rows with ties, NULLs and references, and how the tests list them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import msgspec
from tests.integration.db.ddl.tables import connect, create

from drystone.db.database import Database
from drystone.db.pool.config import PoolConfig
from drystone.db.queries import Queries
from drystone.resources.asking.list_request import ListRequest, SingleRequest, SortTerm
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.expandable import expandables_of
from drystone.resources.listing.list_rows import list_rows
from drystone.resources.named_field import NamedField
from drystone.schema.expressions.text_search import document
from drystone.schema.model.defaults import default
from drystone.schema.model.field import Field, OptionalRef, Ref
from drystone.schema.model.model import Model
from drystone.schema.model.rules import Index, Rules

KEY = b"k" * 32


class Room(Model, table="rooms"):
    name: Field[str]


class Shelf(Model, table="shelves"):
    name: Field[str | None] = default(None)
    room: Ref[Room]


class Book(Model, table="books"):
    title: Field[str]
    pages: Field[int | None] = default(None)
    rating: Field[int] = default(0)
    read_at: Field[datetime | None] = default(None)
    shelf: OptionalRef[Shelf] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        return [
            Index(cls.created_at.desc(), cls.id.desc()),
            Index(cls.pages.desc(), cls.id.desc()),
            Index(cls.rating, cls.id),
            Index(document(cls.title), method="gin"),
        ]


class Label(Model, table="labels", soft_delete=False):
    name: Field[str]


BOOKS = declare_resource(
    Book,
    sorts=[
        *(Book.title, Book.pages, Book.rating, Book.read_at, Book.created_at),
        *(Book.shelf.to.name, Book.shelf.to.room.to.name),
    ],
    search=[Book.title],
    expand=[Book.shelf, Book.shelf.to.room],
)
LABELS = declare_resource(Label, sorts=[Label.name])
SORTS = {one.name: one for one in BOOKS.sorts} | {"id": NamedField("id", (), Book.id)}
EXPANSIONS = {one.name: one for one in expandables_of(BOOKS)}

PLAIN = ListRequest(
    where=None,
    filter_text="",
    sort=(),
    search=None,
    page=1,
    cursor=None,
    limit=20,
    count="exact",
    fields=None,
    expand=(),
    deleted="exclude",
)
WALK = replace(PLAIN, page=None, cursor="", count="none")
SINGLE = SingleRequest(fields=None, expand=(), deleted="exclude", as_of=None)


def sorted_by(text: str) -> tuple[SortTerm, ...]:
    """Return the terms of `-pages,title`."""
    return tuple(
        SortTerm(field=SORTS[name.removeprefix("-")], descending=name.startswith("-"))
        for name in text.split(",")
        if name
    )


async def create_shelves(url: str) -> None:
    connection = await connect(url)
    try:
        await create(connection, (Room, Shelf, Book, Label))
    finally:
        await connection.close()


class Recorded(Queries):
    """A database that remembers the statements it was sent."""

    def __init__(self, database: Database) -> None:
        self.statements: list[str] = []
        self._inner = database.session()

    def session(self) -> Any:
        return self

    async def fetch(self, sql: str, args: Sequence[object] = (), **more: Any) -> Any:
        self.statements.append(sql)
        return await self._inner.fetch(sql, args, **more)

    async def fetchrow(self, sql: str, args: Sequence[object] = (), **more: Any) -> Any:
        self.statements.append(sql)
        return await self._inner.fetchrow(sql, args, **more)


@asynccontextmanager
async def open_shelves(url: str) -> AsyncIterator[Database]:
    async with Database(url, config=PoolConfig(max_size=2)) as database:
        yield database


@dataclass(frozen=True, slots=True)
class Answer:
    """A list as a client reads it."""

    data: list[dict[str, Any]]
    pagination: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)

    def names(self, member: str = "title") -> list[Any]:
        return [row[member] for row in self.data]


async def ask(
    db: Queries, asked: ListRequest, *, target: str = "/api/v1/books", **more: Any
) -> Answer:
    """Return a list, its links as httpx reads them."""
    resource = more.pop("resource", BOOKS)
    listing = await list_rows(
        db, resource, asked, signing_key=more.pop("key", KEY), path=target, **more
    )
    body = msgspec.json.decode(listing.body)
    response = httpx.Response(200, headers=list(listing.headers))
    links = {str(relation): one["url"] for relation, one in response.links.items()}
    return Answer(body["data"], body["pagination"], links)
