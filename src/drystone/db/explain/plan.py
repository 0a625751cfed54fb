"""A plan as plain data, read from what EXPLAIN prints as JSON.

Source: PostgreSQL chapter 14.1 (using EXPLAIN) and the command's reference. Nodes keep
what is printed and judged here; the rest of what PostgreSQL says is left out. Actual
figures are there only where the statement was run (ANALYZE), else None.

Figures of a node are per loop, as PostgreSQL gives them; `total_…` are those of all loops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Node: TypeAlias = Mapping[str, Any]

# Each is rows that were looked at and are in no result (the reference of EXPLAIN).
_REMOVED: Final = (
    "Rows Removed by Filter",
    "Rows Removed by Index Recheck",
    "Rows Removed by Join Filter",
)
# The conditions of a node, as PostgreSQL names them, in the order in which it prints them.
_CONDITIONS: Final = (
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "One-Time Filter",
    "Filter",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode:
    """A node of a plan.

    Attributes:
        kind: as PostgreSQL names it: `Seq Scan`, `Index Scan`, `Sort`, …
        title: the same with what it is about: `Index Scan using tasks_pkey on tasks t`.
        table: that it reads; None where it reads none.
        index: that it reads.
        role: what it is to its parent, where it is no usual input: `InitPlan 1`, `SubPlan 2`.
        conditions: by their names: `Index Cond`, `Filter`, `Hash Cond`, …
        sort_keys: of a sort.
        presorted_keys: those of them that came in order.
        sort_space: how a sort was done and what it took: `quicksort  Memory: 25kB`.
        estimated_rows: that the planner expected.
        cost: that it expected, in its own unit.
        rows: that came, on an average loop.
        loops: how often it was run; 0 for never.
        milliseconds: until the last row, on an average loop, its inputs included.
        removed: rows that were looked at and left out, on an average loop.
        shared_hit: pages found in PostgreSQL's memory.
        shared_read: pages that had to be fetched.
        inputs: the nodes below.
    """

    kind: str
    title: str
    table: str | None = None
    index: str | None = None
    role: str | None = None
    conditions: tuple[tuple[str, str], ...] = ()
    sort_keys: tuple[str, ...] = ()
    presorted_keys: tuple[str, ...] = ()
    sort_space: str | None = None
    estimated_rows: int = 0
    cost: float = 0.0
    rows: float | None = None
    loops: int | None = None
    milliseconds: float | None = None
    removed: float = 0.0
    shared_hit: int = 0
    shared_read: int = 0
    inputs: tuple[PlanNode, ...] = ()

    @property
    def total_rows(self) -> int:
        """The rows of all loops; those expected, where it was not run."""
        if self.rows is None:
            return self.estimated_rows
        return round(self.rows * (self.loops or 0))

    @property
    def total_removed(self) -> int:
        """The rows that all loops left out."""
        return round(self.removed * (self.loops or 0))

    @property
    def total_milliseconds(self) -> float:
        """The time of all loops, inputs included."""
        return (self.milliseconds or 0.0) * (self.loops or 0)

    def condition(self, name: str) -> str | None:
        """Return a condition by its name; None where there is none."""
        return next((text for known, text in self.conditions if known == name), None)

    def walk(self) -> Iterator[PlanNode]:
        """Yield this node and all below, as they are printed."""
        yield self
        for one in self.inputs:
            yield from one.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan.

    Attributes:
        root: its uppermost node.
        planning_milliseconds: that making it took; None where that was not measured.
        execution_milliseconds: that running it took; None where it was not run.
        triggers: what was called for changed rows: name, calls, milliseconds.
    """

    root: PlanNode
    planning_milliseconds: float | None = None
    execution_milliseconds: float | None = None
    triggers: tuple[tuple[str, int, float], ...] = ()

    @property
    def was_run(self) -> bool:
        """Whether its figures are actual ones."""
        return self.root.loops is not None


def read_plan(document: Any) -> Plan:
    """Return the plan of what `EXPLAIN (FORMAT JSON)` printed, decoded.

    Raises:
        ValueError: it is no plan.

    >>> read_plan([{"Plan": {"Node Type": "Result", "Plan Rows": 1}}]).root.title
    'Result'
    """
    try:
        said: Node = document[0]
        return Plan(
            root=_read_node(said["Plan"]),
            planning_milliseconds=said.get("Planning Time"),
            execution_milliseconds=said.get("Execution Time"),
            triggers=tuple(
                (one.get("Constraint Name") or one["Trigger Name"], one["Calls"], one["Time"])
                for one in said.get("Triggers", ())
            ),
        )
    except (LookupError, TypeError, AttributeError):
        raise ValueError("this is no plan as EXPLAIN (FORMAT JSON) prints it") from None


def _read_node(said: Node) -> PlanNode:
    relationship = said.get("Parent Relationship")
    is_input = relationship in {None, "Outer", "Inner", "Member", "Subquery"}
    return PlanNode(
        kind=said["Node Type"],
        title=_title(said),
        table=said.get("Relation Name"),
        index=said.get("Index Name"),
        role=None if is_input else said.get("Subplan Name", relationship),
        conditions=tuple((name, said[name]) for name in _CONDITIONS if name in said),
        sort_keys=tuple(said.get("Sort Key", ())),
        presorted_keys=tuple(said.get("Presorted Key", ())),
        sort_space=_sort_space(said),
        estimated_rows=said.get("Plan Rows", 0),
        cost=said.get("Total Cost", 0.0),
        rows=said.get("Actual Rows"),
        loops=said.get("Actual Loops"),
        milliseconds=said.get("Actual Total Time"),
        removed=sum(said.get(name, 0) for name in _REMOVED),
        shared_hit=said.get("Shared Hit Blocks", 0),
        shared_read=said.get("Shared Read Blocks", 0),
        inputs=tuple(_read_node(one) for one in said.get("Plans", ())),
    )


def _title(said: Node) -> str:
    """Return what PostgreSQL writes in a node's line, when it prints text."""
    kind = said["Node Type"]
    words = [kind]
    if kind == "ModifyTable":
        words = [said.get("Operation", kind)]
    elif kind == "Aggregate":
        words = [
            {"Sorted": "GroupAggregate", "Hashed": "HashAggregate"}.get(
                said.get("Strategy", ""), kind
            )
        ]
    elif (join := said.get("Join Type")) and join != "Inner":
        words = [kind.removesuffix(" Join"), join, "Join"]
    if said.get("Parallel Aware"):
        words.insert(0, "Parallel")
    if said.get("Scan Direction") == "Backward":
        words.append("Backward")
    if index := said.get("Index Name"):
        words += ["on" if kind == "Bitmap Index Scan" else "using", index]
    named = said.get("Relation Name") or said.get("CTE Name") or said.get("Function Name")
    alias = said.get("Alias")
    if named:
        words += ["on", named, *([alias] if alias and alias != named else [])]
    elif alias and kind.endswith("Scan"):
        words += ["on", alias]
    return " ".join(words)


def _sort_space(said: Node) -> str | None:
    if "Sort Method" not in said:
        return None
    return f"{said['Sort Method']}  {said['Sort Space Type']}: {said['Sort Space Used']}kB"
