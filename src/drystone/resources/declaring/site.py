"""The declaration that is being read: its model and its place, for every fault in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from drystone.resources.named_field import NamedField, name_field
from drystone.schema.model.column import ReferenceColumn
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from drystone.schema.expressions.expression import Expression
    from drystone.schema.model.model import Model
    from drystone.schema.model.model_info import ModelInfo


@dataclass(frozen=True, slots=True)
class Site:
    """Where a resource is declared.

    Attributes:
        model: whose rows it serves.
        origin: `file:line` of the declaration.
    """

    model: type[Model]
    origin: str

    @property
    def info(self) -> ModelInfo:
        """The description of the model."""
        return describe(self.model)

    def error(self, text: str) -> DeclarationError:
        """Return the error for a fault; the text reads on after the resource."""
        return DeclarationError(f"{self.origin}: the resource of {self.model.__name__} {text}")

    def field(self, one: Expression[Any], where: str) -> NamedField:
        """Return a field of the model, or of one that its references lead to."""
        return name_field(self.model, one, where, origin=self.origin)

    def reference(self, one: Expression[Any], where: str) -> NamedField:
        """Return a reference of such a row."""
        named = self.field(one, where)
        if not isinstance(named.column, ReferenceColumn):
            raise DeclarationError(
                f"{self.origin}: {where} of {self.model.__name__} names {one!r}, which is no "
                "reference"
            )
        return named

    def refuse_twice(self, names: Iterable[str], where: str) -> None:
        """Refuse a name that is there twice."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self.error(f"names {name!r} twice in {where}; write it once")
            seen.add(name)


def suggest(name: str, known: Iterable[str]) -> str:
    """Return what a sentence about an unknown name says of the nearest known one."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
