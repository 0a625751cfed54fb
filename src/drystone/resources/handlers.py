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

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from drystone.errors import NotFound
from drystone.http.parts.conditional import Outcome, evaluate
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
from drystone.resources.writing import routes as writing
from drystone.resources.writing.bulk_body import BulkReader
from drystone.resources.writing.hooks import Hooks
from drystone.resources.writing.perform import write_one
from drystone.resources.writing.preconditions import read_preconditions
from drystone.resources.writing.preferences import read_preferences
from drystone.resources.writing.writable import Writable, make_writable
from drystone.security.caller import caller_of

if TYPE_CHECKING:
    from drystone.http.request import Request
    from drystone.resources.action import Work
    from drystone.resources.context import Context
    from drystone.resources.declaration import Resource
    from drystone.resources.operation import Operation


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is known once the application has started."""

    context: Context
    writable: Writable
    bulk: BulkReader


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

    def prepare(self, context: Context, hooks: Hooks) -> None:
        """Make what the handlers need.

        Args:
            context: the running application.
            hooks: what runs before and after each write.
        """
        self._prepared = _Prepared(
            context,
            make_writable(self._resource, path=self._path, models=context.models, hooks=hooks),
            BulkReader(self._resource),
        )

    async def list(self, request: Request) -> Response:
        """Answer a list."""
        context = self._ready().context
        asked = self._lists.read(request.query)
        listing = await list_rows(
            context.db,
            self._resource,
            asked,
            signing_key=context.signing_key,
            path=request.target,
        )
        return Response(listing.body, media_type=JSON_TYPE, headers=listing.headers)

    async def read(self, request: Request) -> Response:
        """Answer one row, or 304 to a client that has it."""
        asked = self._singles.read(request.query)
        read = read_row if asked.as_of is None else read_past_row
        reading = await read(self._ready().context.db, self._resource, request.params["id"], asked)
        if reading.may_be_unchanged:
            known = evaluate(request.method, request.headers, etag=reading.etag, last_modified=None)
            if known is Outcome.NOT_MODIFIED:
                return Response(status=304, headers=[("ETag", reading.etag)])
        return Response(reading.body, media_type=JSON_TYPE, headers=[("ETag", reading.etag)])

    async def create(self, request: Request) -> Response:
        """Answer with a new row."""
        ready = self._ready()
        caller = caller_of(request).name
        return await writing.create(request, ready.context.db, ready.writable, caller=caller)

    async def replace(self, request: Request) -> Response:
        """Answer with a row that was written anew."""
        ready = self._ready()
        caller = caller_of(request).name
        return await writing.replace(request, ready.context.db, ready.writable, caller=caller)

    async def patch(self, request: Request) -> Response:
        """Answer with a row that was changed in part."""
        ready = self._ready()
        caller = caller_of(request).name
        return await writing.patch(request, ready.context.db, ready.writable, caller=caller)

    async def delete(self, request: Request) -> Response:
        """Delete a row, or purge it."""
        wanted: Operation = "purge" if writing.asks_for_purge(request) else "delete"
        if wanted not in self._resource.operations:
            raise NotFound
        ready = self._ready()
        caller = caller_of(request).name
        return await writing.delete(request, ready.context.db, ready.writable, caller=caller)

    async def restore(self, request: Request) -> Response:
        """Answer with a row that was brought back."""
        ready = self._ready()
        caller = caller_of(request).name
        return await writing.restore(request, ready.context.db, ready.writable, caller=caller)

    async def bulk(self, request: Request) -> Response:
        """Answer many changes."""
        ready = self._ready()
        caller = caller_of(request).name
        return await writing.bulk(
            request, ready.context.db, ready.writable, ready.bulk, caller=caller
        )

    async def history(self, request: Request) -> Response:
        """Answer with the changes of a row."""
        context = self._ready().context
        listing = await read_history(
            context.db,
            self._resource,
            request.params["id"],
            read_history_request(request.query),
            target=request.target,
            keys=(context.signing_key,),
        )
        return Response(listing.body, media_type=JSON_TYPE, headers=listing.headers)

    async def revert(self, request: Request) -> Response:
        """Answer with a row that was made what it was."""
        ready = self._ready()
        caller = caller_of(request).name
        body = await writing.json_body(request)
        make = partial(
            write_one,
            ready.context.db,
            ready.writable,
            preferences=read_preferences(request.headers.get("prefer")),
            key=writing.key_of(request, caller, body),
        )
        written = await revert(
            ready.context.db,
            self._resource,
            request.params["id"],
            REVERT_BODY.decode(body).version,
            make=make,
            preconditions=read_preconditions(request.headers),
            caller=caller,
        )
        return writing.respond(written)

    async def act(self, request: Request, work: Work) -> Response:
        """Answer with what a change of the application's own returns; see `ResourceRoutes.act`."""
        ready = self._ready()
        return await act(
            request,
            work,
            db=ready.context.db,
            breaches=ready.writable.breaches,
            model=self._resource.model,
            path=self._path,
        )

    def _ready(self) -> _Prepared:
        if self._prepared is None:
            raise RuntimeError("the application has not started")
        return self._prepared
