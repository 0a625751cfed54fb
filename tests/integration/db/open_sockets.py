"""The TCP sockets that this process holds open: none may be left of a connection that failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")
_TABLES = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
_INODE = 9


@asynccontextmanager
async def none_left() -> AsyncIterator[None]:
    """Fail with a timeout unless every TCP socket that was opened within is closed at the end.

    A driver that hangs up closes in later turns of the loop, after the goodbyes of TLS.
    """
    before = _open_sockets()
    yield
    async with asyncio.timeout(20):
        while _open_sockets() - before:
            await asyncio.sleep(0.005)


def _open_sockets() -> set[str]:
    """Return the inodes of our TCP sockets; those of the loop itself are of another kind."""
    tcp = {
        f"socket:[{line.split()[_INODE]}]"
        for table in _TABLES
        if table.exists()
        for line in table.read_text().splitlines()[1:]
    }
    ours = set()
    for descriptor in _DESCRIPTORS.iterdir() if tcp else ():
        with suppress(OSError):  # closed while we looked
            ours.add(str(descriptor.readlink()))
    return ours & tcp
