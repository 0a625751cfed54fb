"""Models → an SVG drawing that stands alone: no font, script or address outside of it.

It follows the reader's light or dark scheme, names itself for screen readers, and is the
same for the same models, byte by byte. The signs at the ends of a line are those of the
crow's foot notation: a foot for many, a bar for one, a circle for none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from drystone.db.diagram.entities import read_diagram
from drystone.db.diagram.layout import CHARACTER, HEADER, KEYS, MARGIN, ROW, Layout, lay_out
from drystone.db.diagram.routes import Route, route_lines

if TYPE_CHECKING:
    from drystone.db.diagram.entities import Diagram
    from drystone.db.diagram.layout import Box
    from drystone.db.diagram.routes import Point

_RADIUS: Final = 6.0
_LEGEND: Final = "PK primary key · FK foreign key · UK unique · ? may be null"

# Lines and headers take the colour of the table that is referred to.
_LIGHT: Final = "#1d4ed8 #b45309 #15803d #9333ea #be123c #0e7490 #4d7c0f #a21caf".split()
_DARK: Final = "#93b4ff #fbbf64 #74d99f #d0a5ff #ff9aac #6fd3e8 #b7dd6b #f29bf5".split()

_STYLE: Final = """
    svg { --paper: #ffffff; --ink: #1f2937; --faint: #6b7280; --line: #d1d5db; --row: #f3f4f6; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #111827; --ink: #e5e7eb; --faint: #9ca3af; --line: #374151; --row: #1f2937; }
    }
    text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
      fill: var(--ink); }
    .paper { fill: var(--paper); }
    .box { fill: var(--paper); stroke: var(--line); }
    .band { fill: var(--row); }
    .head { fill: currentColor; }
    .name { font-size: 14px; font-weight: 700; fill: var(--paper); }
    .type { fill: var(--faint); text-anchor: end; }
    .key { font-size: 10px; font-weight: 700; fill: var(--faint); }
    .wire { fill: none; stroke: currentColor; stroke-width: 1.6; }
    .halo { fill: none; stroke: var(--paper); stroke-width: 5; }
    .ring { fill: var(--paper); stroke: currentColor; stroke-width: 1.6; }
    .legend { font-size: 11px; fill: var(--faint); }
"""


def svg(models: Sequence[type[Any]]) -> str:
    """Return the diagram of models as an SVG document.

    Raises:
        DeclarationError: no tables can be made of them.
        TypeError: one of them is no model.
    """
    diagram = read_diagram(models)
    layout = lay_out(diagram)
    routes = route_lines(diagram, layout)
    colours = {entity.table: index % len(_LIGHT) for index, entity in enumerate(diagram.entities)}
    width, height = _size(layout, routes)
    lines = [
        _opening(width, height),
        '<title id="title">Entity-relationship diagram</title>',
        f'<desc id="desc">{escape(_describe(diagram))}</desc>',
        f"<style>{_STYLE}{_palette()}</style>",
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
    ]
    for route in routes:
        lines += _draw_route(route, colours[route.relation.parent])
    for box in layout.boxes.values():
        lines += _draw_box(box, colours[box.entity.table])
    lines.append(f'<text class="legend" x="{MARGIN:.0f}" y="{height - 14:.0f}">{_LEGEND}</text>')
    return "\n".join((*lines, "</svg>", ""))


def _opening(width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="title desc">'
    )


def _size(layout: Layout, routes: Sequence[Route]) -> tuple[float, float]:
    boxes = layout.boxes.values()
    corners = [point for route in routes for point in route.points]
    right = max((*(box.right for box in boxes), *(x for x, _ in corners)), default=0)
    bottom = max((*(box.y + box.height for box in boxes), *(y for _, y in corners)), default=0)
    return max(right + MARGIN, CHARACTER * len(_LEGEND) + 2 * MARGIN), bottom + MARGIN + 24


def _describe(diagram: Diagram) -> str:
    """Return the diagram in words."""
    if not diagram.entities:
        return "There are no tables."
    tables = ", ".join(entity.table for entity in diagram.entities)
    ways = ", ".join(f"{one.child} to {one.parent}" for one in diagram.relations)
    return f"Tables: {tables}." + (f" References: {ways}." if ways else "")


def _palette() -> str:
    light = " ".join(f".c{index} {{ color: {one}; }}" for index, one in enumerate(_LIGHT))
    dark = " ".join(f".c{index} {{ color: {one}; }}" for index, one in enumerate(_DARK))
    return f"    {light}\n    @media (prefers-color-scheme: dark) {{ {dark} }}\n"


def _draw_box(box: Box, colour: int) -> Iterator[str]:
    x, y, width, height = box.x, box.y, box.width, box.height
    yield f'<g class="c{colour}"><title>{escape(box.entity.comment or box.entity.table)}</title>'
    yield f'<rect class="box" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="7"/>'
    yield (
        f'<path class="head" d="M{x:g} {y + HEADER:g}v{7 - HEADER:g}q0 -7 7 -7h{width - 14:g}'
        f'q7 0 7 7v{HEADER - 7:g}z"/>'
    )
    yield f'<text class="name" x="{x + 12:g}" y="{y + 20:g}">{escape(box.entity.table)}</text>'
    for index, one in enumerate(box.entity.attributes):
        top = y + HEADER + ROW * index
        if index % 2:
            yield (
                f'<rect class="band" x="{x + 1:g}" y="{top:g}" width="{width - 2:g}" '
                f'height="{ROW:g}"/>'
            )
        base = top + 15
        if one.keys:
            yield f'<text class="key" x="{x + 12:g}" y="{base:g}">{" ".join(one.keys)}</text>'
        yield f'<text x="{x + KEYS:g}" y="{base:g}">{escape(one.name)}</text>'
        kind = escape(one.type) + "?" * one.is_optional
        yield f'<text class="type" x="{x + width - 12:g}" y="{base:g}">{kind}</text>'
    yield "</g>"


def _draw_route(route: Route, colour: int) -> Iterator[str]:
    one = route.relation
    path = _path(route.points)
    said = escape(f"{one.child}.{one.column} → {one.parent}")
    yield f'<g class="c{colour}"><title>{said}</title>'
    # A gap around each line shows which of two that cross lies above.
    yield f'<path class="halo" d="{path}"/><path class="wire" d="{path}"/>'
    yield from _many(route.points[0], route.child_side, is_single=one.is_single)
    yield from _one(route.points[-1], route.parent_side, is_optional=one.is_optional)
    yield "</g>"


def _many(point: Point, side: int, *, is_single: bool) -> Iterator[str]:
    """Draw the child's end: none to many, or none to one."""
    x, y = point
    if is_single:
        yield _bar(x + side * 8, y)
    else:
        foot = x + side * 12
        yield f'<path class="wire" d="M{x:g} {y - 6:g}L{foot:g} {y:g}L{x:g} {y + 6:g}"/>'
    yield f'<circle class="ring" cx="{x + side * 17:g}" cy="{y:g}" r="4"/>'


def _one(point: Point, side: int, *, is_optional: bool) -> Iterator[str]:
    """Draw the parent's end: exactly one, or none or one."""
    x, y = point
    yield _bar(x + side * 7, y)
    if is_optional:
        yield f'<circle class="ring" cx="{x + side * 15:g}" cy="{y:g}" r="4"/>'
    else:
        yield _bar(x + side * 12, y)


def _bar(x: float, y: float) -> str:
    return f'<path class="wire" d="M{x:g} {y - 5:g}V{y + 5:g}"/>'


def _path(points: Sequence[Point]) -> str:
    """Return a path with rounded corners."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for index in range(1, len(points) - 1):
        before, corner, after = points[index - 1 : index + 2]
        turn = f"Q{corner[0]:g} {corner[1]:g} {_towards(corner, after)}"
        parts.append(f"L{_towards(corner, before)}{turn}")
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def _towards(corner: Point, other: Point) -> str:
    """Return the point at the corner's radius, on the way to the other one."""
    length = max(abs(corner[0] - other[0]), abs(corner[1] - other[1])) or 1.0
    part = min(_RADIUS, length / 2) / length
    x = corner[0] + (other[0] - corner[0]) * part
    y = corner[1] + (other[1] - corner[1]) * part
    return f"{x:g} {y:g}"
