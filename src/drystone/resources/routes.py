"""The routes of a resource: each operation of HTTP, led to the stage that answers it.

    GET    /tasks               list        asking → listing
    POST   /tasks               create      writing
    POST   /tasks/bulk          bulk        writing
    GET    /tasks/{id}          read        asking → listing
    PUT    /tasks/{id}          replace     writing
    PATCH  /tasks/{id}          patch       writing
    DELETE /tasks/{id}          delete      writing; with ?purge=true for good
    POST   /tasks/{id}/restore  restore     writing
    GET    /tasks/{id}/history  history     history; so do ?as_of= and
    POST   /tasks/{id}/revert               history → writing, where the model has one

Declared with the application, prepared at start, when every model is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from drystone.errors import NotFound
from drystone.http.parts.conditional import Outcome, evaluate
from drystone.http.response import JSON_TYPE, Response
from drystone.resources.asking.read_list import ListReader
from drystone.resources.asking.read_single import SingleReader
from drystone.resources.history.as_of import read_past_row
from drystone.resources.history.history_request import read_history_request
from drystone.resources.history.read_history import read_history
from drystone.resources.history.revert import REVERT_BODY, revert
from drystone.resources.listing.list_rows import list_rows
from drystone.resources.listing.read_row import read_row
from drystone.resources.writing import routes as writing
from drystone.resources.writing.bulk_body import BulkReader
from drystone.resources.writing.perform import write_one
from drystone.resources.writing.preconditions import read_preconditions
from drystone.resources.writing.preferences import read_preferences
from drystone.resources.writing.writable import make_writable
from drystone.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from drystone.db.database import Database
    from drystone.http.request import Request
    from drystone.resources.declaration import Operation, Resource
    from drystone.resources.writing.perform import write_one
from drystone.resources.writing.writable import Writable

# Everybody, until callers have names.
_CALLER = "guest"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What the handlers work with, from start to stop."""

    db: Database
    signing_key: bytes
    writable: Writable
    bulk: BulkReader


class ResourceRoutes:
    """The routes of one resource.

    Args:
        resource: the resource.
        prefix: of the API, such as `/api/v1`.
    """

    def __init__(self, resource: Resource, *, prefix: str) -> None:
        self._resource = resource
        self._path = f"{prefix}/{resource.name}"
        self._lists = ListReader(resource)
        self._singles = SingleReader(resource)
        self._prepared: _Prepared | None = None

    def prepare(self, db: Database, models: Sequence[type[Any]], signing_key: bytes) -> None:
        """Make what the handlers need.

        Args:
            db: is asked.
            models: every model of the application.
            signing_key: of cursors.
        """
        self._prepared = _Prepared(
            db=db,
            signing_key=signing_key,
            writable=make_writable(self._resource, path=self._path, models=models),
            bulk=BulkReader(self._resource),
        )

    def router(self) -> Router:
        """Return the routes of the operations that the resource has."""
        name, router = self._resource.name, Router(f"/{self._resource.name}")
        has: set[Operation] = set(self._resource.operations)
        if "list" in has:
            router.get("/", name=name)(self.list)
        if "create" in has:
            router.post("/")(self.create)
        if "bulk" in has:
            router.post("/bulk")(self.bulk)
        if "read" in has:
            router.get("/{id:uuid}", name=f"{name}.one")(self.read)
        if "replace" in has:
            router.put("/{id:uuid}")(self.replace)
        if "patch" in has:
            router.patch("/{id:uuid}")(self.patch)
        if "delete" in has or "purge" in has:
            router.delete("/{id:uuid}")(self.delete)
        if "restore" in has and self._resource.info.soft_delete:
            router.post("/{id:uuid}/restore")(self.restore)
        if "history" in has:
            router.get("/{id:uuid}/history")(self.history)
            router.post("/{id:uuid}/revert")(self.revert)
        return router

    async def list(self, request: Request) -> Response:
        """Answer a list."""
        ready = self._ready()
        asked = self._lists.read(request.query)
        listing = await list_rows(
            ready.db,
            self._resource,
            asked,
            signing_key=ready.signing_key,
            path=request.target,
        )
        return Response(listing.body, media_type=JSON_TYPE, headers=listing.headers)

    async def read(self, request: Request) -> Response:
        """Answer one row, or 304 to a client that has it."""
        asked = self._singles.read(request.query)
        read = read_row if asked.as_of is None else read_past_row
        reading = await read(self._ready().db, self._resource, request.params["id"], asked)
        if reading.may_be_unchanged:
            known = evaluate(request.method, request.headers, etag=reading.etag, last_modified=None)
            if known is Outcome.NOT_MODIFIED:
                return Response(status=304, headers=[("ETag", reading.etag)])
        return Response(reading.body, media_type=JSON_TYPE, headers=[("ETag", reading.etag)])

    async def create(self, request: Request) -> Response:
        """Answer with a new row."""
        ready = self._ready()
        return await writing.create(request, ready.db, ready.writable, caller=_CALLER)

    async def replace(self, request: Request) -> Response:
        """Answer with a row that was written anew."""
        ready = self._ready()
        return await writing.replace(request, ready.db, ready.writable, caller=_CALLER)

    async def patch(self, request: Request) -> Response:
        """Answer with a row that was changed in part."""
        ready = self._ready()
        return await writing.patch(request, ready.db, ready.writable, caller=_CALLER)

    async def delete(self, request: Request) -> Response:
        """Delete a row, or purge it."""
        wanted: Operation = "purge" if writing.asks_for_purge(request) else "delete"
        if wanted not in self._resource.operations:
            raise NotFound
        ready = self._ready()
        return await writing.delete(request, ready.db, ready.writable, caller=_CALLER)

    async def restore(self, request: Request) -> Response:
        """Answer with a row that was brought back."""
        ready = self._ready()
        return await writing.restore(request, ready.db, ready.writable, caller=_CALLER)

    async def bulk(self, request: Request) -> Response:
        """Answer many changes."""
        ready = self._ready()
        return await writing.bulk(request, ready.db, ready.writable, ready.bulk, caller=_CALLER)

    async def history(self, request: Request) -> Response:
        """Answer with the changes of a row."""
        ready = self._ready()
        listing = await read_history(
            ready.db,
            self._resource,
            request.params["id"],
            read_history_request(request.query),
            target=request.target,
            keys=(ready.signing_key,),
        )
        return Response(listing.body, media_type=JSON_TYPE, headers=listing.headers)

    async def revert(self, request: Request) -> Response:
        """Answer with a row that was made what it was."""
        ready = self._ready()
        body = await writing.json_body(request)
        make = partial(
            write_one,
            ready.db,
            ready.writable,
            preferences=read_preferences(request.headers.get("prefer")),
            key=writing.key_of(request, _CALLER, body),
        )
        written = await revert(
            ready.db,
            self._resource,
            request.params["id"],
            REVERT_BODY.decode(body).version,
            make=make,
            preconditions=read_preconditions(request.headers),
            caller=_CALLER,
        )
        return writing.respond(written)

    def _ready(self) -> _Prepared:
        if self._prepared is None:
            raise RuntimeError("the application has not started")
        return self._prepared
