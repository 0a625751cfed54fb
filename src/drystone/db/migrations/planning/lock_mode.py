"""PostgreSQL's table locks, weakest first, and whom each keeps out.

Source: PostgreSQL chapter 13.3.1, "Table-Level Locks", table 13.2.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class LockMode(IntEnum):
    """A table lock; a greater one is stronger."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def label(self) -> str:
        """Its name as the documentation writes it.

        >>> LockMode.SHARE_ROW_EXCLUSIVE.label
        'SHARE ROW EXCLUSIVE'
        """
        return self.name.replace("_", " ")

    @property
    def blocks(self) -> str:
        """Whom it keeps out.

        >>> LockMode.SHARE.blocks, LockMode.ACCESS_EXCLUSIVE.blocks
        ('writes', 'reads and writes')
        """
        if self is LockMode.ACCESS_EXCLUSIVE:
            return "reads and writes"
        if self.blocks_writes:
            return "writes"
        return "schema changes" if self is LockMode.SHARE_UPDATE_EXCLUSIVE else "nobody"

    @property
    def blocks_writes(self) -> bool:
        """Whether INSERT, UPDATE and DELETE have to wait for it."""
        return self >= LockMode.SHARE


_BY_NAME: Final = {mode.name.title().replace("_", "") + "Lock": mode for mode in LockMode}


def parse_mode(name: str) -> LockMode:
    """Return the mode that `pg_locks` calls by a name.

    >>> parse_mode("ShareUpdateExclusiveLock").label
    'SHARE UPDATE EXCLUSIVE'
    """
    return _BY_NAME[name]
