"""How a transaction sees others: its isolation level and what it may do.

PostgreSQL manual, "Transaction Isolation" and SET TRANSACTION. The mode travels with
BEGIN itself, so it costs no round trip and leaves nothing behind in the session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Isolation: TypeAlias = Literal["read_committed", "repeatable_read", "serializable"]

_LEVELS: Final[dict[str, str]] = {
    "read_committed": "READ COMMITTED",
    "repeatable_read": "REPEATABLE READ",
    "serializable": "SERIALIZABLE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionMode:
    """What BEGIN says.

    Attributes:
        isolation: `read_committed` sees what others committed before each statement,
            `repeatable_read` before the first one, `serializable` as if one ran alone.
        read_only: writes are refused.
        deferrable: a serializable read-only transaction waits for a moment from which
            it can neither fail nor hold up others.

    Raises:
        ValueError: there is no such isolation, or `deferrable` would have no effect.
    """

    isolation: Isolation = "read_committed"
    read_only: bool = False
    deferrable: bool = False

    def __post_init__(self) -> None:
        if self.isolation not in _LEVELS:
            raise ValueError(
                f"there is no isolation {self.isolation!r}; write one of {', '.join(_LEVELS)}"
            )
        if self.deferrable and not (self.read_only and self.isolation == "serializable"):
            raise ValueError(
                "deferrable has no effect except with isolation='serializable', read_only=True"
            )

    def begin(self) -> str:
        """Return the statement that begins such a transaction.

        The level is always named: the role or database may have another default.

        >>> TransactionMode(isolation="serializable", read_only=True).begin()
        'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY'
        """
        words = ["BEGIN ISOLATION LEVEL", _LEVELS[self.isolation]]
        if self.read_only:
            words.append("READ ONLY")
        if self.deferrable:
            words.append("DEFERRABLE")
        return " ".join(words)
