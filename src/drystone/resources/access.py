"""Rows for handlers of an application's own, under the rules of the resource.

    @tasks.post("/{id:uuid}/assign", body=Assignment, returns=Task)
    async def assign(request: Request) -> Response:
        async def work(tx: Transaction) -> Task:
            task = await tasks.find(request, tx, request.params["id"], act="update", lock=True)
            ...

        return await tasks.act(request, work)

A handler that takes its rows from here cannot forget a rule: what is not seen is 404, what
is seen and not granted 403, or 401 for a guest; and `If-Match` of a request that is to change
the row in its address is held to it, 412.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from drystone.db.query.select import select
from drystone.errors import NotFound
from drystone.schema.expressions.functions import all_of

from .writing.preconditions import condition_missing, read_preconditions, refuse_version

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.db.queries import Queries
    from drystone.db.query.select import Select
    from drystone.http.request import Request
    from drystone.resources.permissions import Permissions
    from drystone.schema.expressions.expression import Predicate

FoundAct: TypeAlias = Literal["read", "update", "delete", "restore", "purge"]
"""What is to be done with a row that is there."""


async def find_row(
    queries: Queries,
    permissions: Permissions,
    model: type[Any],
    id: UUID,  # noqa: A002  (the column's name)
    *,
    act: FoundAct,
    lock: bool,
) -> Any:
    """Return a row by its id, if the caller may do that with it.

    Args:
        queries: the database, or a transaction.
        permissions: of the caller.
        model: the row's.
        id: the row's.
        act: what is to be done; a deleted row is found to be restored or purged alone.
        lock: whether nobody else is to change it until the transaction ends.

    Raises:
        NotFound: there is no such row that the caller sees.
        Forbidden: the caller sees it, and may not do that.
        Unauthenticated: likewise, and is a guest.
    """
    by_id = _among(act, model).where(model.id == id)
    if act == "read":
        scope = permissions.scope_of_one()
        found = await queries.first(_locked(_within(by_id, scope), lock=lock))
        if found is None:
            raise NotFound
        return found
    permission = permissions.of(act)
    seen = _within(by_id, permission.seen)
    found = await queries.first(_locked(_within(seen, permission.rows), lock=lock))
    if found is not None:
        return found
    if permission.rows is not None and await queries.exists(seen):
        raise permission.refuse()
    raise NotFound


def hold_to_version(request: Request, row: Any, *, is_required: bool) -> None:
    """Pass if the request means a row at the version that it has.

    Args:
        request: may be conditional.
        row: that it is about.
        is_required: whether the resource is changed under conditions alone.

    Raises:
        PreconditionFailed: it means another version.
        PreconditionRequired: it has to say which.
    """
    preconditions = read_preconditions(request.headers)
    if is_required and not preconditions.is_conditional:
        raise condition_missing()
    if not preconditions.allow(row.version):
        raise refuse_version(row.version)


def scope_of(permissions: Permissions, act: FoundAct) -> Predicate | None:
    """Return for which rows an act is granted; None for all.

    Raises:
        Forbidden: there is no row to be read.
        NotFound: likewise for a guest, or where one is to be changed.
        Unauthenticated: a guest may change none.
    """
    if act == "read":
        return permissions.scope()
    permission = permissions.of(act)
    return all_of([one for one in (permission.seen, permission.rows) if one is not None])


def _among(act: FoundAct, model: type[Any]) -> Select[Any]:
    match act:
        case "restore":
            return select(model).only_deleted()
        case "purge":
            return select(model).with_deleted()
        case _:
            return select(model)


def _within(query: Select[Any], scope: Predicate | None) -> Select[Any]:
    return query if scope is None else query.within(scope)


def _locked(query: Select[Any], *, lock: bool) -> Select[Any]:
    return query.for_no_key_update() if lock else query
