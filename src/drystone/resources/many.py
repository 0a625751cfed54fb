"""Rows that refer to a resource's row, shown beside it: expansion to many.

app.resource(Task, expand=[Task.project, many(Comment.task, limit=10)])

GET /tasks/{id}?expand=comments
{…, "comments": {"data": […], "has_more": true}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.expressions.expression import Expression

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Many:
    """The rows that refer to one row, at most so many of them.

    Attributes:
        reference: the field of theirs that leads to the row.
        name: of the member; the plural of their model where None.
        limit: of rows shown for each row.
        sort: which come first; the newest where empty.
    """

    reference: Expression[Any]
    name: str | None
    limit: int
    sort: tuple[Expression[Any], ...]


def many(
    reference: Expression[Any],
    *,
    name: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: Sequence[Expression[Any]] = (),
) -> Many:
    """Return an expansion to the rows whose `reference` leads to the resource's row.

    Args:
        reference: such as `Comment.task`.
        name: of the member and in `expand=`; the plural of their model if not given.
        limit: of rows shown for each row, 1 to 100.
        sort: which come first, such as `Comment.created_at`; the newest if not given.

    Raises:
        ValueError: the limit is outside of its range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit is {limit}; write 1 to {MAX_LIMIT}")
    return Many(reference=reference, name=name, limit=limit, sort=tuple(sort))
