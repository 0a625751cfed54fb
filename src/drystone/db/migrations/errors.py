"""What can go wrong with migrations.

These errors end a command or a start, never a request: somebody reads them in a
terminal. So each message says what is wrong, where, and the mend; several faults are
several lines, and a line that is indented belongs to the one before it.

    MigrationError
    ├── FileError            the files cannot be read as migrations
    ├── HistoryError         files and database do not tell the same story
    ├── Irreversible         a migration to be reverted has no way back
    ├── StatementFailed      PostgreSQL refused a statement
    ├── LedgerUnusable       the migrator may not keep its records
    ├── SharedSession        a pooler between, whose sessions are not the migrator's own
    └── DatabaseLost         the connection ended on the way
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class MigrationError(Exception):
    """Migrations cannot be read, planned, applied or reverted."""


class FileError(MigrationError):
    """Files cannot be read as migrations.

    Args:
        faults: one line for each, beginning with file and line.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class HistoryError(MigrationError):
    """What was applied and what the folder holds contradict each other.

    Args:
        faults: one line for each, with its mend.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Irreversible(MigrationError):
    """A migration has no statements to revert it with."""


class StatementFailed(MigrationError):
    """PostgreSQL refused a statement.

    Attributes:
        sqlstate: its code (PostgreSQL, appendix A), None where it gave none.
    """

    def __init__(self, message: str, *, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class LedgerUnusable(MigrationError):
    """The table of applied migrations cannot be made or used by this role."""


class SharedSession(MigrationError):
    """A pooler gives the migrator's session to others; see `pooler.py`."""


class DatabaseLost(MigrationError):
    """The connection ended before the work did."""
