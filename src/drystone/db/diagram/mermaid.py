"""Models → Mermaid's `erDiagram`, which GitHub and many editors draw.

Source: https://mermaid.js.org/syntax/entityRelationshipDiagram.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from drystone.db.diagram.entities import read_diagram

if TYPE_CHECKING:
    from drystone.db.diagram.entities import Attribute, Entity, Relation

# What Mermaid reads as a type or a name.
_NO_WORD: Final = re.compile(r"[^A-Za-z0-9_\[\]()-]+")


def mermaid(models: Sequence[type[Any]]) -> str:
    """Return the diagram of models as Mermaid's text.

    Raises:
        DeclarationError: no tables can be made of them.
        TypeError: one of them is no model.
    """
    diagram = read_diagram(models)
    lines = ["erDiagram"]
    lines += [f"    {_relation(one)}" for one in diagram.relations]
    for entity in diagram.entities:
        lines += [f"    {line}" for line in _entity(entity)]
    return "\n".join(lines) + "\n"


def _relation(one: Relation) -> str:
    parent = "|o" if one.is_optional else "||"
    child = "o|" if one.is_single else "o{"
    return f"{one.parent} {parent}--{child} {one.child} : {one.column}"


def _entity(entity: Entity) -> Iterator[str]:
    yield f"{entity.table} {{"
    for attribute in entity.attributes:
        yield f"    {_attribute(attribute)}"
    yield "}"


def _attribute(one: Attribute) -> str:
    # A comma within a type, as in numeric(6,2), would begin another key.
    kind = _NO_WORD.sub("_", one.type)
    keys = f" {', '.join(one.keys)}" if one.keys else ""
    optional = ' "may be null"' if one.is_optional else ""
    return f"{kind} {one.name}{keys}{optional}"
