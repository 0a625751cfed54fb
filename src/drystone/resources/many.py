"""Rows that refer to a resource's row, shown beside it: expansion to many.

    app.resource(
        Task,
        expand=[
            Task.project,
            many(Comment.task, limit=10, sort=[Comment.created_at], expand=[Comment.author]),
            many(Member.project, of=Task.project),
        ],
    )

    GET /tasks/{id}?expand=comments.author,project.members
    {…, "comments": {"data": […], "has_more": true}, "project": {…, "members": {…}}}

There is one list on a way at most: what is in a list may have references expanded, and no
lists of its own, whose rows would multiply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.expressions.expression import Expression, Order

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Many:
    """The rows that refer to one row, at most so many of them; as declared.

    Attributes:
        reference: the field of theirs that leads to the row.
        name: of the member; the plural of their model where None.
        limit: of rows shown for each row.
        sort: which come first; the newest where empty.
        of: the reference that leads to the row they refer to; None where it is the
            resource's own.
        expand: references of theirs that can be expanded.
    """

    reference: Expression[Any]
    name: str | None
    limit: int
    sort: tuple[Expression[Any] | Order, ...]
    of: Expression[Any] | None
    expand: tuple[Expression[Any], ...]


def many(
    reference: Expression[Any],
    *,
    name: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: Sequence[Expression[Any] | Order] = (),
    of: Expression[Any] | None = None,
    expand: Sequence[Expression[Any]] = (),
) -> Many:
    """Return an expansion to the rows whose `reference` leads to a row.

    Args:
        reference: such as `Comment.task`.
        name: of the member and in `expand=`; the plural of their model if not given.
        limit: of rows shown for each row, 1 to 100.
        sort: which come first, such as `Comment.created_at` or
            `Comment.created_at.desc()`; the newest if not given.
        of: whose they are, where that is not the resource's own row: `Task.project`.
        expand: references of theirs that can be expanded, such as `Comment.author`.

    Raises:
        ValueError: the limit is outside of its range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit is {limit}; write 1 to {MAX_LIMIT}")
    return Many(
        reference=reference,
        name=name,
        limit=limit,
        sort=tuple(sort),
        of=of,
        expand=tuple(expand),
    )
