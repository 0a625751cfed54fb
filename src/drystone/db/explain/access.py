"""By which way a statement reached each table: an index, or all of its rows.

A table that is reached from two places of a plan is listed twice: each place has its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan, PlanNode

# Nodes that make one row of many.
_WRAPPERS: Final = frozenset({"Aggregate", "Result", "Subquery Scan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One way to one table.

    Attributes:
        table: its name.
        indexes: those that were read; empty for a sequential scan.
        examined: rows that were looked at; those expected, where the plan was not run.
        returned: those of them that the statement went on with.
        condition: what rows were left out by after they were found: the plan's Filter.
        in_order: whether an index was read for its order alone, from one end.
        loops: how often it was done; None where the plan was not run.
        milliseconds: that all of it took; None where the plan was not run.
    """

    table: str
    indexes: tuple[str, ...]
    examined: int
    returned: int
    condition: str | None = None
    in_order: bool = False
    loops: int | None = None
    milliseconds: float | None = None

    @property
    def is_scan(self) -> bool:
        """Whether every row was read."""
        return not self.indexes

    @property
    def is_unused(self) -> bool:
        """Whether it was planned and never done."""
        return self.loops == 0

    def __str__(self) -> str:
        if self.is_unused:
            way = ", ".join(self.indexes) or "a sequential scan"
            return f"{self.table}: {way}, never run"
        if self.loops is None:
            way = f"index {', '.join(self.indexes)}" if self.indexes else "sequential scan"
            return f"{self.table}: {way}, {_rows(self.returned)} expected"
        if self.is_scan:
            each = f", {self.loops:,} times" if self.loops > 1 else ""
            way = f"sequential scan of {_rows(self.examined // self.loops)}{each}"
        else:
            way = f"index {', '.join(self.indexes)}"
            if self.examined != self.returned:
                way += f", {_rows(self.examined)} read"
        return f"{self.table}: {way}, {self.returned:,} used"


def accesses(plan: Plan) -> tuple[Access, ...]:
    """Return how each table was reached, in the order of the plan."""
    return tuple(_find(plan.root))


def _find(node: PlanNode) -> Iterator[Access]:
    if node.table is not None and node.kind.endswith("Scan"):
        yield Access(
            table=node.table,
            indexes=tuple(dict.fromkeys(_indexes(node))),
            examined=node.total_rows + node.total_removed,
            returned=node.total_rows,
            condition=node.condition("Filter"),
            in_order=node.index is not None and node.condition("Index Cond") is None,
            loops=node.loops,
            milliseconds=None if node.loops is None else node.total_milliseconds,
        )
    for one in node.inputs:
        yield from _find(one)


def _indexes(node: PlanNode) -> Iterator[str]:
    """Yield the indexes of a scan: its own, or those whose pages it has put together."""
    if node.index is not None:
        yield node.index
    for one in node.inputs:
        if one.kind.startswith("Bitmap"):
            yield from _indexes(one)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def rows_in_result(plan: Plan) -> int:
    """Return how many rows a result is made of, also where it is one value, such as JSON."""
    node = plan.root
    while node.kind in _WRAPPERS:
        inputs = [one for one in node.inputs if one.role is None]
        if len(inputs) != 1:
            break
        node = inputs[0]
    return node.total_rows
