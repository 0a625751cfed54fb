"""A row as the driver hands it over: values by position and by the column's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Record(Protocol):
    """What is used of `asyncpg.Record`."""

    def __getitem__(self, place: int, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> Iterator[str]:
        """Return the names of the columns."""
        ...
