"""What filters say, as a tree: comparisons, and how they are joined.

Two kinds of leaves use it: `Term`, as it stands in an expression (`expression_parser`),
and `Comparison`, of a declared field with values of its type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from drystone.resources.named_field import NamedField

Leaf = TypeVar("Leaf")


@dataclass(frozen=True, slots=True)
class Group(Generic[Leaf]):
    """Conditions joined by AND or OR; at least one."""

    word: Literal["AND", "OR"]
    parts: tuple[Tree[Leaf], ...]


@dataclass(frozen=True, slots=True)
class Inverse(Generic[Leaf]):
    """NOT."""

    part: Tree[Leaf]


Tree: TypeAlias = Leaf | Group[Leaf] | Inverse[Leaf]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with values.

    Attributes:
        field: a declared one.
        operator: one that its type has.
        values: of its type, as they are bound to a statement; one, or a list where the
            operator takes a list; of `null` True or False.
    """

    field: NamedField
    operator: str
    values: tuple[Any, ...]


Condition: TypeAlias = Tree[Comparison]
