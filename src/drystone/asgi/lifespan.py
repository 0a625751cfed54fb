"""Starting and stopping a hosted application, as far as it takes part.

One long call of the application stands for its whole life:

    startup ──► (serves) ──► shutdown

The specification has a server go on without it where the call fails before it
answered: most such applications do not know this kind of scope. One that answers
`startup.failed` means it.

Source: ASGI specification, lifespan format 2.0.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from drystone.asgi.protocol import (
    LIFESPAN_FORMAT,
    VERSION,
    Application,
    Message,
    ProtocolError,
    Scope,
)

log = logging.getLogger("drystone.asgi")


class StartupFailed(Exception):
    """The application refused to start; the text is its own."""


class Lifespan:
    """The life of one application.

    Args:
        application: what is started and stopped.
        state: what it may fill; each request gets a copy.
    """

    def __init__(self, application: Application, state: dict[str, Any]) -> None:
        self._application = application
        self._state = state
        self._task: asyncio.Task[None] | None = None
        self._asked = False
        self._stopping = asyncio.Event()
        self._settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def startup(self) -> None:
        """Let the application start.

        Raises:
            StartupFailed: it says that it cannot.
        """
        self._task = asyncio.create_task(self._run())
        try:
            await self._settled
        except BaseException:
            await self._end()
            raise

    async def shutdown(self, *, patience_seconds: float) -> None:
        """Let the application stop, and end it where it takes longer than it may."""
        if self._task is None or self._task.done():
            return
        self._settled = asyncio.get_running_loop().create_future()
        self._stopping.set()
        await asyncio.wait((self._settled, self._task), timeout=patience_seconds)
        if not self._settled.done():
            self._settled.cancel()
            log.error("the application did not confirm its shutdown")
        await self._end()

    async def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        scope: Scope = {
            "type": "lifespan",
            "asgi": {"version": VERSION, "spec_version": LIFESPAN_FORMAT},
            "state": self._state,
        }
        try:
            await self._application(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001  (the specification: the server goes on)
            self._report(error)
        finally:
            self._settle()

    def _report(self, error: Exception) -> None:
        if self._stopping.is_set():
            log.error("the application failed while it stopped", exc_info=error)
        elif self._settled.done():
            # After startup.failed this is the same failure once more.
            log.debug("the application ended its lifespan", exc_info=error)
        elif self._asked:
            log.warning("the application failed while it started; going on", exc_info=error)
        else:
            log.debug("the application takes no part in lifespan: %r", error)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "lifespan.startup"}
        await self._stopping.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        expected = "lifespan.shutdown" if self._stopping.is_set() else "lifespan.startup"
        if self._settled.done() or not kind.startswith(f"{expected}."):
            raise ProtocolError(f"{kind!r} may not be sent in answer to {expected}")
        if kind == "lifespan.startup.failed":
            self._settled.set_exception(StartupFailed(message.get("message", "")))
        elif kind == "lifespan.shutdown.failed":
            log.error("the application could not stop: %s", message.get("message", ""))
        self._settle()

    def _settle(self) -> None:
        if not self._settled.done():
            self._settled.set_result(None)
