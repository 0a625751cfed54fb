"""Boxes with coordinates: each as near to what it is joined to as its neighbours let it.

Lengths are in pixels of the drawing. Widths of text are estimated from a fixed-width
font, since nothing here can measure one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from drystone.db.diagram.layering import Layering, Slot, assign_layers

if TYPE_CHECKING:
    from drystone.db.diagram.entities import Diagram, Entity

CHARACTER: Final = 7.3
ROW: Final = 22.0
HEADER: Final = 30.0
KEYS: Final = 46.0
MARGIN: Final = 32.0
TRACK: Final = 14.0
# Room for the signs at both ends of a line.
END: Final = 30.0
_GAP: Final = 34.0
_LINE: Final = 14.0
_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A table as it is drawn."""

    entity: Entity
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    def row(self, column: str) -> float:
        """Return the y of the middle of a column's row."""
        names = [one.name for one in self.entity.attributes]
        return self.y + HEADER + ROW * (names.index(column) + 0.5)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is.

    Attributes:
        boxes: by table.
        passes: the y of a line in each layer that it passes, by its slot.
        layering: what stands in which layer.
        edges: of each layer, the x at which it begins and ends.
    """

    boxes: Mapping[str, Box]
    passes: Mapping[Slot, float]
    layering: Layering
    edges: tuple[tuple[float, float], ...]


def lay_out(diagram: Diagram) -> Layout:
    """Return where the boxes of a diagram stand."""
    layering = assign_layers(diagram)
    entities = {entity.table: entity for entity in diagram.entities}
    heights = {
        slot: _height(entities[slot.table]) if slot.table else _LINE
        for layer in layering.layers
        for slot in layer
    }
    tops = _tops(layering, heights)
    edges = _edges(diagram, layering, entities)
    boxes = {
        slot.table: _box(entities[slot.table], edges[slot.layer][0], top)
        for slot, top in tops.items()
        if slot.table
    }
    passes = {slot: top + _LINE / 2 for slot, top in tops.items() if not slot.table}
    return Layout(boxes, passes, layering, edges)


def _box(entity: Entity, x: float, y: float) -> Box:
    return Box(entity, x, y, _width(entity), _height(entity))


def _width(entity: Entity) -> float:
    names = max(len(one.name) for one in entity.attributes)
    kinds = max(len(one.type) + one.is_optional for one in entity.attributes)
    return max(KEYS + CHARACTER * (names + kinds) + 36, CHARACTER * 1.2 * len(entity.table) + 28)


def _height(entity: Entity) -> float:
    return HEADER + ROW * len(entity.attributes) + 6


def _edges(
    diagram: Diagram, layering: Layering, entities: Mapping[str, Entity]
) -> tuple[tuple[float, float], ...]:
    """Return where each layer begins and ends; between two of them every line has a track."""
    x = MARGIN
    edges = []
    for index, layer in enumerate(layering.layers):
        width = max((_width(entities[slot.table]) for slot in layer if slot.table), default=0)
        edges.append((x, x + width))
        lines = sum(chain[0].layer <= index < chain[-1].layer for chain in layering.chains.values())
        lines += sum(
            position not in layering.chains and one.child in {slot.table for slot in layer}
            for position, one in enumerate(diagram.relations)
        )
        x += width + 2 * END + TRACK * lines
    return tuple(edges)


def _tops(layering: Layering, heights: Mapping[Slot, float]) -> dict[Slot, float]:
    """Return the y of each slot's upper edge."""
    links = [link for chain in layering.chains.values() for link in pairwise(chain)]
    tops: dict[Slot, float] = {}
    for layer in layering.layers:
        tops |= _stack(layer, [0.0] * len(layer), heights)
    for turn in range(_ROUNDS):
        ordered = layering.layers if turn % 2 else layering.layers[::-1]
        for layer in ordered:
            wanted = [_wanted(slot, links, tops, heights) for slot in layer]
            tops |= _stack(layer, wanted, heights)
    highest = min(tops.values(), default=0.0)
    return {slot: round(top - highest + MARGIN, 1) for slot, top in tops.items()}


def _wanted(
    slot: Slot,
    links: Sequence[tuple[Slot, Slot]],
    tops: Mapping[Slot, float],
    heights: Mapping[Slot, float],
) -> float:
    """Return the y at which a slot's middle is level with those of its neighbours."""
    near = [other for link in links for other in link if slot in link and other != slot]
    if not near:
        return tops[slot]
    middles = [tops[one] + heights[one] / 2 for one in near]
    return sum(middles) / len(middles) - heights[slot] / 2


def _stack(
    layer: Sequence[Slot], wanted: Sequence[float], heights: Mapping[Slot, float]
) -> dict[Slot, float]:
    """Put slots below each other, as near to the wanted places as their order allows.

    Slots that would overlap are joined into a block, which stands at the mean of what
    its members want (least squares under an order: pool adjacent violators).
    """
    offsets = [0.0]
    for slot, after in pairwise(layer):
        gap = _GAP if slot.table or after.table else 4.0
        offsets.append(offsets[-1] + heights[slot] + gap)
    blocks: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        blocks.append([want - offset, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            before, others = blocks[-1]
            blocks[-1] = [(before * others + mean * count) / (others + count), others + count]
    places = [mean for mean, count in blocks for _ in range(int(count))]
    return {
        slot: place + offset for slot, place, offset in zip(layer, places, offsets, strict=False)
    }
