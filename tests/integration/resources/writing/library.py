"""Models with every kind of reference, and a service that writes to them and nothing else.

Shelf ◄─ restrict ─ Book ◄─ cascade ─ Loan
Shelf ◄─── null ─── Book      (`spare`)
Book  ◄─ restrict ─ Book      (`sequel_of`)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from tests import client
from tests.integration.db.facade import open_database

from drystone.db.database import Database
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.db.pool.config import PoolConfig
from drystone.errors import MethodNotAllowed
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.permissions import Permissions
from drystone.resources.writing import routes
from drystone.resources.writing.bulk_body import BulkReader
from drystone.resources.writing.hooks import Hooks
from drystone.resources.writing.writable import Writable, make_writable
from drystone.schema.model.bounds import Digits, Length, Range
from drystone.schema.model.defaults import default, generated, made, made_by_database
from drystone.schema.model.field import Field, OptionalRef, Ref
from drystone.schema.model.model import Model
from drystone.schema.model.rules import Check, OnDelete, Rules, Unique
from drystone.security.caller import Caller
from drystone.security.grants import Grants

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Size(msgspec.Struct, forbid_unknown_fields=True):
    width: int
    height: int = 1
    note: str | None = None


class Shelf(Model, table="shelves"):
    name: Field[Annotated[str, Length(1, 40), Unique(ignore_case=True)]]


class Book(Model):
    shelf: Ref[Shelf]
    spare: Annotated[OptionalRef[Shelf], OnDelete("null")] = default(None)
    sequel_of: OptionalRef[Book] = default(None)
    title: Field[Annotated[str, Length(1, 40)]]
    pages: Field[Annotated[int, Range(1)]] = default(1)
    price: Field[Annotated[Decimal, Digits(6, 2)] | None] = default(None)
    number: Field[int] = made_by_database("7")
    size: Field[Size | None] = default(None)
    notes: Field[dict[str, Any]] = made(dict)
    words: Field[list[str]] = made(list)
    is_long: Field[bool] = generated("pages > 500")

    @classmethod
    def rules(cls) -> Rules:
        return [
            Unique(cls.shelf, cls.title),
            Check(cls.title != "forbidden", name="title_allowed", detail="is a forbidden title"),
        ]


class Loan(Model):
    book: Annotated[Ref[Book], OnDelete("cascade")]
    shelf: Annotated[OptionalRef[Shelf], OnDelete("null")] = default(None)
    reader: Field[Annotated[str, Unique()]]


class Stamp(Model, soft_delete=False):
    name: Field[Annotated[str, Unique()]]


class Mark(Model, soft_delete=False):
    stamp: Ref[Stamp]


MODELS = (Shelf, Book, Loan, Stamp, Mark)


async def create_library(url: str) -> None:
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.close()


def writable(
    model: type[Any], *, requires_if_match: bool = False, hooks: Hooks | None = None
) -> Writable:
    resource = declare_resource(model, requires_if_match=requires_if_match)
    return make_writable(resource, path=f"/{resource.name}", models=MODELS, hooks=hooks)


ANN = Caller(id=UUID(int=1))

_ANSWERS = {
    "POST": routes.create,
    "PUT": routes.replace,
    "PATCH": routes.patch,
    "DELETE": routes.delete,
}


@dataclass
class Library(Service):
    """Answers writes to all models: what stands in the path is routed by hand.

    Attributes:
        db: the database.
        resources: by their names.
        caller: who calls.
    """

    db: Database
    resources: dict[str, Writable] = field(default_factory=dict)
    caller: Caller = ANN

    def offer(self, model: type[Any], **options: Any) -> None:
        made = writable(model, **options)
        self.resources[made.path.removeprefix("/")] = made

    async def handle(self, request: Request) -> Response:
        _, name, *rest = request.path.split("/")
        to = self.resources[name]
        permissions = Permissions(to.model, grants=Grants(self.caller))
        if rest == ["bulk"]:
            reader = BulkReader(to.resource)
            return await routes.bulk(request, self.db, to, reader, permissions=permissions)
        if rest:
            request.params = {"id": UUID(rest[0])}
        answer = routes.restore if rest[1:] == ["restore"] else _ANSWERS.get(request.method)
        if answer is not None:
            return await answer(request, self.db, to, permissions=permissions)
        raise MethodNotAllowed(allow=["POST"])

    async def send(
        self,
        method: str,
        target: str,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> client.Answer:
        """Send a request; `if_match='"1"'` is the field If-Match."""
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        return await client.request(
            self, method, target, json=json, headers={**(headers or {}), **named}
        )

    async def shelf(self, name: str = "a") -> dict[str, Any]:
        return await self.made("/shelves", {"name": name})

    async def book(self, title: str = "t", **values: Any) -> dict[str, Any]:
        shelf = values.pop("shelf_id", None) or (await self.shelf(f"for {title}"))["id"]
        return await self.made("/books", {"shelf_id": shelf, "title": title, **values})

    async def made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.send("POST", path, body)
        assert answer.status == 201, answer.body
        row: dict[str, Any] = answer.json()
        return row


@asynccontextmanager
async def open_library(url: str, *, max_size: int = 4) -> AsyncIterator[Library]:
    async with open_database(url, config=PoolConfig(max_size=max_size)) as db:
        library = Library(db)
        for model in MODELS:
            library.offer(model)
        yield library
