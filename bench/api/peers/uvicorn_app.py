"""Hand-written ASGI on asyncpg: no framework between uvicorn and the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
import msgspec

from bench.api.peers import tracker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

_PREFIX = "/tasks/"


class Application:
    """The application; its pool lives from startup to shutdown."""

    _pool: asyncpg.Pool[asyncpg.Record]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            status, body = await self._answer(scope, receive)
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            status, body = 422, tracker.encode({"detail": str(error)})
        except asyncpg.IntegrityConstraintViolationError as error:
            status, body = 409, tracker.encode({"detail": str(error)})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, bytes]:
        path, method = scope["path"], scope["method"]
        if path == "/tasks" and method == "GET":
            asked = msgspec.convert(
                dict(parse_qsl(scope["query_string"].decode())), tracker.Question, strict=False
            )
            return 200, await tracker.list_tasks(self._pool, asked)
        if path == "/tasks" and method == "POST":
            return 201, await tracker.create(self._pool, await _body(receive))
        if path.startswith(_PREFIX) and method == "GET":
            task = await tracker.read(self._pool, UUID(path[len(_PREFIX) :]))
            if task is not None:
                return 200, task
        return 404, b'{"detail":"not found"}'

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            phase = (await receive())["type"]
            if phase == "lifespan.startup":
                self._pool = await tracker.open_pool()
            else:
                await self._pool.close()
            await send({"type": f"{phase}.complete"})
            if phase == "lifespan.shutdown":
                return


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


app = Application()
