"""In whose name a write is made: what the history is told, where anything is recorded.

one statement      says it itself; no round trip more
with hooks         the transaction is told first, as hooks write what they like
bulk               likewise, once for all items
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.db.history.author import AuthoredQueries, name_author
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from drystone.db.history.author import Author
    from drystone.db.queries import Queries

    from .change import Change, Operation
    from .referrers import Referrers
    from .writable import Writable


async def sign(
    queries: Queries, writable: Writable, change: Change, author: Author | None
) -> Queries:
    """Return what makes a change in the name of its author.

    Args:
        queries: the database, or a transaction; that where there are hooks, or rows that
            are created along.
        writable: the resource.
        change: what is to happen.
        author: who makes it; None where that is said otherwise, or by nobody.
    """
    if author is None or not (change.nested or records(writable, change.operation)):
        return queries
    if writable.hooks or change.nested:
        await name_author(queries, author)
        return queries
    return AuthoredQueries(queries, author)


def records(writable: Writable, operation: Operation) -> bool:
    """Tell whether the history may have to do with a change."""
    if writable.hooks or describe(writable.model).history:
        return True
    if operation in ("create", "replace", "patch"):
        return False
    return any(describe(one).history for one in _go_along(writable.referrers, writable.model))


def _go_along(referrers: Referrers, model: type[Any]) -> set[type[Any]]:
    """Return the models whose rows change where rows of one go or come back."""
    found: set[type[Any]] = set()
    waiting = [model]
    while waiting:
        for one in referrers.of(waiting.pop()):
            if one.on_delete != "restrict" and one.model not in found:
                found.add(one.model)
                waiting.append(one.model)
    return found
