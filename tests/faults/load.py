"""Clients that never retry: whatever a server does to them is counted.

A request fails when it was sent on an open connection and no whole answer came back.
A connection that is refused is not a failed request: nobody was there to ask.
"""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

# Between two requests of a client, so that the clients leave the workers some time.
_PAUSE_SECONDS = 0.005
_END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Outcome:
    """What became of all requests."""

    answered: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


@dataclass
class Address:
    """Where to connect to: a port, or the path of a Unix socket."""

    port: int = 0
    path: str = ""
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.path:
            return await asyncio.open_unix_connection(self.path)
        return await asyncio.open_connection(
            self.host, self.port, ssl=self.tls, server_hostname="localhost" if self.tls else None
        )


class Load:
    """Some clients that ask again and again, until told to stop or refused.

    Args:
        address: where to.
        target: what is asked for.
        clients: how many at once.
        keep_alive: whether a connection is used again.
    """

    def __init__(
        self, address: Address, *, target: str = "/", clients: int = 20, keep_alive: bool = False
    ) -> None:
        self.outcome = Outcome()
        self._address = address
        self._keep_alive = keep_alive
        connection = "keep-alive" if keep_alive else "close"
        self._request = (
            f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n".encode()
        )
        self._stopping = False
        self._tasks = [asyncio.create_task(self._run_client()) for _ in range(clients)]

    async def answered(self, count: int, *, within: float = 10.0) -> None:
        """Wait until there are `count` more answers than now."""
        target = self.outcome.answered + count
        async with asyncio.timeout(within):
            while self.outcome.answered < target:
                await asyncio.sleep(0.01)

    async def stop(self) -> Outcome:
        """Let each client finish its request; return the outcome."""
        self._stopping = True
        async with asyncio.timeout(15):
            await asyncio.gather(*self._tasks)
        return self.outcome

    async def _run_client(self) -> None:
        while not self._stopping:
            try:
                reader, writer = await self._address.connect()
            except (ConnectionRefusedError, FileNotFoundError):
                self.outcome.refused += 1
                return
            except OSError as error:
                self.outcome.failures.append(f"connect: {error!r}")
                continue
            try:
                while await self._ask(reader, writer) and not self._stopping:
                    pass
            except (OSError, EOFError) as error:
                self.outcome.failures.append(repr(error))
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send a request and read its answer; tell whether the connection goes on."""
        writer.write(self._request)
        head = (await reader.readuntil(_END_OF_HEAD)).decode().lower()
        length = int(head.partition("content-length:")[2].split("\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith("http/1.1 200"):
            self.outcome.failures.append(head.split("\r\n")[0])
        self.outcome.answered += 1
        self.outcome.answers[body.decode()] += 1
        await asyncio.sleep(_PAUSE_SECONDS)
        return self._keep_alive and "connection: close" not in head


async def ask(address: Address, target: str = "/") -> str:
    """Return the body of one answer."""
    load = Load(address, target=target, clients=0)
    reader, writer = await address.connect()
    try:
        await load._ask(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    (body,) = load.outcome.answers
    return body
