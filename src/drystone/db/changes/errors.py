"""What a comparison refuses, with the mend.

ChangeRefused
└── BackfillNeeded
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ChangeRefused(ValueError):
    """There is no safe way from the one schema to the other in one migration."""


class BackfillNeeded(ChangeRefused):
    """Columns that must have a value come to tables that may have rows.

    Attributes:
        columns: the (table, column) pairs, all at once.
    """

    def __init__(self, columns: Sequence[tuple[str, str]]) -> None:
        self.columns = tuple(columns)
        names = ", ".join(f"{table}.{column}" for table, column in columns)
        super().__init__(
            f"{names}: rows that are there would have no value. Give a default, let it be"
            " null, or give an SQL expression to fill them with."
        )
