"""An application to explain: 3,000 things with indexes for some of what is asked of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Literal

import asyncpg

from drystone import (
    App,
    Field,
    Index,
    Model,
    Ref,
    Request,
    Response,
    Rules,
    Secret,
    Unique,
    default,
    insert,
    select,
    update,
)
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.errors import NotFound
from drystone.routing.chain import Handler
from drystone.security.caller import caller_of

ROWS = 3_000


class Room(Model):
    """Where things are."""

    name: Field[Annotated[str, Unique()]]


class Thing(Model, history=True):
    """Something."""

    room: Ref[Room]
    name: Field[str]
    kind: Field[Literal["a", "b", "c"]] = default("a")
    weight: Field[int] = default(0)
    size: Field[int] = default(0)
    token: Field[Annotated[str | None, Secret()]] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        return [Index(cls.weight, cls.id)]


MODELS = (Room, Thing)


async def audit(request: Request, handler: Handler) -> Response:
    """Keep who asks, where they want that."""
    if "x-audited" in request.headers:
        await app.db.execute(insert(Room(name="audited")))
    return await handler(request)


app = App("Things", models=MODELS, middleware=[audit])
rooms = app.resource(Room, sorts=[Room.name])
things = app.resource(
    Thing, filters=[Thing.kind, Thing.weight, Thing.name], sorts=[Thing.weight, Thing.size]
)


@app.get("/visits")
async def visit(request: Request) -> Response:
    """Write, though it should not."""
    await app.db.execute(update(Room).set(Room.name, "visited").everywhere())
    return Response.json({})


@app.get("/tokens/{token}")
async def find_by_token(request: Request) -> Response:
    """Look for a secret, in a transaction."""
    async with app.db.transaction() as tx:
        found = await tx.first(select(Thing.id).where(Thing.token == request.params["token"]))
    if found is None:
        raise NotFound("There is no such token.")
    return Response.json({"id": str(found)})


@app.get("/me")
async def tell(request: Request) -> Response:
    """Answer with whoever asks, refusing guests."""
    caller = caller_of(request)
    if caller.id is None:
        raise NotFound("You are nobody.")
    roles = sorted(caller.roles)
    rows = await app.db.all(select(Room.id).where(Room.id == caller.id).limit(len(roles)))
    return Response.json({"rows": len(rows), "seen": request.headers.get("x-seen")})


@app.get("/slow-stream")
async def stream(request: Request) -> Response:
    """Ask while the body is sent."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(2):
            yield str(await app.db.count(select(Room))).encode()

    return Response(stream=pieces(), media_type="text/plain")


@app.get("/endless")
async def listen(request: Request) -> Response:
    """Send for ever."""

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(3600)
            yield b"."

    return Response(stream=pieces(), media_type="text/event-stream", endless=True)


@app.get("/one-by-one")
async def ask_row_by_row(request: Request) -> Response:
    """Ask for each row by itself."""
    for row in await app.db.all(select(Thing).limit(8)):
        await app.db.one(select(Room).where(Room.id == row.room))
    return Response.json({})


@app.get("/broken")
async def fail(request: Request) -> Response:
    """Fail, after a statement."""
    await app.db.count(select(Room))
    raise RuntimeError("out of order")


@rooms.override("create")
async def make_room(request: Request) -> Response:
    """Do by hand what would have been generated."""
    return Response.json({}, status=201)


@app.post("/own")
async def own(request: Request) -> Response:
    """Change something by hand."""
    return Response.json({})


async def create_things(url: str) -> None:
    """Make the tables and fill them."""
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.execute("INSERT INTO rooms (name) VALUES ('one'), ('two')")
    await connection.execute(
        "INSERT INTO things (room_id, name, kind, weight, size, token)"
        " SELECT (SELECT id FROM rooms LIMIT 1), 'thing ' || n, (ARRAY['a','b','c'])[1 + n % 3],"
        f" n, n % 100, 'secret ' || n FROM generate_series(1, {ROWS}) AS n"
    )
    await connection.execute("ANALYZE")
    await connection.close()
