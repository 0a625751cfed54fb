"""Waiting for what another process does, where the system has no call to wait with."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# A server is ready, or gone, within some 20 ms: a longer pause would be felt, a
# shorter one would take the processor away from what is waited for.
PAUSE_SECONDS = 0.005


async def until(condition: Callable[[], bool], timeout_seconds: float) -> bool:
    """Ask `condition` again and again until it holds; False when time runs out first."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(PAUSE_SECONDS)
    return True
