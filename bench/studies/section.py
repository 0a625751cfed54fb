"""Every study, on two sizes of the tracker, and the files that it ends in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg

from bench.studies import document
from bench.studies.depth import study_depth
from bench.studies.indexes import study_indexes
from bench.studies.n_plus_one import study_n_plus_one
from bench.studies.pool_size import study_pool
from bench.studies.server import studied_database
from bench.studies.slow_queries import study_slow_queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.studies.depth import Depth
    from bench.studies.indexes import IndexStudy
    from bench.studies.n_plus_one import Way
    from bench.studies.pool_size import Throughput
    from bench.studies.slow_queries import SlowQuery

DOCS: Final = Path(__file__).parents[2] / "docs"
SMALL: Final = 100_000
LARGE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Studies:
    """Everything that was found.

    Attributes:
        machine: facts about it.
        indexes: of each index, by the number of tasks.
        slow: the slow queries.
        depth: pages far from the first.
        ways: the N+1 problem, and what solves it.
        pool: sizes of the pool.
    """

    machine: Mapping[str, str]
    indexes: Mapping[int, Sequence[IndexStudy]]
    slow: Sequence[SlowQuery]
    depth: Sequence[Depth]
    ways: Sequence[Way]
    pool: Sequence[Throughput]


def study(
    machine: Mapping[str, str],
    *,
    seconds: float,
    tell: Callable[[str], None],
    sizes: tuple[int, int] = (SMALL, LARGE),
) -> Studies:
    """Run every study.

    Args:
        machine: facts about it.
        seconds: how long each size of the pool is under load.
        tell: is given a line per step.
        sizes: numbers of tasks: all studies are made with the first, those of indexes
            with both.
    """

    async def run() -> Studies:
        small, large = sizes
        indexes = {}
        async with studied_database(small, tell) as url:
            indexes[small] = await _on(url, tell)
            tell("Slow queries …")
            connection = await asyncpg.connect(url)
            try:
                version = str(await connection.fetchval("SHOW server_version"))
                slow = await study_slow_queries(connection, url)
            finally:
                await connection.close()
            tell("Pages far from the first …")
            depth = await study_depth(url)
            ways = await study_n_plus_one(url)
            tell("Sizes of the pool …")
            pool = await study_pool(url, seconds=seconds)
        async with studied_database(large, tell) as url:
            indexes[large] = await _on(url, tell)
        facts = {**machine, "PostgreSQL": version}
        return Studies(facts, indexes, slow, depth, ways, pool)

    return asyncio.run(run())


async def _on(url: str, tell: Callable[[str], None]) -> list[IndexStudy]:
    tell("Index by index …")
    connection = await asyncpg.connect(url)
    try:
        return await study_indexes(connection)
    finally:
        await connection.close()


def write(studies: Studies, directory: Path = DOCS) -> None:
    """Write the page and its pictures.

    Raises:
        ImportError: there is no matplotlib; the page is written by then.
    """
    (directory / "query-performance.md").write_text(document.render(studies))
    from bench.studies import pictures  # noqa: PLC0415 - matplotlib is slow to import

    pictures.draw(studies, directory)
