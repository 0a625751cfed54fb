"""A plan as lines of text, close to what psql shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan, PlanNode


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield a plan line by line, each node below the one that it feeds.

    Args:
        plan: with actual figures where the statement was run, else with estimates.
    """
    yield from _node_lines(plan.root, "", "")
    for name, calls, milliseconds in plan.triggers:
        yield f"Trigger {name}: time={milliseconds:.3f} calls={calls}"
    times = [("Planning", plan.planning_milliseconds), ("Execution", plan.execution_milliseconds)]
    for name, taken in times:
        if taken is not None:
            yield f"{name} time: {taken:.3f} ms"


def _node_lines(node: PlanNode, lead: str, arrow: str) -> Iterator[str]:
    """Yield the lines of a node and of those below.

    Args:
        node: the node.
        lead: what stands before each of its lines.
        arrow: what stands before its first line, behind `lead`.
    """
    yield f"{lead}{arrow}{node.title}  ({_figures(node)})"
    lead += " " * len(arrow)
    for detail in _details(node):
        yield f"{lead}  {detail}"
    for one in node.inputs:
        if one.role:
            yield f"{lead}  {one.role}"
        yield from _node_lines(one, lead + ("    " if one.role else "  "), "->  ")


def _figures(node: PlanNode) -> str:
    expected = f"expected {node.estimated_rows} rows, cost {node.cost:.2f}"
    if node.loops is None:
        return expected
    if not node.loops:
        return "never run"
    rows = node.rows or 0
    # From 18 on rows are given with two decimals; a whole number is shown as one.
    shown = f"{rows:.0f}" if rows == int(rows) else f"{rows:.2f}"
    loops = f", {node.loops} times" if node.loops > 1 else ""
    return f"{node.milliseconds or 0:.3f} ms, {shown} rows{loops}; {expected}"


def _details(node: PlanNode) -> Iterator[str]:
    if node.sort_keys:
        yield f"Sort Key: {', '.join(node.sort_keys)}"
    if node.presorted_keys:
        yield f"Presorted Key: {', '.join(node.presorted_keys)}"
    if node.sort_space:
        yield f"Sort Method: {node.sort_space}"
    for name, text in node.conditions:
        yield f"{name}: {text}"
    if node.removed:
        yield f"Rows removed: {node.removed:.0f}"
    if node.shared_hit or node.shared_read:
        yield f"Pages: {node.shared_hit} in memory, {node.shared_read} fetched"
