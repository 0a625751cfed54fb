"""Requests → changes, and their answers → responses: the only part that knows HTTP.

Each function answers one operation of a resource. Whoever assembles the routes gives it
what does not stand in the request: the database, the resource, what its caller may do.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from drystone.errors import NotFound, UnsupportedMediaType, ValidationFailed
from drystone.http.request import MAX_JSON_BYTES
from drystone.http.response import JSON_TYPE, Response
from drystone.schema.model.bodies import given_values, is_read_only
from drystone.schema.model.model_meta import describe
from drystone.schema.model.uuid7 import uuid7

from .bulk import write_many
from .change import Change, Operation
from .idempotency_key import HEADER, digest_key, read_key
from .merge_body import read_patch
from .nested import add_limits, permit_nested, take_nested
from .perform import write_one
from .preconditions import read_preconditions
from .preferences import read_preferences

if TYPE_CHECKING:
    from drystone.db.database import Database
    from drystone.http.request import Request
    from drystone.resources.permission import Permission
    from drystone.resources.permissions import Permissions

    from .answer import Written
    from .bulk_body import BulkReader
    from .fixed_reference import FixedReference
    from .idempotency_key import IdempotencyKey
    from .writable import Writable


async def create(
    request: Request,
    db: Database,
    writable: Writable,
    *,
    permissions: Permissions,
    fixed: FixedReference | None = None,
) -> Response:
    """Answer `POST /<plural>`: 201 and the row.

    Args:
        request: its body is the row's writable fields.
        db: the database.
        writable: the resource.
        permissions: of whoever sends it.
        fixed: a reference that the address gives.

    Raises:
        NotFound: the row that it leads to has gone meanwhile.
        Problem: the row is refused; see `write`.
    """
    granted = permissions.of("create")
    body = await json_body(request)
    try:
        given = fixed.read(body) if fixed else given_values(writable.created.decode(body))
    except ValidationFailed as refusal:
        if writable.resource.nested:
            add_limits(writable.resource, refusal, body)
        raise
    values, lists = take_nested(writable.resource, given)
    change = Change(
        operation="create",
        id=uuid7(),
        values=values,
        permission=granted,
        nested=permit_nested(lists, permissions),
    )
    try:
        return await _write(request, db, writable, change, permissions, body=body)
    except ValidationFailed as refusal:
        raise fixed.explain(refusal) if fixed else refusal from None


async def replace(
    request: Request, db: Database, writable: Writable, *, permissions: Permissions
) -> Response:
    """Answer `PUT /<plural>/{id}`: 200 and the row. Arguments and errors as for `create`."""
    granted = permissions.of("update")
    body = await json_body(request)
    given = given_values(writable.replaced.decode(body))
    computed = writable.resource.computed
    put_back = {name: given.pop(name) for name in computed if name in given}
    info = describe(writable.model)
    read_only = {one.attribute for one in info.columns if is_read_only(one)}
    change = Change(
        operation="replace",
        id=_id(request),
        values={name: value for name, value in given.items() if name not in read_only},
        echoed={name: value for name, value in given.items() if name in read_only},
        # What other rows or the clock have a part in may have moved on since it was read.
        recomputed=tuple(
            (computed[name], value) for name, value in put_back.items() if computed[name].is_of_row
        ),
        preconditions=read_preconditions(request.headers),
        permission=granted,
    )
    return await _write(request, db, writable, change, permissions, body=body)


async def patch(
    request: Request, db: Database, writable: Writable, *, permissions: Permissions
) -> Response:
    """Answer `PATCH /<plural>/{id}`: 200 and the row. Arguments and errors as for `create`."""
    granted = permissions.of("update")
    _refuse_json_patch(request)
    body = await json_body(request)
    asked = read_patch(writable.model, writable.patched.decode(body))
    change = Change(
        operation="patch",
        id=_id(request),
        values=asked.values,
        merges=asked.merges,
        preconditions=read_preconditions(request.headers),
        permission=granted,
    )
    return await _write(request, db, writable, change, permissions, body=body)


async def delete(
    request: Request, db: Database, writable: Writable, *, permissions: Permissions
) -> Response:
    """Answer `DELETE /<plural>/{id}`: 204. Arguments and errors as for `create`.

    With `?purge=true` the row is gone for good; whoever assembles the routes asks
    `asks_for_purge` first, as it has a permission of its own.
    """
    operation: Literal["purge", "delete"] = "purge" if asks_for_purge(request) else "delete"
    change = _change(request, operation, permissions.of(operation))
    return await _write(request, db, writable, change, permissions)


async def restore(
    request: Request, db: Database, writable: Writable, *, permissions: Permissions
) -> Response:
    """Answer `POST /<plural>/{id}/restore`: 200 and the row. As for `create`, no body."""
    if not describe(writable.model).soft_delete:
        raise NotFound
    request.query.expect_only(())
    change = _change(request, "restore", permissions.of("restore"))
    return await _write(request, db, writable, change, permissions)


async def bulk(
    request: Request,
    db: Database,
    writable: Writable,
    reader: BulkReader,
    *,
    permissions: Permissions,
) -> Response:
    """Answer `POST /<plural>/bulk`: 200 and a result or problem for each item.

    Args:
        request: its body lists what to create, update and delete.
        db: the database.
        writable: the resource.
        reader: of the resource's bulk bodies.
        permissions: as for `create`; an item that is refused has a problem of its own.

    Raises:
        BulkFailed: the changes are atomic, and one of them cannot be made.
        Problem: none of its kinds may be sent by this caller.
    """
    permissions.check_any(reader.kinds)
    body = await json_body(request)
    changes = reader.read(body, permissions=permissions)
    written = await write_many(
        db,
        writable,
        changes,
        preferences=read_preferences(request.headers.get("prefer")),
        key=key_of(request, permissions.caller.name, body),
        author=permissions.author,
    )
    return respond(written)


def asks_for_purge(request: Request) -> bool:
    """Tell whether a DELETE is meant for good.

    Raises:
        UnknownParameter: the query holds anything else.
        InvalidParameter: `purge` is neither `true` nor `false`.
    """
    request.query.expect_only(("purge",))
    return request.query.boolean("purge", default=False)


async def _write(
    request: Request,
    db: Database,
    writable: Writable,
    change: Change,
    permissions: Permissions,
    *,
    body: bytes = b"",
) -> Response:
    caller = permissions.caller.name
    written = await write_one(
        db,
        writable,
        dataclasses.replace(change, caller=caller),
        preferences=read_preferences(request.headers.get("prefer")),
        key=key_of(request, caller, body),
        author=permissions.author,
    )
    return respond(written)


def _change(request: Request, operation: Operation, granted: Permission) -> Change:
    return Change(
        operation=operation,
        id=_id(request),
        preconditions=read_preconditions(request.headers),
        permission=granted,
    )


async def json_body(request: Request) -> bytes:
    """Return the body of a request that may have no parameters and must be JSON."""
    request.query.expect_only(())
    request.require_json()
    return await request.bytes(max_bytes=MAX_JSON_BYTES)


def _refuse_json_patch(request: Request) -> None:
    """Refuse the other patch format that is JSON: its media type means other things."""
    media_type = (request.headers.get("content-type") or "").partition(";")[0]
    if media_type.strip().lower() == "application/json-patch+json":
        raise UnsupportedMediaType(
            "A patch is a JSON merge patch: send it as application/merge-patch+json.",
            headers=[("Accept-Patch", "application/merge-patch+json, application/json")],
        )


def _id(request: Request) -> UUID:
    value: Any = request.params["id"]
    if not isinstance(value, UUID):
        raise NotFound
    return value


def key_of(request: Request, caller: str, body: bytes) -> IdempotencyKey | None:
    """Return the request's idempotency key; None without one."""
    # PUT is idempotent by itself (RFC 9110, section 9.2.2).
    if request.method == "PUT":
        return None
    key = read_key(request.headers.get(HEADER))
    if key is None:
        return None
    content = (request.head.raw_query or b"", body)
    return digest_key(key, caller=caller, method=request.method, path=request.path, content=content)


def respond(written: Written) -> Response:
    """Return the response that an answer becomes."""
    media_type = JSON_TYPE if written.body else None
    return Response(
        written.body, status=written.status, media_type=media_type, headers=written.headers
    )
