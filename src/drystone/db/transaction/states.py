"""The life of a transaction, as a table.

    NEW ──begin──► OPEN ──commit──► COMMITTING ──committed──► COMMITTED
                     │                  ├──refused──────────► ROLLED_BACK
                     │                  └──lost─────────────► UNKNOWN
                     └──rollback───────────────────────────► ROLLED_BACK

COMMITTING is the point of no return: from the moment COMMIT is sent until its answer,
nobody here can know what became of the transaction.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class State(Enum):
    """Where a transaction is."""

    NEW = "not begun"
    OPEN = "open"
    COMMITTING = "being committed"
    COMMITTED = "committed"
    ROLLED_BACK = "rolled back"
    UNKNOWN = "lost during COMMIT"


class Event(Enum):
    """What happens to it."""

    BEGIN = "begin"
    COMMIT = "commit"
    COMMITTED = "committed"
    REFUSED = "refused"
    LOST = "lost"
    ROLL_BACK = "roll back"


_TABLE: Final[dict[tuple[State, Event], State]] = {
    (State.NEW, Event.BEGIN): State.OPEN,
    (State.OPEN, Event.COMMIT): State.COMMITTING,
    (State.OPEN, Event.ROLL_BACK): State.ROLLED_BACK,
    (State.COMMITTING, Event.COMMITTED): State.COMMITTED,
    (State.COMMITTING, Event.REFUSED): State.ROLLED_BACK,
    (State.COMMITTING, Event.LOST): State.UNKNOWN,
}


class TransactionMisused(RuntimeError):
    """Something was asked of a transaction that its state does not allow."""


def advance(state: State, event: Event) -> State:
    """Return the state after `event`.

    Raises:
        TransactionMisused: it cannot happen in this state.

    >>> advance(State.NEW, Event.BEGIN)
    <State.OPEN: 'open'>
    """
    following = _TABLE.get((state, event))
    if following is None:
        raise TransactionMisused(f"cannot {event.value} a transaction that is {state.value}")
    return following
