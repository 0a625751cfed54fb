"""Whether this process can serve: named checks, asked together when somebody asks.

Alive and ready are two questions. A process that cannot reach its database is alive
(restarting it would not help) but not ready (no traffic should come). One that is
about to stop says so first, by not being ready, so that a load balancer turns away
before the last connection closes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

log = logging.getLogger("drystone.observe")

Check: TypeAlias = Callable[[], Awaitable[None]]

CHECK_TIMEOUT_SECONDS: Final = 2.0


class Readiness:
    """The checks of one process.

    Args:
        timeout_seconds: a check that takes longer has failed.
    """

    def __init__(self, *, timeout_seconds: float = CHECK_TIMEOUT_SECONDS) -> None:
        self._timeout_seconds = timeout_seconds
        self._checks: dict[str, Check] = {}
        self.draining = False
        """Whether the process is about to stop."""

    def add(self, name: str, check: Check) -> None:
        """Add a check: it returns where all is well, and raises where it is not.

        Raises:
            ValueError: the name is taken.
        """
        if name in self._checks:
            raise ValueError(f"there is a readiness check {name!r} already; rename one of them")
        self._checks[name] = check

    def put(self, name: str, check: Check) -> None:
        """Add a check of the platform's own, or replace it."""
        self._checks[name] = check

    async def failing(self) -> list[str]:
        """Run every check at once; return the names of those that failed, in order.

        Why one failed goes to the log, not to the caller.
        """
        results = await asyncio.gather(*(self._run(*item) for item in self._checks.items()))
        return [name for name, passed in zip(self._checks, results, strict=True) if not passed]

    async def _run(self, name: str, check: Check) -> bool:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await check()
        except Exception as error:  # noqa: BLE001  (any failure means: not ready)
            log.warning("not ready", extra={"check": name, "reason": repr(error)})
            return False
        return True
