"""Long work between two awaits, cut into turns so that the loop serves others meanwhile.

The driver encodes the rows of a COPY one after the other and waits only for a socket that
is full. A server that keeps up with it never lets that happen: measured, a million rows
held the loop for 3.6 seconds, in which no other request is answered and no deadline ends.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

T = TypeVar("T")

# About a millisecond of encoding.
_ROWS_PER_TURN: Final = 250


async def take_turns(rows: Iterable[T]) -> AsyncGenerator[T, None]:
    """Yield the rows, and let others run after every few."""
    waiting = iter(rows)
    while True:
        turn = 0
        for turn, row in enumerate(islice(waiting, _ROWS_PER_TURN), 1):  # noqa: B007  (counted)
            yield row
        if turn < _ROWS_PER_TURN:
            return
        await asyncio.sleep(0)
