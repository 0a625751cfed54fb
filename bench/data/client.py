"""The process that is measured: one contender, one load.

    python -m bench.data.client drystone-json by-key 64 2.0 10 URL

It connects, compares an answer with what the database holds, warms up, and asks for so
many seconds with so many callers. Its own CPU time is what the library costs, the calls
and their clock included; PostgreSQL's is that of the processes behind its connections.
One line of JSON goes to standard output.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from itertools import cycle, islice
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import uvloop

from bench.data.backends import backends, bind, running_seconds
from bench.data.contenders import BY_KEY, contender
from bench.data.reads import PAGE_ROWS, PAGE_STATUS, check_page, check_row

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from bench.data.reads import Reads

    Read = Callable[[UUID], Awaitable[bytes]]

WARM_UP_SECONDS = 0.7
_KEYS = 2_000


async def measure(
    name: str,
    operation: str,
    *,
    callers: int,
    seconds: float,
    connections: int,
    url: str,
    postgres_core: int | None,
) -> dict[str, float]:
    """Return the figures of one load by the names of their metrics."""
    monitor = await asyncpg.connect(url)
    try:
        async with contender(name).load()(url, connections) as reads:
            read, keys = await _choose(reads, operation, monitor)
            await _ask(read, keys, callers=callers, seconds=WARM_UP_SECONDS)
            pids = await backends(monitor)
            bind(pids, postgres_core)
            gc.collect()
            return await _measure(read, keys, pids, callers=callers, seconds=seconds)
    finally:
        await monitor.close()


async def _choose(
    reads: Reads, operation: str, monitor: asyncpg.Connection[asyncpg.Record]
) -> tuple[Read, Sequence[UUID]]:
    """Return what is asked, and for which keys; compare the first answer."""
    if operation == BY_KEY:
        keys = await _sample(monitor, "SELECT id FROM tasks ORDER BY id")
        check_row(await reads.by_key(keys[0]), keys[0])
        return reads.by_key, keys
    keys = await _sample(monitor, "SELECT id FROM projects ORDER BY id")
    records = await monitor.fetch(
        "SELECT priority FROM tasks WHERE project_id = $1 AND status = $2 "
        "ORDER BY priority DESC LIMIT $3",
        keys[0],
        PAGE_STATUS,
        PAGE_ROWS,
    )
    check_page(await reads.page(keys[0]), [record["priority"] for record in records])
    return reads.page, keys


async def _sample(monitor: asyncpg.Connection[asyncpg.Record], sql: str) -> Sequence[UUID]:
    """Return keys, the same for every contender, in no order."""
    keys = [UUID(int=record["id"].int) for record in await monitor.fetch(sql)]
    return Random(2026).sample(keys, min(_KEYS, len(keys)))


async def _measure(
    read: Read, keys: Sequence[UUID], pids: Sequence[int], *, callers: int, seconds: float
) -> dict[str, float]:
    postgres_before = running_seconds(pids)
    cpu_before, before = time.process_time(), time.perf_counter()
    took = await _ask(read, keys, callers=callers, seconds=seconds)
    elapsed = time.perf_counter() - before
    cpu = time.process_time() - cpu_before
    postgres = running_seconds(pids) - postgres_before
    took.sort()
    return {
        "requests_per_second": len(took) / elapsed,
        "cpu_us_per_request": cpu * 1e6 / len(took),
        "postgres_cpu_us_per_request": postgres * 1e6 / len(took),
        "cpu_sum_us_per_request": (cpu + postgres) * 1e6 / len(took),
        "p50_ms": took[len(took) // 2] * 1e3,
        "p99_ms": took[int(len(took) * 0.99)] * 1e3,
    }


async def _ask(read: Read, keys: Sequence[UUID], *, callers: int, seconds: float) -> list[float]:
    """Ask for so many seconds; return how long each answer took, in seconds."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def call(own: Iterator[UUID]) -> None:
        clock = time.perf_counter
        begun = clock()
        while begun < until:
            await read(next(own))
            ended = clock()
            took.append(ended - begun)
            begun = ended

    step = max(1, len(keys) // callers)
    await asyncio.gather(
        *(call(islice(cycle(keys), number * step, None)) for number in range(callers))
    )
    return took


def main() -> None:
    """Measure what the arguments name."""
    name, operation, callers, seconds, connections, core, url = sys.argv[1:]
    figures = uvloop.run(
        measure(
            name,
            operation,
            callers=int(callers),
            seconds=float(seconds),
            connections=int(connections),
            url=url,
            postgres_core=int(core) if core else None,
        )
    )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
