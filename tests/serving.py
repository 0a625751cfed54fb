"""Run a service on a real socket, in the test's own event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drystone.http.limits import Limits
from drystone.http.server.server import Server
from drystone.http.service import Service


@dataclass
class Served:
    port: int
    server: Server

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def exchange(self, request: bytes) -> bytes:
        """Send bytes, and return all that comes until the server closes."""
        reader, writer = await self.connect()
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(), 10)
        finally:
            writer.close()


@asynccontextmanager
async def serving(service: Service, *, limits: Limits | None = None) -> AsyncIterator[Served]:
    """Serve on an ephemeral port; stopped in order on leaving."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        limits = limits or Limits(
            drain_seconds=2, idle_drain_seconds=0.05, half_close_grace_seconds=0.05
        )
        server = Server(service, [listener], limits=limits)
        await server.start()
        try:
            yield Served(listener.getsockname()[1], server)
        finally:
            await server.stop()
