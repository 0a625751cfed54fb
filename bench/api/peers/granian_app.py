"""Hand-written RSGI on asyncpg: granian's own interface, its fastest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
import msgspec

from bench.api.peers import tracker

if TYPE_CHECKING:
    import asyncio

_PREFIX = "/tasks/"
_HEADERS = [("content-type", "application/json")]


class Application:
    """The application (RSGI 1)."""

    _pool: asyncpg.Pool[asyncpg.Record]

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the pool."""
        self._pool = loop.run_until_complete(tracker.open_pool())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close it."""
        loop.run_until_complete(self._pool.close())

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        try:
            status, body = await self._answer(scope, protocol)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            status, body = 422, tracker.encode({"detail": str(error)})
        except asyncpg.IntegrityConstraintViolationError as error:
            status, body = 409, tracker.encode({"detail": str(error)})
        protocol.response_bytes(status, _HEADERS, body)

    async def _answer(self, scope: Any, protocol: Any) -> tuple[int, bytes]:
        path, method = scope.path, scope.method
        if path == "/tasks" and method == "GET":
            asked = msgspec.convert(
                dict(parse_qsl(scope.query_string)), tracker.Question, strict=False
            )
            return 200, await tracker.list_tasks(self._pool, asked)
        if path == "/tasks" and method == "POST":
            return 201, await tracker.create(self._pool, await protocol())
        if path.startswith(_PREFIX) and method == "GET":
            task = await tracker.read(self._pool, UUID(path[len(_PREFIX) :]))
            if task is not None:
                return 200, task
        return 404, b'{"detail":"not found"}'


app = Application()
