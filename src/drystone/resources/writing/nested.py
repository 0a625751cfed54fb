"""Rows that are created together with the row that they refer to.

    POST /tasks  {"title": "…", "comments": [{"body": "…"}, {"body": "…"}]}

They are in the transaction of the row, behind it, in the order of the body, and each goes
the way of a creation of its own: the hooks and the rules of its resource hold. If one is
refused, all of them are tried again one by one, so that every fault is told, each with a
pointer into the list; nothing is kept then. Hooks may run twice for that, as they may
anywhere else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from drystone.db.query.select import select
from drystone.errors import NotFound, Problem, ValidationFailed, Violation
from drystone.resources.nested_list import MAX_CHILDREN
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.bodies import given_values
from drystone.schema.model.uuid7 import uuid7

from .change import Change, NestedRows, StoredRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from drystone.db.queries import Queries
    from drystone.db.transaction.transaction import Transaction
    from drystone.resources.declaration import Resource
    from drystone.resources.permissions import Permissions

    from .writable import Writable

    Write: TypeAlias = Callable[[Queries, Writable, Change], Awaitable[StoredRow]]


@dataclass(frozen=True, slots=True)
class _Child:
    """A row that is created along, and its place in the body."""

    name: str
    index: int
    writable: Writable
    change: Change


def take_nested(
    resource: Resource, given: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[NestedRows, ...]]:
    """Return what a body says of the row, and the lists of rows beside it.

    Args:
        resource: what is created.
        given: what the body gives, by attribute.

    Raises:
        ValidationFailed: a list has more rows than one may have.
    """
    values = dict(given)
    lists = tuple(
        NestedRows(one, tuple(given_values(row) for row in values.pop(one.name)))
        for one in resource.nested
        if one.name in values
    )
    faults = _limit_faults((one.nested.name, one.rows) for one in lists)
    if faults:
        raise ValidationFailed(errors=faults)
    return values, lists


def add_limits(resource: Resource, refusal: ValidationFailed, body: bytes) -> None:
    """Add to the faults of a body that its lists are too long, which its types do not say.

    Args:
        resource: what is created.
        refusal: of the body.
        body: as it was sent; it is JSON.
    """
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(plain, dict):
        lists = ((one.name, plain.get(one.name)) for one in resource.nested)
        refusal.errors = (*refusal.errors, *_limit_faults(lists))


def _limit_faults(lists: Iterable[tuple[str, object]]) -> list[Violation]:
    return [
        Violation(
            code="limit",
            detail=f"must hold at most {MAX_CHILDREN} items",
            pointer=format_pointer([name]),
        )
        for name, rows in lists
        if isinstance(rows, list | tuple) and len(rows) > MAX_CHILDREN
    ]


def permit_nested(lists: Sequence[NestedRows], permissions: Permissions) -> tuple[NestedRows, ...]:
    """Return lists with what is granted for the rows of each.

    Raises:
        Problem: the caller may create no such row.
    """
    return tuple(
        one.permitted(permissions.for_model(one.nested.model).of("create")) if one.rows else one
        for one in lists
    )


async def create_nested(
    tx: Transaction, writable: Writable, change: Change, *, write: Write
) -> dict[str, list[StoredRow]]:
    """Create the rows that a creation carries; return them by the names of their lists.

    Args:
        tx: the transaction in which the row they refer to was created.
        writable: the resource of that row.
        change: its creation.
        write: makes one change.

    Raises:
        Problem: some are refused; every fault is listed.
    """
    children = list(_children(writable, change))
    try:
        async with tx.savepoint():
            stored = [await write(tx, one.writable, one.change) for one in children]
    except Problem as problem:
        if problem.status >= 500:
            raise
        stored = await _create_each(tx, children, write)
    found: dict[str, list[StoredRow]] = {one.nested.name: [] for one in change.nested}
    for child, row in zip(children, stored, strict=True):
        found[child.name].append(row)
    return found


async def show_with_nested(
    tx: Transaction, writable: Writable, change: Change, lists: Mapping[str, Sequence[StoredRow]]
) -> StoredRow:
    """Return a row as it is by now, with those that were created along in its JSON.

    Hooks of theirs may have changed it, and what is computed of it may count them.
    """
    form = writable.form
    query = select(writable.model).where(writable.model.id == change.id)
    found = await tx.first(form.of(query, visible=change.permission.visible))
    if found is None:
        # A hook has deleted it.
        raise NotFound
    row = form.row(found)
    members = (
        b'"%b":[%b]' % (name.encode(), b",".join(one.json for one in rows))
        for name, rows in lists.items()
    )
    return row._replace(json=b"%b,%b}" % (row.json[:-1], b",".join(members)))


def _children(writable: Writable, change: Change) -> Iterator[_Child]:
    for one in change.nested:
        nested = one.nested
        for index, values in enumerate(one.rows):
            child = Change(
                operation="create",
                id=uuid7(),
                values={**values, nested.reference.attribute: change.id},
                permission=one.permission,
                caller=change.caller,
            )
            yield _Child(nested.name, index, writable.children[nested.name], child)


async def _create_each(
    tx: Transaction, children: Sequence[_Child], write: Write
) -> list[StoredRow]:
    """Create them with a savepoint for each, to find every one that is refused."""
    stored: list[StoredRow] = []
    refusals: list[Problem] = []
    for one in children:
        try:
            async with tx.savepoint():
                stored.append(await write(tx, one.writable, one.change))
        except Problem as problem:
            if problem.status >= 500:
                raise
            refusals.append(_refused_at(one, problem))
    if refusals:
        raise _join(refusals)
    return stored


def _refused_at(child: _Child, problem: Problem) -> Problem:
    """Return a problem whose pointers lead into the list."""
    place = format_pointer([child.name, child.index])
    if not problem.errors:
        problem.detail = f"{place}: {problem.detail}"
    problem.errors = tuple(
        Violation(code=one.code, detail=one.detail, pointer=f"{place}{one.pointer or ''}")
        for one in problem.errors
    )
    return problem


def _join(refusals: Sequence[Problem]) -> Problem:
    """Return the problem of all: of bodies that are not valid, or the first of another kind."""
    errors = tuple(fault for one in refusals for fault in one.errors)
    others = [one for one in refusals if not isinstance(one, ValidationFailed)]
    if not others:
        return ValidationFailed(errors=errors)
    others[0].errors = errors
    return others[0]
