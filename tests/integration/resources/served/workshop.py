"""An application whose resources have every kind of column, asked as a client asks it.

Maker ◄─ restrict ─ Part ◄─ cascade ─ Cut
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlencode

import asyncpg
from tests import client

from drystone import (
    App,
    Digits,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Ref,
    Request,
    Response,
    Rules,
    Unique,
    default,
    document,
    many,
    select,
    update,
)
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.errors import NotFound
from drystone.settings import Settings

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Maker(Model, history=True):
    """Somebody who makes parts."""

    name: Field[Annotated[str, Length(1, 100), Unique()]]
    city: Field[str | None] = default(None)


class Part(Model, history=True):
    """Something that is made."""

    maker: OptionalRef[Maker] = default(None)
    label: Field[Annotated[str, Length(0, 100)]]
    kind: Field[Literal["raw", "cut", "laid"]] = default("raw")
    amount: Field[int | None] = default(None)
    price: Field[Annotated[Decimal, Digits(9, 3)] | None] = default(None)
    weight: Field[float | None] = default(None)
    made_at: Field[datetime | None] = default(None)
    made_on: Field[date | None] = default(None)
    opens_at: Field[time | None] = default(None)
    is_checked: Field[bool | None] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        return [Index(document(cls.label), method="gin")]


class Cut(Model, history=True):
    """A piece of a part."""

    part: Annotated[Ref[Part], OnDelete("cascade")]
    length: Field[int] = default(1)


MODELS = (Maker, Part, Cut)
COLUMNS = (
    *(Part.label, Part.kind, Part.amount, Part.price, Part.weight, Part.made_at, Part.made_on),
    *(Part.opens_at, Part.is_checked, Part.maker, Part.maker.to.name, Part.maker.to.city),
)


def make_app(settings: Settings | None = None) -> App:
    """Return the application; its settings are the environment's where not given."""
    app = App("Workshop", models=MODELS, settings=settings)
    app.resource(Maker, filters=[Maker.name], sorts=[Maker.name])
    app.resource(
        Part,
        filters=COLUMNS,
        sorts=COLUMNS,
        search=[Part.label],
        expand=[
            Part.maker,
            many(Cut.part, limit=3),
            many(Part.maker, name="siblings", of=Part.maker),
        ],
    )
    app.resource(
        Cut,
        filters=[Cut.length, Cut.part.to.maker.to.name],
        expand=[Cut.part, Cut.part.to.maker],
    )

    @app.post("/transfers")
    async def transfer(request: Request) -> Response:
        """Move an amount from one part to another, which may not leave less than nothing."""
        body = await request.json(dict[str, Any])
        async with app.db.transaction() as tx:
            # Always in the same order, so that two transfers never wait for each other.
            both = select(Part).where(Part.id.in_([body["giver"], body["taker"]]))
            rows = {str(one.id): one for one in await tx.all(both.order_by(Part.id).for_update())}
            if len(rows) < 2:
                raise NotFound
            left = (rows[body["giver"]].amount or 0) - body["amount"]
            if left < 0:
                return Response.json({"moved": 0})
            held = (rows[body["taker"]].amount or 0) + body["amount"]
            for name, value in (("giver", left), ("taker", held)):
                await tx.execute(update(Part).set(Part.amount, value).where(Part.id == body[name]))
        return Response.json({"moved": body["amount"]})

    return app


async def create_workshop(url: str) -> None:
    """Make the tables."""
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.close()


class Api:
    """The application's answers, without a socket."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def send(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> client.Answer:
        """Send a request below `/api/v1`."""
        target = path if path.startswith("/api/") else f"/api/v1{path}"
        if params:
            target = f"{target}?{urlencode(params)}"
        return await client.request(self.app, method, target, json=json, headers=headers)

    async def get(self, path: str, **params: Any) -> Any:
        """Return the body of an answer that has to be 200."""
        answer = await self.send("GET", path, **params)
        assert answer.status == 200, answer.body
        return answer.json()

    async def make(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Return a new row."""
        answer = await self.send("POST", path, body)
        assert answer.status == 201, answer.body
        row: dict[str, Any] = answer.json()
        return row


@asynccontextmanager
async def open_workshop(url: str, **settings: Any) -> AsyncIterator[Api]:
    """Yield the application, started."""
    app = make_app(Settings(database_url=url, **settings))
    async with client.started(app):
        yield Api(app)
