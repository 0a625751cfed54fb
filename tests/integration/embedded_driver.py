"""A process that uses an embedded server, for tests that need more than one.

Run as `python embedded_driver.py asyncio|uvloop DIRECTORY`. Once the server is
there it prints a JSON object with its URL, version and origin; it leaves when a line
(or the end) comes on its standard input, or on Ctrl-C. Before it leaves it asks the
server for something, and prints `answered`: the server must outlive its users' wish
to stop.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import asyncpg
import uvloop

from drystone.db.embedded.server import EmbeddedPostgres


async def use(directory: Path) -> None:
    """Start or join the server in `directory`, and leave it when told."""
    async with EmbeddedPostgres(directory) as server:
        said = {"url": server.url(), "version": server.server_version, "origin": server.origin}
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        try:
            print(json.dumps(said), flush=True)
            await reader.readline()
        finally:
            connection = await asyncpg.connect(server.url())
            await connection.execute("SELECT 1")
            await connection.close()
            print("answered", flush=True)


def main() -> None:
    """Run with the loop and directory given."""
    loop, directory = sys.argv[1:]
    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(use(Path(directory)))


if __name__ == "__main__":
    main()
