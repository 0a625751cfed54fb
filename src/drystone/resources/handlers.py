"""The generated operations of a resource: each one a handler, led to the stage that answers it.

What stands behind each: `asking` reads the query, `listing` and `history` read rows,
`writing` changes them. A handler of an application's own may call these for the rest of
its work:

    @tasks.override("create")
    async def create(request: Request) -> Response:
        ...
        return await tasks.generated.create(request)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from drystone.errors import NotFound
from drystone.http.parts.conditional import Outcome, evaluate
from drystone.http.parts.query import Query
from drystone.http.response import JSON_TYPE, Response
from drystone.resources.action import act
from drystone.resources.asking.read_list import ListReader
from drystone.resources.asking.read_single import SingleReader
from drystone.resources.history.as_of import read_past_row
from drystone.resources.history.history_request import read_history_request
from drystone.resources.history.read_history import read_history
from drystone.resources.history.revert import REVERT_BODY, revert
from drystone.resources.listing.list_rows import list_rows
from drystone.resources.listing.read_row import read_row
from drystone.resources.permissions import Permissions
from drystone.resources.writing import routes as writing
from drystone.resources.writing.bulk_body import BulkReader
from drystone.resources.writing.change import StoredRow
from drystone.resources.writing.hooks import Hooks
from drystone.resources.writing.perform import kept_if_refused, write_one
from drystone.resources.writing.preconditions import read_preconditions
from drystone.resources.writing.preferences import read_preferences
from drystone.resources.writing.writable import Writable, make_writable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from drystone.db.database import Database
    from drystone.db.transaction.transaction import Transaction
    from drystone.http.request import Request
    from drystone.resources.action import Work
    from drystone.resources.asking.list_request import ListRequest
    from drystone.resources.context import Context
    from drystone.resources.declaration import Resource
    from drystone.resources.operation import Operation
    from drystone.resources.writing.fixed_reference import FixedReference


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is known once the application has started."""

    context: Context
    writable: Writable
    bulk: BulkReader
    free: Permissions | None
    """What anybody may read; None where it depends on who asks."""


class Handlers:
    """The handlers of one resource.

    Args:
        resource: the resource.
        path: of its rows, such as `/api/v1/tasks`.
    """

    def __init__(self, resource: Resource, *, path: str) -> None:
        self._resource = resource
        self._path = path
        self._lists = ListReader(resource)
        self._singles = SingleReader(resource)
        self._prepared: _Prepared | None = None

    def prepare(
        self, context: Context, hooks: Hooks, children: Mapping[str, Writable] | None = None
    ) -> None:
        """Make what the handlers need.

        Args:
            context: the running application.
            hooks: what runs before and after each write.
            children: the resources of rows that are created along, by their lists.
        """
        self._prepared = _Prepared(
            context,
            self.writable(context, hooks, children),
            BulkReader(self._resource),
            None if context.rules else Permissions(self._resource.model),
        )

    def writable(
        self, context: Context, hooks: Hooks, children: Mapping[str, Writable] | None = None
    ) -> Writable:
        """Return the resource as writes see it; see `prepare`."""
        return make_writable(
            self._resource, path=self._path, models=context.models, hooks=hooks, children=children
        )

    @property
    def db(self) -> Database:
        """The database, once the application has started."""
        return self._ready().context.db

    async def list(self, request: Request) -> Response:
        """Answer a list."""
        return await self.answer_list(request, self._lists.read(request.query))

    async def answer_list(self, request: Request, asked: ListRequest) -> Response:
        """Answer a list that was asked for.

        Args:
            request: the request.
            asked: what its query says.
        """
        context = self._ready().context
        permissions = self._reading(request)
        scope = permissions.scope(asked.deleted)
        if scope is not None and asked.count == "estimated":
            # What the planner expects is drawn from all rows, those out of sight as well.
            asked = replace(asked, count="exact")
        listing = await list_rows(
            context.db,
            self._resource,
            asked,
            signing_key=context.signing_key,
            path=request.target,
            scope=scope,
            visible=permissions.visible,
        )
        return Response(listing.body, media_type=JSON_TYPE, headers=listing.headers)

    async def read(self, request: Request) -> Response:
        """Answer one row, or 304 to a client that has it."""
        asked = self._singles.read(request.query)
        permissions = self._reading(request)
        db, row_id = self._ready().context.db, request.params["id"]
        if asked.as_of is None:
            scope = permissions.scope_of_one(asked.deleted)
            visible = permissions.visible
            reading = await read_row(
                db, self._resource, row_id, asked, scope=scope, visible=visible
            )
        else:
            past = permissions.of_past(asked.deleted)
            reading = await read_past_row(db, self._resource, row_id, asked, permission=past)
        if reading.may_be_unchanged:
            known = evaluate(request.method, request.headers, etag=reading.etag, last_modified=None)
            if known is Outcome.NOT_MODIFIED:
                return Response(status=304, headers=[("ETag", reading.etag)])
        return Response(reading.body, media_type=JSON_TYPE, headers=[("ETag", reading.etag)])

    async def create(self, request: Request) -> Response:
        """Answer with a new row."""
        return await self.answer_creation(request)

    async def answer_creation(
        self, request: Request, fixed: FixedReference | None = None
    ) -> Response:
        """Answer with a new row.

        Args:
            request: the request.
            fixed: a reference that its address gives.
        """
        ready, permissions = self._ready(), self.permissions(request)
        return await writing.create(
            request, ready.context.db, ready.writable, permissions=permissions, fixed=fixed
        )

    async def replace(self, request: Request) -> Response:
        """Answer with a row that was written anew."""
        ready, permissions = self._ready(), self.permissions(request)
        return await writing.replace(
            request, ready.context.db, ready.writable, permissions=permissions
        )

    async def patch(self, request: Request) -> Response:
        """Answer with a row that was changed in part."""
        ready, permissions = self._ready(), self.permissions(request)
        return await writing.patch(
            request, ready.context.db, ready.writable, permissions=permissions
        )

    async def delete(self, request: Request) -> Response:
        """Delete a row, or purge it."""
        wanted: Operation = "purge" if writing.asks_for_purge(request) else "delete"
        if wanted not in self._resource.operations:
            raise NotFound
        ready, permissions = self._ready(), self.permissions(request)
        return await writing.delete(
            request, ready.context.db, ready.writable, permissions=permissions
        )

    async def restore(self, request: Request) -> Response:
        """Answer with a row that was brought back."""
        ready, permissions = self._ready(), self.permissions(request)
        return await writing.restore(
            request, ready.context.db, ready.writable, permissions=permissions
        )

    async def bulk(self, request: Request) -> Response:
        """Answer many changes."""
        ready, permissions = self._ready(), self.permissions(request)
        return await writing.bulk(
            request, ready.context.db, ready.writable, ready.bulk, permissions=permissions
        )

    async def history(self, request: Request) -> Response:
        """Answer with the changes of a row."""
        context = self._ready().context
        asked = read_history_request(request.query)
        listing = await read_history(
            context.db,
            self._resource,
            request.params["id"],
            asked,
            target=request.target,
            keys=(context.signing_key,),
            permission=self._reading(request).of_past(asked.deleted),
        )
        return Response(listing.body, media_type=JSON_TYPE, headers=listing.headers)

    async def revert(self, request: Request) -> Response:
        """Answer with a row that was made what it was."""
        ready = self._ready()
        permissions = self.permissions(request)
        caller = permissions.caller.name
        granted, past = permissions.of("update"), permissions.of_past()
        body = await writing.json_body(request)
        db, preferences = ready.context.db, read_preferences(request.headers.get("prefer"))
        key = writing.key_of(request, caller, body)
        make = partial(
            write_one,
            db,
            ready.writable,
            preferences=preferences,
            key=key,
            author=permissions.author,
        )
        answer = partial(
            revert,
            db,
            self._resource,
            request.params["id"],
            REVERT_BODY.decode(body).version,
            make=make,
            preconditions=read_preconditions(request.headers),
            past=past,
            permission=granted,
            caller=caller,
        )
        if key is None or preferences.is_dry_run:
            return writing.respond(await answer())
        # What is planned is refused before the key is looked for.
        return writing.respond(await kept_if_refused(db, key, answer))

    async def act(self, request: Request, work: Work) -> Response:
        """Answer with what a change of the application's own returns; see `ResourceRoutes.act`."""
        ready = self._ready()
        asked = self._singles.read(Query.EMPTY)
        visible = self.permissions(request).visible

        async def show(tx: Transaction, row_id: UUID) -> StoredRow:
            reading = await read_row(tx, self._resource, row_id, asked, visible=visible)
            return StoredRow(reading.body, row_id, reading.version)

        return await act(
            request,
            work,
            db=ready.context.db,
            breaches=ready.writable.breaches,
            model=self._resource.model,
            path=self._path,
            show=show,
        )

    def permissions(self, request: Request) -> Permissions:
        """Return what the caller of a request may do with the rows."""
        return Permissions.of_request(request, self._resource, self._ready().context)

    def _reading(self, request: Request) -> Permissions:
        """Return what the caller may read; without any rules it is the same for all."""
        return self._ready().free or self.permissions(request)

    def _ready(self) -> _Prepared:
        if self._prepared is None:
            raise RuntimeError("the application has not started")
        return self._prepared
