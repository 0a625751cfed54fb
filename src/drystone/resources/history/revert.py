"""`POST /{id}/revert` with `{"version": n}`: a row is made what it was, as a new change.

What is set are the writable fields that differ from that version, and it goes the way of
every PATCH: checks, references, hooks and conflicts are those of a change, for what was
right once may break a rule by now. The change is made on the version that it was made for;
if another one comes between, it is made anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from drystone.db.history.past import read_past_version
from drystone.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed, Violation
from drystone.resources.permission import ALL_PAST, UNRESTRICTED
from drystone.resources.writing.change import Change
from drystone.resources.writing.preconditions import UNCONDITIONAL, Preconditions, refuse_version
from drystone.schema.expressions.functions import all_of
from drystone.schema.model.bodies import given_values, is_read_only, patch_body
from drystone.schema.strict_json import JSONDecoder

from .past_row import present_row, row_of_version, write_object

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.resources.declaration import Resource
    from drystone.resources.permission import PastPermission, Permission
    from drystone.resources.writing.answer import Written

    from .past_row import PastRow

_ATTEMPTS: Final = 5


class RevertBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller sends.

    Attributes:
        version: to go back to.
    """

    version: int


REVERT_BODY: Final = JSONDecoder(RevertBody)


async def revert(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (the column's name)
    version: int,
    *,
    make: Callable[[Change], Awaitable[Written]],
    preconditions: Preconditions = UNCONDITIONAL,
    past: PastPermission = ALL_PAST,
    permission: Permission = UNRESTRICTED,
    caller: str = "",
) -> Written:
    """Make a row what it was.

    Args:
        db: the database.
        resource: whose row it is; its model has a history.
        id: the row's.
        version: to go back to.
        make: makes a change and returns its answer, such as `write_one` with the rest given.
        preconditions: which present versions are meant.
        past: whose past the caller may read: it is shown in the row that comes out.
        permission: which rows the caller may change.
        caller: who changes it.

    Returns:
        What `make` does; a row that is what it was already is not changed.

    Raises:
        NotFound: there is no such live row that the caller sees.
        Forbidden: the caller may not change it, or not read its past.
        ValidationFailed: it never had this version, or that is not known any more, or what
            it was breaks a rule by now.
        Conflict: it was deleted in this version.
        PreconditionFailed: it is at a version that is not meant.
        Problem: the change is refused.
    """

    async def plan() -> Change:
        change = await plan_revert(
            db, resource, id, version, preconditions=preconditions, past=past, permission=permission
        )
        return replace(change, permission=permission, caller=caller)

    for _ in range(_ATTEMPTS - 1):
        change = await plan()
        try:
            return await make(change)
        except PreconditionFailed:
            # Another change came between; whether the caller minds is looked at anew.
            continue
    return await make(await plan())


async def plan_revert(
    db: Queries,
    resource: Resource,
    id: UUID,  # noqa: A002  (as above)
    version: int,
    *,
    preconditions: Preconditions = UNCONDITIONAL,
    past: PastPermission = ALL_PAST,
    permission: Permission = UNRESTRICTED,
) -> Change:
    """Return the change that makes a row what it was; good for its present version alone.

    Raises as `revert` does.
    """
    info = resource.info
    told = all_of([one for one in (past.rows, permission.rows) if one is not None])
    found = await read_past_version(db, info, id, version, seen=past.seen, told=told)
    present = present_row(info, found)
    if present is None or present.is_deleted or not found.is_seen:
        raise NotFound
    if not found.is_told:
        raise permission.refuse()
    if not preconditions.allow(present.version):
        raise refuse_version(present.version)
    then = row_of_version(info, found, version)
    if then is None:
        raise _unknown_version(version)
    if then.is_deleted:
        raise Conflict(f"The row was deleted in version {version}; delete it instead.")
    return Change(
        operation="patch",
        id=id,
        values=_differences(resource, present, then),
        preconditions=Preconditions(versions=frozenset({present.version}), is_conditional=True),
    )


def _differences(resource: Resource, present: PastRow, then: PastRow) -> dict[str, Any]:
    """Return the writable fields that were otherwise then, by their names in Python.

    Raises:
        ValidationFailed: a value of then is outside of the bounds of now.
    """
    fields = {
        one.name: then.fields[one.name]
        for one in resource.info.columns
        if not is_read_only(one)
        and one.name in then.fields
        and then.fields[one.name] != present.fields.get(one.name)
    }
    body = JSONDecoder(patch_body(resource.model)).decode(write_object(fields))
    return given_values(body)


def _unknown_version(version: int) -> ValidationFailed:
    detail = f"must be one that the row had and that is still known, and {version} is not"
    return ValidationFailed(errors=[Violation(code="not_found", detail=detail, pointer="/version")])
