"""How often what will go is still used: one count for each deprecated route and field.

Kept by the process from its start, as metrics are; whoever publishes them reads
`totals`. A name comes from a declaration and never from a request, so there are as many
counts as there are declarations.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["route", "field"]


class DeprecatedUse:
    """Counts uses; of one event loop, so nothing is locked."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Kind, str]] = Counter()

    def count(self, kind: Kind, name: str) -> None:
        """Count one use.

        Args:
            kind: of what.
            name: `GET /api/v1/tasks`, or `tasks.estimate_hours`.
        """
        self._counts[kind, name] += 1

    def totals(self) -> Mapping[tuple[Kind, str], int]:
        """Return all counts; the same mapping grows with them."""
        return MappingProxyType(self._counts)


DEPRECATED_USE: Final = DeprecatedUse()
"""The count of this process."""
