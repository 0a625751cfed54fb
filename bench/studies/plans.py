"""A statement's plan and time, as PostgreSQL tells them (chapter 14.1, EXPLAIN ANALYZE)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import asyncpg

    from bench.studies.questions import Asked

RUNS: Final = 5
# One run of what takes this long says enough.
_SLOW_MILLISECONDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """How a statement went.

    Attributes:
        milliseconds: of execution, the median of several runs.
        buffers: pages of 8 KiB that it touched, in memory or not.
        indexes: that it used, in the order of the plan.
        nodes: of the plan, from the top, in words: `Limit`, `Index Scan using … on tasks`.
    """

    milliseconds: float
    buffers: int
    indexes: tuple[str, ...]
    nodes: tuple[str, ...]


async def measure_plan(
    connection: asyncpg.Connection[asyncpg.Record],
    sql: str,
    values: Sequence[object] = (),
    *,
    runs: int = RUNS,
) -> Measured:
    """Run a statement several times, after once to warm up, and return how it went."""
    times: list[float] = []
    plan: Mapping[str, Any] = {}
    for _ in range(runs + 1):
        text = await connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", *values
        )
        (plan,) = json.loads(text)
        times.append(plan["Execution Time"])
        if times[-1] > _SLOW_MILLISECONDS and len(times) > 1:
            break
    nodes = list(walk(plan["Plan"]))
    top = nodes[0]
    return Measured(
        milliseconds=median(times[1:] or times),
        buffers=top.get("Shared Hit Blocks", 0) + top.get("Shared Read Blocks", 0),
        indexes=tuple(dict.fromkeys(one["Index Name"] for one in nodes if "Index Name" in one)),
        nodes=tuple(describe(one) for one in nodes),
    )


async def identify(connection: asyncpg.Connection[asyncpg.Record], asked: Asked) -> int:
    """Return the number by which pg_stat_statements knows a statement."""
    text = await connection.fetchval(f"EXPLAIN (VERBOSE, FORMAT JSON) {asked.sql}", *asked.values)
    (plan,) = json.loads(text)
    return int(plan["Query Identifier"])


def walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a node of a plan and those below it."""
    yield node
    for one in node.get("Plans", ()):
        yield from walk(one)


def describe(node: Mapping[str, Any]) -> str:
    """Return a node in a few words.

    >>> describe({"Node Type": "Index Scan", "Index Name": "i", "Relation Name": "tasks"})
    'Index Scan using i on tasks'
    """
    words = [node["Node Type"]]
    if "Index Name" in node:
        words.append(f"using {node['Index Name']}")
    if "Relation Name" in node:
        words.append(f"on {node['Relation Name']}")
    if (removed := node.get("Rows Removed by Filter")) and removed > 1:
        words.append(f"({removed:,} rows dropped)")
    if "Sort Key" in node:
        words.append(f"by {', '.join(node['Sort Key'])}")
    return " ".join(words)
