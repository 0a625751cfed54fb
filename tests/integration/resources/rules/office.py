"""An office whose papers are for their owners, and the people who come to it.

Desk ◄─ restrict ─ Paper ◄─ cascade ─ Note
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
from tests import client

from drystone import (
    App,
    Caller,
    Field,
    Model,
    OnDelete,
    OptionalRef,
    Ref,
    Request,
    Response,
    Unique,
    default,
    many,
    role,
    select,
    update,
)
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.resources.routes import ResourceRoutes
from drystone.schema.expressions.expression import Predicate
from drystone.security.rules import any_rule
from drystone.settings import Settings


class Desk(Model, history=True):
    """Where papers lie; closed ones are their owner's alone."""

    name: Field[Annotated[str, Unique()]]
    owner: Field[UUID]
    is_open: Field[bool] = default(False)


class Folder(Model, soft_delete=False):
    """What papers are kept in; for its owner alone."""

    name: Field[str]
    owner: Field[UUID]


class Paper(Model, history=True):
    """What only its owner writes, and others read where it is public."""

    title: Field[str]
    owner: Field[UUID]
    is_public: Field[bool] = default(False)
    desk: OptionalRef[Desk] = default(None)
    folder: OptionalRef[Folder] = default(None)


class Note(Model):
    """What somebody writes on a paper."""

    paper: Annotated[Ref[Paper], OnDelete("cascade")]
    text: Field[str]
    owner: Field[UUID]


MODELS: Final = (Desk, Folder, Paper, Note)

ANN, BEN, EVE = (UUID(f"01890000-0000-7000-8000-00000000000{n}") for n in (1, 2, 3))
PEOPLE: Final[Mapping[str, str | None]] = {
    "guest": None,
    "ann": str(ANN),
    "ben": str(BEN),
    "admin": f"{EVE}; roles=admin",
}


def own_desk(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Desk.owner == caller.id


def open_desk(_caller: Caller) -> Predicate:
    return Desk.is_open.is_true()


def own_folder(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Folder.owner == caller.id


def own_paper(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Paper.owner == caller.id


def public_paper(_caller: Caller) -> Predicate:
    return Paper.is_public.is_true()


def own_note(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Note.owner == caller.id


ADMIN: Final = role("admin")


def make_app(settings: Settings) -> App:
    """Return the application; its resource of papers is `app.state.papers`."""
    app = App("Office", models=MODELS, settings=settings)
    app.resource(
        Desk,
        filters=[Desk.name],
        sorts=[Desk.name],
        expand=[many(Paper.desk, name="papers")],
        read=any_rule(ADMIN, own_desk, open_desk),
        write=any_rule(ADMIN, own_desk),
    )
    app.resource(Folder, read=any_rule(ADMIN, own_folder), write=any_rule(ADMIN, own_folder))
    papers = app.resource(
        Paper,
        filters=[Paper.title, Paper.desk, Paper.desk.to.name, Paper.folder.to.name],
        sorts=[Paper.title, Paper.desk.to.name],
        search=[Paper.title, Paper.desk.to.name],
        expand=[Paper.desk, many(Note.paper, name="notes")],
        under=[Paper.desk],
        nested=[Note.paper],
        computed={"desk_name": Paper.desk.to.name},
        read=any_rule(ADMIN, own_paper, public_paper),
        write=any_rule(ADMIN, own_paper),
        purge=ADMIN,
    )
    app.resource(Note, read=any_rule(ADMIN, own_note), write=any_rule(ADMIN, own_note))
    app.state.papers = papers
    declare_own(app, papers)
    return app


def declare_own(app: App, papers: ResourceRoutes) -> None:
    """Declare handlers that take their rows under the rules."""

    @papers.post("/{id:uuid}/publish")
    async def publish(request: Request) -> Response:
        row_id = request.params["id"]
        async with app.transaction(request) as tx:
            paper = await papers.find(request, tx, row_id, act="update", lock=True)
            change = update(Paper).set(Paper.is_public, True).where(Paper.id == paper.id)
            await tx.execute(change)
        return Response.json({"title": paper.title})

    @papers.get("/titles")
    async def titles(request: Request) -> Response:
        scope = papers.scope(request)
        query = select(Paper.title) if scope is None else select(Paper.title).where(scope)
        return Response.json(sorted(await app.db.all(query)))


async def create_office(url: str) -> None:
    """Make the tables."""
    await up(partial(connect_direct, url), None)
    connection = await asyncpg.connect(url)
    for statement in create_statements(MODELS):
        await connection.execute(statement)
    await connection.close()


class Office:
    """The application's answers to people, without a socket."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def send(
        self,
        who: str,
        method: str,
        path: str,
        json: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> client.Answer:
        """Send a request of somebody below `/api/v1`."""
        target = path if path.startswith("/api/") else f"/api/v1{path}"
        if params:
            target = f"{target}?{urlencode(params)}"
        fields = dict(headers or {})
        if (name := PEOPLE[who]) is not None:
            fields["X-Drystone-Caller"] = name
        return await client.request(self.app, method, target, json=json, headers=fields)

    async def get(self, who: str, path: str, **params: Any) -> Any:
        """Return the body of an answer that has to be 200."""
        answer = await self.send(who, "GET", path, **params)
        assert answer.status == 200, answer.body
        return answer.json()

    async def make(self, path: str, **values: Any) -> dict[str, Any]:
        """Return a new row, made by the administrator."""
        body = {name: str(one) if isinstance(one, UUID) else one for name, one in values.items()}
        answer = await self.send("admin", "POST", path, body)
        assert answer.status == 201, answer.body
        row: dict[str, Any] = answer.json()
        return row

    async def paper(self, kind: str = "private", **values: Any) -> dict[str, Any]:
        """Return a new paper of Ann's: `private`, `public` or `deleted`."""
        given = {"title": kind, "owner": ANN, "is_public": kind == "public", **values}
        row = await self.make("/papers", **given)
        if kind == "deleted":
            answer = await self.send("admin", "DELETE", f"/papers/{row['id']}")
            assert answer.status == 204
        return row


@asynccontextmanager
async def open_office(url: str) -> AsyncIterator[Office]:
    """Yield the application, started."""
    app = make_app(Settings(database_url=url))
    async with client.started(app):
        app.state.url = url
        yield Office(app)
