"""An application that uses everything that a description has a word for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from drystone import (
    App,
    Comment,
    Deprecation,
    Digits,
    Email,
    Field,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Pattern,
    Range,
    Ref,
    Request,
    Response,
    Router,
    Secret,
    Slug,
    Unique,
    Url,
    default,
    made,
    many,
    role,
)
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.errors import Conflict
from drystone.settings import Settings

OLD = Deprecation(since=date(2026, 1, 1), sunset=date(2027, 1, 1), successor="/api/v2/quarries")


class Grade(Enum):
    """How good a stone is."""

    ROUGH = "rough"
    FINE = "fine"


class Size(msgspec.Struct):
    """In metres."""

    width: float
    height: float = 1.0


class Quarry(Model, history=True):
    """A place that stones come from."""

    name: Field[Annotated[str, Length(1, 100), Unique(), Comment("As it is called there.")]]
    owner_email: Field[Email | None] = default(None)
    site: Field[Url | None] = default(None)
    slug: Field[Slug | None] = default(None)
    pass_phrase: Field[Annotated[str, Secret()] | None] = default(None)


class Stone(Model, history=True):
    """A stone of a wall.

    Attributes:
        label: what is written on it.
    """

    quarry: Annotated[Ref[Quarry], OnDelete("cascade")]
    on_top_of: Annotated[OptionalRef[Stone], OnDelete("null")] = default(None)
    label: Field[Annotated[str, Length(1, 20), Pattern("^[A-Z]{2}-[0-9]+$")]]
    grade: Field[Grade] = default(Grade.ROUGH)
    kind: Field[Literal["flat", "round"]] = default("flat")
    level: Field[Literal[1, 2, 3]] = default(1)
    weight: Field[Annotated[float, Range(0, 5000)] | None] = default(None)
    price: Field[Annotated[Decimal, Digits(8, 2), Range(0)] | None] = default(None)
    ratio: Field[Decimal | None] = default(None)
    pieces: Field[Annotated[int, Range(1, 10)]] = default(1)
    is_laid: Field[bool] = default(False)
    laid_at: Field[datetime | None] = default(None)
    cut_on: Field[date | None] = default(None)
    opens_at: Field[time | None] = default(None)
    took: Field[timedelta | None] = default(None)
    mark: Field[Annotated[bytes, Length(4, 4)] | None] = default(None)
    tags: Field[Annotated[list[Annotated[str, Length(1, 10)]], Length(0, 3)]] = made(list)
    extra: Field[dict[str, Any]] = made(dict)
    size: Field[Size | None] = default(None)


class Tool(Model, soft_delete=False):
    """What stones are worked with; a deleted one is gone."""

    name: Field[str]


MODELS = (Quarry, Stone, Tool)


class Lift(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a stone is lifted.

    Attributes:
        by: who does it.
    """

    by: Annotated[str, msgspec.Meta(min_length=1)]
    height: Annotated[float, msgspec.Meta(ge=0, le=10)] = 1.0
    helpers: list[UUID] = []


class Lifted(msgspec.Struct):
    """What came of it."""

    stone: Stone
    heights: dict[str, float]
    next: Lifted | None = None


def make_app(settings: Settings | None = None) -> App:
    """Return the application; its settings are the environment's where not given."""
    app = App("Everything", version="3.2.1", models=MODELS, settings=settings)
    app.resource(
        Quarry,
        filters=[Quarry.name, Quarry.created_at],
        sorts=[Quarry.name],
        search=[Quarry.name],
        requires_if_match=True,
        purge=role("admin"),
        deleted=role("admin"),
        nested=[Stone.quarry],
        deprecated=OLD,
    )
    stones = app.resource(
        Stone,
        filters=[
            *(Stone.quarry, Stone.on_top_of, Stone.label, Stone.grade, Stone.kind, Stone.level),
            *(Stone.weight, Stone.price, Stone.ratio, Stone.pieces, Stone.is_laid),
            *(Stone.laid_at, Stone.cut_on, Stone.opens_at, Stone.took, Stone.mark, Stone.tags),
            *(Stone.extra, Stone.quarry.to.name),
        ],
        sorts=[Stone.label, Stone.weight, Stone.laid_at],
        search=[Stone.label],
        expand=[Stone.quarry, Stone.on_top_of, Stone.on_top_of.to.quarry],
        under=[Stone.quarry],
        computed={"is_heavy": Stone.weight > 1000},
        deprecated_fields={
            Stone.weight: Deprecation(since=date(2025, 6, 1), successor="size"),
            Stone.kind: Deprecation(since=date(2025, 3, 1), sunset=date(2026, 12, 31)),
        },
    )
    app.resource(Tool, operations=["list", "read", "create", "patch", "delete"])

    @stones.post("/{id:uuid}/lift", body=Lift, returns=Lifted, problems=[Conflict])
    async def lift(request: Request) -> Response:
        """Lift a stone.

        It is not put back.

        Args:
            request: for programmers.
        """
        body = await request.json(Lift)
        if body.height > 9:
            raise Conflict("Nobody lifts so high.")
        stone = await stones.find(request, app.db, request.params["id"])
        return Response.json({"stone": stone, "heights": {body.by: body.height}, "next": None})

    @stones.post("/import", body=list[Lift], returns=None)
    async def import_stones(request: Request) -> Response:
        """Import stones."""
        await request.json(list[Lift])
        return Response.empty()

    @app.get("/walls/{number:int}", deprecated=Deprecation(since=date(2026, 1, 1)), returns=int)
    async def wall(request: Request) -> Response:
        return Response.json(request.params["number"])

    @app.root.get("/files/{rest:path}", returns=bytes, summary="A file")
    async def files(request: Request) -> Response:
        return Response(b"stone", media_type="application/octet-stream")

    v2 = app.api("v2")
    v2.resource(
        Quarry,
        filters=[Quarry.slug],
        operations=["list", "read", "create"],
        expand=[many(Stone.quarry, name="stones", limit=5, expand=[Stone.on_top_of])],
    )
    reports = Router("/reports")
    v2.mount("/", reports)

    @reports.get("/{name}", returns=dict[str, int])
    async def report(request: Request) -> Response:
        """Report."""
        return Response.json({request.params["name"]: 1})

    return app


async def create_everything(url: str) -> None:
    """Make the tables."""
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.close()
