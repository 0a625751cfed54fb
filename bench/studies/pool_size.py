"""Throughput and waiting by the size of the pool, with 64 callers at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

from examples.tasks.models import Task

from drystone import Database, select
from drystone.db.pool.config import PoolConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES: Final = (1, 2, 4, 8, 16, 32, 64)
CALLERS: Final = 64


@dataclass(frozen=True, slots=True)
class Throughput:
    """A pool under load.

    Attributes:
        size: connections.
        per_second: pages of 20 rows.
        p50: milliseconds that a caller waited for a page, half of them less.
        p99: milliseconds, one in a hundred more.
    """

    size: int
    per_second: float
    p50: float
    p99: float


async def study_pool(url: str, *, seconds: float, sizes: Sequence[int] = SIZES) -> list[Throughput]:
    """Return what each size yields."""
    return [await _load(url, size, seconds) for size in sizes]


async def _load(url: str, size: int, seconds: float) -> Throughput:
    config = PoolConfig(min_size=size, max_size=size)
    query = select(Task).where(Task.status == "todo").order_by(Task.id.desc()).limit(20)
    waits: list[float] = []
    async with Database(url, config=config) as db:
        await asyncio.gather(*(db.json(query) for _ in range(CALLERS)))
        end = perf_counter() + seconds

        async def call() -> None:
            while (begin := perf_counter()) < end:
                await db.json(query)
                waits.append(perf_counter() - begin)

        begin = perf_counter()
        await asyncio.gather(*(call() for _ in range(CALLERS)))
        took = perf_counter() - begin
    waits.sort()
    return Throughput(
        size=size,
        per_second=len(waits) / took,
        p50=waits[len(waits) // 2] * 1_000,
        p99=waits[len(waits) * 99 // 100] * 1_000,
    )
