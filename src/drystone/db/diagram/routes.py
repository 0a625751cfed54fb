"""The lines between boxes: horizontal and vertical, each on a track of its own.

A line leaves its child at the row of the foreign key and ends at its parent's side, where
the lines that end there are spread. Between two layers it changes its height once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from drystone.db.diagram.layout import END, HEADER, TRACK

if TYPE_CHECKING:
    from drystone.db.diagram.entities import Diagram, Relation
    from drystone.db.diagram.layout import Box, Layout

# Lines closer than this look like one; heights closer than that are made the same.
_APART: Final = 5.0
_NEAR: Final = 9.0
_SHIFTS: Final = (0.0, 5.0, -5.0, 8.0, -8.0, 11.0, -11.0)

Point: TypeAlias = tuple[float, float]
Side: TypeAlias = Literal[-1, 1]


@dataclass(frozen=True, slots=True)
class Route:
    """A line.

    Attributes:
        relation: what it stands for.
        points: its corners, from the child to the parent.
        child_side: where it leaves the child: -1 on the left, 1 on the right.
        parent_side: where it ends at the parent.
    """

    relation: Relation
    points: tuple[Point, ...]
    child_side: Side
    parent_side: Side


@dataclass(slots=True)
class _Segment:
    """A part of a line between two layers, or within the gap behind one."""

    line: int
    gap: int
    start: float
    end: float
    track: float = 0.0


def route_lines(diagram: Diagram, layout: Layout) -> tuple[Route, ...]:
    """Return the lines of a diagram's relations."""
    ports = _ports(diagram, layout)
    segments = {
        index: _segments(index, one, layout, ports[index])
        for index, one in enumerate(diagram.relations)
    }
    _assign_tracks([part for parts in segments.values() for part in parts], layout)
    return tuple(
        _route(one, layout, segments[index]) for index, one in enumerate(diagram.relations)
    )


def _sides(relation: Relation, layout: Layout) -> tuple[Side, Side]:
    child, parent = layout.boxes[relation.child], layout.boxes[relation.parent]
    if child.x == parent.x:
        return 1, 1
    return (-1, 1) if child.x > parent.x else (1, -1)


def _ports(diagram: Diagram, layout: Layout) -> dict[int, float]:
    """Return the height at which each line ends at its parent, spread over the box's side."""
    ends: dict[tuple[str, Side], list[int]] = defaultdict(list)
    for index, one in enumerate(diagram.relations):
        ends[one.parent, _sides(one, layout)[1]].append(index)
    ports: dict[int, float] = {}
    for (table, side), lines in ends.items():
        box = layout.boxes[table]
        lines.sort(key=lambda index: _heading(index, diagram, layout))
        # Where lines also leave for parents, they stand in the rows; keep to the header.
        top, bottom = box.y + 8, box.y + (HEADER if side < 0 else box.height) - 8
        step = min((bottom - top) / max(len(lines) - 1, 1), 22.0)
        first = (top + bottom - step * (len(lines) - 1)) / 2
        taken: list[float] = []
        for place, index in enumerate(lines):
            origin, _ = _heading(index, diagram, layout)
            others = _other_heights(index, diagram, layout)
            ports[index] = _free_height(
                round(first + step * place, 1), origin, [*taken, *others], top=top, bottom=bottom
            )
            taken.append(ports[index])
    return ports


def _other_heights(index: int, diagram: Diagram, layout: Layout) -> list[float]:
    """Return the heights at which other lines run, their parents' ends aside."""
    rows = [
        layout.boxes[one.child].row(one.column)
        for place, one in enumerate(diagram.relations)
        if place != index
    ]
    return rows + [height for slot, height in layout.passes.items() if slot.relation != index]


def _free_height(
    height: float, origin: float, taken: Sequence[float], *, top: float, bottom: float
) -> float:
    """Return a height near to the given one: straight if that can be, and on no other line's."""
    if abs(height - origin) < _NEAR and top <= origin <= bottom:
        return origin
    for shift in _SHIFTS:
        moved = height + shift
        if top <= moved <= bottom and all(abs(moved - one) >= _APART for one in taken):
            return moved
    return height


def _heading(index: int, diagram: Diagram, layout: Layout) -> tuple[float, int]:
    """Return the height that a line comes from, as seen from its parent."""
    relation = diagram.relations[index]
    chain = layout.layering.chains.get(index, ())
    between = chain[1:-1]
    if between:
        near = between[0] if chain[0].table == relation.parent else between[-1]
        return layout.passes[near], index
    return layout.boxes[relation.child].row(relation.column), index


def _segments(index: int, relation: Relation, layout: Layout, port: float) -> list[_Segment]:
    """Return the parts of a line from left to right."""
    row = layout.boxes[relation.child].row(relation.column)
    chain = layout.layering.chains.get(index)
    if chain is None:
        (layer,) = {
            slot.layer
            for slots in layout.layering.layers
            for slot in slots
            if slot.table == relation.child
        }
        return [_Segment(index, layer, row, port)]
    passed = [layout.passes[slot] for slot in chain[1:-1]]
    if passed:
        # No step of a few pixels before the end.
        near_row = -1 if chain[0].table == relation.parent else 0
        if abs(passed[near_row] - row) < _NEAR:
            passed[near_row] = row
    first, last = (port, row) if chain[0].table == relation.parent else (row, port)
    heights = [first, *passed, last]
    return [
        _Segment(index, chain[0].layer + step, start, end)
        for step, (start, end) in enumerate(pairwise(heights))
    ]


def _assign_tracks(segments: Sequence[_Segment], layout: Layout) -> None:
    """Give each part its own x: of two that run down, the lower one turns first.

    So neither has to cross the other; likewise, upside down, of two that run up.
    """
    for gap, (_, right) in enumerate(layout.edges):
        here = [one for one in segments if one.gap == gap]
        up = sorted((one for one in here if one.end < one.start), key=lambda one: one.start)
        down = sorted((one for one in here if one.end >= one.start), key=lambda one: -one.start)
        for place, one in enumerate((*up, *down)):
            one.track = right + END + TRACK * place


def _route(relation: Relation, layout: Layout, segments: Sequence[_Segment]) -> Route:
    child, parent = layout.boxes[relation.child], layout.boxes[relation.parent]
    child_side, parent_side = _sides(relation, layout)
    corners = [
        corner for one in segments for corner in ((one.track, one.start), (one.track, one.end))
    ]
    if child_side < 0:
        corners.reverse()
    start = (_edge(child, child_side), corners[0][1])
    end = (_edge(parent, parent_side), corners[-1][1])
    return Route(relation, _simplify([start, *corners, end]), child_side, parent_side)


def _edge(box: Box, side: Side) -> float:
    return box.x if side < 0 else box.right


def _simplify(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out corners at which a line does not turn."""
    kept = [points[0]]
    for point, after in pairwise(points[1:]):
        level = kept[-1][1] == point[1] == after[1]
        upright = kept[-1][0] == point[0] == after[0]
        if not level and not upright:
            kept.append(point)
    return (*kept, points[-1])
