"""Where each table of a diagram stands: columns of boxes, and their order from the top.

The usual way to draw a directed graph in layers (Sugiyama, Tagawa, Toda, 1981): tables
that refer to others stand right of them; an edge that passes a layer gets a place in it,
so that no line runs through a box; the order in a layer is that with the fewest
crossings met while each place is moved between its neighbours, back and forth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from drystone.db.diagram.entities import Diagram, Relation

_SWEEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a layer: that of a table, or of a line that passes.

    Attributes:
        layer: counted from the left.
        table: whose place it is; the empty text for a line's.
        relation: the index of the line's relation; -1 for a table's.
    """

    layer: int
    table: str
    relation: int = -1


# The places that a line goes through, from left to right.
Chain: TypeAlias = tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Layering:
    """All places, ordered.

    Attributes:
        layers: from left to right, each from the top.
        chains: by index of the relation; of those within a layer there is none.
    """

    layers: tuple[tuple[Slot, ...], ...]
    chains: Mapping[int, Chain]


def assign_layers(diagram: Diagram) -> Layering:
    """Return the places of a diagram's tables and lines."""
    depths = _depths(diagram)
    chains = {
        index: chain
        for index, relation in enumerate(diagram.relations)
        if (chain := _chain(index, relation, depths))
    }
    layers: list[list[Slot]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for entity in diagram.entities:
        layers[depths[entity.table]].append(Slot(depths[entity.table], entity.table))
    for chain in chains.values():
        for slot in chain[1:-1]:
            layers[slot.layer].append(slot)
    return Layering(_order(layers, [*chains.values()]), chains)


def _depths(diagram: Diagram) -> dict[str, int]:
    """Return the layer of each table: right of all that it refers to."""
    parents: dict[str, list[str]] = {entity.table: [] for entity in diagram.entities}
    depths: dict[str, int] = {}
    for one in diagram.relations:
        parents[one.child].append(one.parent)
    for table, others in parents.items():
        # What stands behind in the order closes a ring, and does not count.
        depths[table] = max((depths[one] + 1 for one in others if one in depths), default=0)
    for table, others in parents.items():
        children = [depths[one.child] for one in diagram.relations if one.parent == table]
        if not others and children:
            depths[table] = max(min(children) - 1, 0)
    return depths


def _chain(index: int, relation: Relation, depths: Mapping[str, int]) -> Chain:
    left, right = sorted((relation.child, relation.parent), key=depths.__getitem__)
    first, last = depths[left], depths[right]
    if first == last:
        return ()
    passed = (Slot(layer, "", index) for layer in range(first + 1, last))
    return (Slot(first, left), *passed, Slot(last, right))


def _order(layers: list[list[Slot]], chains: Sequence[Chain]) -> tuple[tuple[Slot, ...], ...]:
    links = [link for chain in chains for link in pairwise(chain)]
    best, fewest = [[*layer] for layer in layers], _crossings(layers, links)
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        for layer in layers if forwards else reversed(layers):
            _move_between_neighbours(layer, layers, links, forwards=forwards)
        crossings = _crossings(layers, links)
        if crossings < fewest:
            best, fewest = [[*layer] for layer in layers], crossings
    return tuple(tuple(layer) for layer in best)


def _move_between_neighbours(
    layer: list[Slot],
    layers: list[list[Slot]],
    links: Sequence[tuple[Slot, Slot]],
    *,
    forwards: bool,
) -> None:
    places = _places(layers)
    neighbours: dict[Slot, list[int]] = {slot: [] for slot in layer}
    for left, right in links:
        here, there = (right, left) if forwards else (left, right)
        if here in neighbours:
            neighbours[here].append(places[there])
    means = {
        slot: sum(found) / len(found) if found else places[slot]
        for slot, found in neighbours.items()
    }
    layer.sort(key=means.__getitem__)


def _places(layers: Sequence[Sequence[Slot]]) -> dict[Slot, int]:
    return {slot: place for layer in layers for place, slot in enumerate(layer)}


def _crossings(layers: Sequence[Sequence[Slot]], links: Sequence[tuple[Slot, Slot]]) -> int:
    places = _places(layers)
    found = 0
    for index, (left, right) in enumerate(links):
        for other_left, other_right in links[index + 1 :]:
            if left.layer == other_left.layer:
                here = places[left] - places[other_left]
                found += here * (places[right] - places[other_right]) < 0
    return found
