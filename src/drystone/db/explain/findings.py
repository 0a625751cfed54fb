"""What is wrong with a plan, as far as a plan tells.

Four things that are slow on many rows and that a declaration or another request mends:
a filter that no index serves, a sort of many rows for a few, an OFFSET that walks far, a
count that costs more than the page. Each is worth telling only from a size on: on a small
table PostgreSQL reads all of it because that is the quickest way.

A plan that was not run has no actual figures; then the planner's expectations count, and
what cannot be told without running it is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from .access import Access, accesses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan, PlanNode

# A page of a table has some tens of rows: reading twenty pages takes less than 0.1 ms.
MANY_ROWS: Final = 1_000
# So many rows are read for each that is used: the filter is not served by what was read.
MANY_FOR_ONE: Final = 10
# One loop over a table of a page or two costs less than an index would.
MANY_IN_A_LOOP: Final = 200
# Below, no count is worth a thought.
SLOW_COUNT_MILLISECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class UnservedFilter:
    """Rows were read only to be left out: no index serves the condition.

    Attributes:
        access: how the table was reached.
    """

    access: Access

    @property
    def table(self) -> str:
        """The table."""
        return self.access.table

    def __str__(self) -> str:
        one = self.access
        where = "" if one.is_scan else f" of the index {', '.join(one.indexes)}"
        return (
            f"{one.examined:,} rows{where} of {one.table} were read and {one.returned:,} used: "
            f"no index serves {one.condition}"
        )


@dataclass(frozen=True, slots=True)
class LargeSort:
    """Many rows were sorted, so that a few came first.

    Attributes:
        table: whose rows they are; None where they are of several.
        keys: what they were sorted by.
        rows: how many.
        condition: what rows of the table were left out by beside it.
    """

    table: str | None
    keys: tuple[str, ...]
    rows: int
    condition: str | None = None

    def __str__(self) -> str:
        why = "no index has this order" if self.table else "rows of several tables have no index"
        return f"{self.rows:,} rows were sorted by {', '.join(self.keys)}: {why}"


@dataclass(frozen=True, slots=True)
class FarOffset:
    """Rows were read to be skipped.

    Attributes:
        rows: how many.
    """

    rows: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows were read to be skipped, and more on each page that follows"


@dataclass(frozen=True, slots=True)
class CostlyCount:
    """Counting all rows took longer than the page.

    Attributes:
        count_milliseconds: that it took.
        page_milliseconds: that all the rest took.
    """

    count_milliseconds: float
    page_milliseconds: float

    def __str__(self) -> str:
        return (
            f"counting all rows took {self.count_milliseconds:.1f} ms, "
            f"the page itself {self.page_milliseconds:.1f} ms"
        )


Finding: TypeAlias = UnservedFilter | LargeSort | FarOffset | CostlyCount


def judge(plan: Plan) -> tuple[Finding, ...]:
    """Return what is wrong with a plan, the worst for large tables first."""
    return (
        *_unserved_filters(plan),
        *_large_sorts(plan.root),
        *_far_offsets(plan.root),
        *_costly_counts(plan),
    )


def _unserved_filters(plan: Plan) -> Iterator[UnservedFilter]:
    seen: set[tuple[str, str | None]] = set()
    for one in accesses(plan):
        key = (one.table, one.condition)
        if one.examined < MANY_IN_A_LOOP * (one.loops or 1):
            continue
        is_wasteful = one.examined >= MANY_ROWS and one.examined >= one.returned * MANY_FOR_ONE
        if one.is_scan and one.examined >= MANY_ROWS and one.examined > 2 * one.returned:
            is_wasteful = True
        # The total and the page have the same filter: once is enough.
        if one.condition is not None and is_wasteful and key not in seen:
            seen.add(key)
            yield UnservedFilter(one)


def _large_sorts(node: PlanNode, *, limit: int | None = None) -> Iterator[LargeSort]:
    if node.kind == "Limit":
        limit = node.total_rows
    is_sort = node.kind == "Sort"
    for one in node.inputs:
        if is_sort and _is_large(one.total_rows, limit):
            tables = [each for each in one.walk() if each.table is not None]
            only = tables[0] if len({each.table for each in tables}) == 1 else None
            yield LargeSort(
                only.table if only else None,
                node.sort_keys,
                one.total_rows,
                next((each.condition("Filter") for each in tables), None),
            )
        yield from _large_sorts(one, limit=None if is_sort else limit)


def _is_large(rows: int, limit: int | None) -> bool:
    """Tell whether so many rows are sorted for so few that it is worth an index."""
    if limit is None:
        # All of them are wanted: reading them from an index in order costs about as much.
        return rows >= MANY_ROWS * MANY_FOR_ONE
    return rows >= MANY_ROWS and rows >= limit * MANY_FOR_ONE


def _far_offsets(root: PlanNode) -> Iterator[FarOffset]:
    for node in root.walk():
        if node.kind == "Limit" and node.loops and node.inputs:
            skipped = node.inputs[0].total_rows - node.total_rows
            if skipped >= MANY_ROWS:
                yield FarOffset(skipped)


def _costly_counts(plan: Plan) -> Iterator[CostlyCount]:
    """A total is a subquery of its own beside the page, and the only one without groups."""
    root = plan.root
    counts = [
        one
        for one in root.walk()
        if (one.role or "").startswith("InitPlan") and one.kind == "Aggregate" and one.loops
    ]
    taken = sum(one.total_milliseconds for one in counts)
    rest = root.total_milliseconds - taken
    if taken > rest and taken >= SLOW_COUNT_MILLISECONDS:
        yield CostlyCount(taken, rest)
