"""Whether the past of a row may be told to whoever asks for it.

A row that is there is held to the rules as it is now: they look at columns, and what those
were at each time would be a rule of its own for each change. Of a row that is gone for good
nothing is left to look at, so its past is for those alone whom no rule restricts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.errors import NotFound

if TYPE_CHECKING:
    from drystone.db.history.entries import Entries
    from drystone.db.history.past import Past
    from drystone.resources.permission import PastPermission


def check_told(found: Past | Entries, permission: PastPermission) -> None:
    """Return if the past of a row may be told.

    Args:
        found: what is known of it.
        permission: of the caller.

    Raises:
        NotFound: there is no row that the caller sees, or a guest may not know.
        Forbidden: the caller sees the row, and not its past.
    """
    if not found.is_there:
        if not permission.tells_gone:
            raise NotFound
    elif not found.is_seen:
        raise NotFound
    elif not found.is_told:
        raise permission.refuse()
