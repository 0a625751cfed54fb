"""The pages before and behind one that a cursor led to, as cursors again.

Whether there are more rows where the walk goes is known from one row more than asked for;
where it came from, from the cursor: the row at its place was there. Should all rows on a
side be gone by now, the way back begins with the row at the place, so that nothing is left
out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .cursor import Cursor, Direction, write_cursor
from .envelope import CursorPagination

if TYPE_CHECKING:
    from collections.abc import Sequence

# Where the way back begins when a side has no rows.
_BACK: Final = {
    Direction.AFTER: Direction.UNTIL,
    Direction.UNTIL: Direction.AFTER,
    Direction.BEFORE: Direction.FROM,
    Direction.FROM: Direction.BEFORE,
}


def paginate_beside(
    cursor: Cursor | None,
    places: Sequence[str],
    *,
    has_more: bool,
    limit: int,
    total: int | None,
    bound_to: bytes,
    keys: Sequence[bytes],
) -> CursorPagination:
    """Return where the pages beside one are.

    Args:
        cursor: what led here; None on the first page.
        places: of the page's rows, in the order of the list.
        has_more: whether there are more rows in the direction of the cursor.
        limit: rows on a page.
        total: rows in all, where they were counted.
        bound_to: what cursors are good for.
        keys: the first one signs.

    Raises:
        InvalidParameter: a row has values that are too long for a cursor.
    """
    before, behind = _neighbours(cursor, places, has_more=has_more)
    return CursorPagination(
        limit=limit,
        total=total,
        next_cursor=behind and write_cursor(behind, bound_to=bound_to, keys=keys),
        prev_cursor=before and write_cursor(before, bound_to=bound_to, keys=keys),
        has_next=behind is not None,
        has_prev=before is not None,
    )


def _neighbours(
    cursor: Cursor | None, places: Sequence[str], *, has_more: bool
) -> tuple[Cursor | None, Cursor | None]:
    """Return where the pages before and behind begin; None where there is none."""
    if cursor is None:
        return None, Cursor(Direction.AFTER, places[-1]) if has_more else None
    if not places:
        back = Cursor(_BACK[cursor.direction], cursor.place)
        return (None, back) if cursor.direction.is_backward else (back, None)
    before = Cursor(Direction.BEFORE, places[0])
    behind = Cursor(Direction.AFTER, places[-1])
    if cursor.direction.is_backward:
        return before if has_more else None, behind
    return before, behind if has_more else None
