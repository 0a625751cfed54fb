"""A relay that counts the statements on their way to PostgreSQL.

It reads the protocol (chapter 55.7), so it sees what is sent, whoever sends it and by
whatever means; nothing in the application knows of it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from tests.integration.relay import Relay

_PROTOCOL_3 = 196_608


class CountingRelay(Relay):
    """A relay that counts.

    Attributes:
        statements: executions of prepared statements, and simple queries.
    """

    statements = 0

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await super()._connect()
        return reader, _Counted(self, writer)  # type: ignore[return-value]  # all that a relay uses


class _Counted:
    """The way to the server, with its messages counted as they pass."""

    def __init__(self, relay: CountingRelay, inner: asyncio.StreamWriter) -> None:
        self._relay = relay
        self._inner = inner
        self._waiting = b""
        self._has_begun = False

    def write(self, data: bytes) -> None:
        self._inner.write(data)
        self._waiting += data
        while self._take():
            pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _take(self) -> bool:
        """Take one message off what waits, if it is there whole."""
        # The first ones have no letter before their length.
        head = int(self._has_begun)
        if len(self._waiting) < head + 4:
            return False
        length = head + int.from_bytes(self._waiting[head : head + 4], "big")
        if len(self._waiting) < length:
            return False
        message, self._waiting = self._waiting[:length], self._waiting[length:]
        if self._has_begun:
            # Execute and Query.
            self._relay.statements += message[:1] in (b"E", b"Q")
        elif int.from_bytes(message[4:8], "big") == _PROTOCOL_3:
            self._has_begun = True
        return True
