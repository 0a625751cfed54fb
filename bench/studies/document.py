"""The page that the studies end in: docs/query-performance.md, all of it written from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.studies.indexes import IndexStudy
    from bench.studies.plans import Measured
    from bench.studies.section import Studies
    from bench.studies.slow_queries import SlowQuery

_HEAD = """\
# What indexes, plans and pools do

Measured on the task tracker's tables with its own lists, by

```
.venv/bin/python -m bench --workloads studies
```

which writes this page anew: a PostgreSQL of its own ({version}) with its default settings,
parallel plans and JIT aside, so that times can be compared. Times are of execution inside
of PostgreSQL (`EXPLAIN ANALYZE`), the median of several runs with everything in memory,
unless a table says otherwise. The ratios are what to look at; the times are those of one
machine ({processor}, {measured}).
"""


def render(studies: Studies) -> str:
    """Return the page."""
    head = _HEAD.format(
        version=studies.machine["PostgreSQL"],
        processor=studies.machine["processor"],
        measured=studies.machine["measured"],
    )
    parts = [head, *_indexes(studies), *_slow(studies.slow), *_ways(studies)]
    return "\n".join([*parts, *_depth(studies), *_pool(studies)]).rstrip() + "\n"


def _indexes(studies: Studies) -> Iterable[str]:
    yield "## Index by index\n"
    yield (
        "Each request with the index and without it, in a transaction that drops the index and "
        "is rolled back. *Write* is the share of the time of inserting 2,000 tasks that "
        "keeping the index takes; below a few per cent it is noise. The index of a reference "
        "serves deletions too: what refers to a row is found by it.\n"
    )
    small, large = studies.indexes.values()
    sizes = list(studies.indexes)
    found = {one.name: one for one in large}
    for one in small:
        other = found.get(one.name)
        yield f"### `{one.table}`: `{one.definition}`\n"
        yield _facts(one, other, sizes)
        if one.served:
            yield _served(one, other, sizes)
        elif one.is_rule:
            yield "Holds a rule of the table; none of the requests needs it to be quick.\n"
        else:
            yield "None of these requests uses it.\n"


def _facts(one: IndexStudy, other: IndexStudy | None, sizes: Sequence[int]) -> str:
    facts = [f"{one.bytes / 1e6:.1f} MB with {sizes[0]:,} tasks"]
    if other is not None:
        facts.append(f"{other.bytes / 1e6:.0f} MB with {sizes[1]:,}")
    if one.write_share is not None:
        facts.append(f"write {max(one.write_share, 0):.0%}")
    return "; ".join(facts) + ".\n"


def _served(one: IndexStudy, other: IndexStudy | None, sizes: Sequence[int]) -> str:
    rows = [
        [f"`{served.target}`", f"{size:,}", *_compare(served.with_it, served.without)]
        for size, each in zip(sizes, (one, other), strict=True)
        if each is not None
        for served in each.served
    ]
    return _table(["request", "tasks", "with", "without", "slower", "then by"], rows)


def _compare(with_it: Measured, without: Measured) -> list[str]:
    times = without.milliseconds / max(with_it.milliseconds, 0.001)
    return [
        _ms(with_it.milliseconds),
        _ms(without.milliseconds),
        f"{times:,.0f}×" if times >= 10 else f"{times:.1f}×",
        _reading(without),
    ]


def _reading(plan: Measured) -> str:
    """Return how a plan reads its table."""
    reads = [one for one in plan.nodes if " on " in one or "using" in one]
    return reads[0] if reads else plan.nodes[0]


def _slow(slow: Sequence[SlowQuery]) -> Iterable[str]:
    yield "## Five slow queries, found and mended\n"
    yield (
        "The tracker without three of its indexes, asked what people ask; "
        "`pg_stat_statements` has the statements by the time that they took in all:\n"
    )
    rows = [
        [
            str(place),
            f"`{one.story.target}`",
            f"{one.story.calls}",
            _ms(one.total_milliseconds),
            _ms(one.mean_milliseconds),
            _ms(one.after.milliseconds),
        ]
        for place, one in enumerate(slow, 1)
    ]
    yield _table(["", "request", "calls", "in all", "each", "afterwards"], rows)
    for place, one in enumerate(slow, 1):
        yield f"### {place}. `{one.story.target}`\n"
        yield one.story.lesson + "\n"
        if one.story.instead:
            yield f"Afterwards: {_code(one.story.instead)}.\n"
        yield "Before:\n" + _plan(one.before)
        yield "After:\n" + _plan(one.after)


def _code(text: str) -> str:
    return f"`{text}`" if text.startswith("/") else text


def _plan(plan: Measured) -> str:
    lines = "\n".join(f"{'  ' * depth}{node}" for depth, node in enumerate(plan.nodes))
    return f"\n```\n{lines}\n{_ms(plan.milliseconds)}, {plan.buffers:,} pages\n```\n"


def _ways(studies: Studies) -> Iterable[str]:
    yield "## N+1, and one\n"
    yield (
        "Twenty tasks with their assignees and projects, over one connection on the same "
        "machine; each statement more would cost a round trip of the network besides.\n"
    )
    best = studies.ways[-1].milliseconds
    rows = [
        [one.name, str(one.statements), _ms(one.milliseconds), f"{one.milliseconds / best:.1f}×"]
        for one in studies.ways
    ]
    yield _table(["", "statements", "time", ""], rows)


def _depth(studies: Studies) -> Iterable[str]:
    yield "## Far pages\n"
    yield (
        "Pages of twenty tasks in the order of `-created_at`, the total not counted; times "
        "of the whole call from Python.\n"
    )
    yield "![Time of a page by its number](query-performance-depth.svg)\n"
    rows = [[f"{one.page:,}", _ms(one.by_number), _ms(one.by_cursor)] for one in studies.depth]
    yield _table(["page", "`page=`", "`cursor=`"], rows)


def _pool(studies: Studies) -> Iterable[str]:
    yield "## The size of the pool\n"
    yield (
        "Sixty-four callers at once, each asking for a page of twenty tasks as soon as it has "
        "the last one. More connections than PostgreSQL has cores add waiting, not work.\n"
    )
    yield "![Pages per second by the size of the pool](query-performance-pool.svg)\n"
    rows = [
        [str(one.size), f"{one.per_second:,.0f}", _ms(one.p50), _ms(one.p99)]
        for one in studies.pool
    ]
    yield _table(["connections", "pages/s", "half within", "99 % within"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *(_row(one) for one in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ms(milliseconds: float) -> str:
    """Return a time in words.

    >>> _ms(0.0213), _ms(12.34), _ms(1234.5)
    ('0.02 ms', '12.3 ms', '1,234 ms')
    """
    if milliseconds < 1:
        return f"{milliseconds:.2f} ms"
    return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"
