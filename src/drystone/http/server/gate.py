"""How many requests are handled at once, and how the rest waits or is sent away.

Past the bound a request waits in a short queue; past the queue, or after its time
there, it is answered 503. A queue that grows would only make everybody slow: what
cannot be served soon is better told so at once.

The newest request is served last, and the oldest is the one shed by time, since its
client is the likeliest to have given up.
"""

from __future__ import annotations

import asyncio
from collections import deque

from drystone.errors import Overloaded
from drystone.http.limits import Limits


class Gate:
    """Admit at most `max_concurrent_requests`; `enter` and `leave` come in pairs."""

    __slots__ = ("_limits", "free", "waiting")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.free = limits.max_concurrent_requests
        """How many may still enter by `free -= 1`, without a wait; 0 while anybody waits."""
        self.waiting: deque[asyncio.Future[None]] = deque()
        """Those in the queue. While there are none, `free += 1` does what `leave` does."""

    @property
    def running(self) -> int:
        """How many requests are inside."""
        return self._limits.max_concurrent_requests - self.free

    async def enter(self) -> None:
        """Enter when there is room.

        Raises:
            Overloaded: the queue is full, or the wait took too long.
        """
        if self.free:
            self.free -= 1
            return
        if len(self.waiting) >= self._limits.max_queued_requests:
            raise Overloaded
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout(self._limits.max_queue_seconds):
                await turn
        except TimeoutError:
            self._give_up(turn)
            raise Overloaded from None
        except asyncio.CancelledError:
            self._give_up(turn)
            raise

    def leave(self) -> None:
        """Make room; the one who waits longest comes in."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():
            self.leave()  # the turn had come in the same moment: pass it on
        elif turn in self.waiting:
            self.waiting.remove(turn)
