"""An index that a model might declare, as it is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .declared_indexes import IndexTerm, column_of, declared_indexes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.schema.model.model_info import ModelInfo

Kind = Literal["btree", "trigram", "elements", "document"]


@dataclass(frozen=True, slots=True, eq=False)
class IndexWish:
    """An index to declare.

    Attributes:
        model: in whose rules it belongs.
        terms: its columns.
        kind: for values and orders; for parts of a text; for elements of an array; for
            words in the texts of all columns.
    """

    model: ModelInfo
    terms: tuple[IndexTerm, ...]
    kind: Kind = "btree"

    @property
    def declaration(self) -> str:
        """What to write: `Index(cls.due_at, cls.id)`."""
        fields = [self._field(one) for one in self._written]
        match self.kind:
            case "trigram":
                fields.append("trigram=True")
            case "elements":
                fields.append('method="gin"')
            case "document":
                fields = [f"document({', '.join(fields)})", 'method="gin"']
            case _:
                pass
        return f"Index({', '.join(fields)})"

    @property
    def place(self) -> str:
        """Where to write it: `rules() of Task (models.py:12)`."""
        return f"rules() of {self.model.model.__name__} ({self.model.origin})"

    @property
    def is_declared(self) -> bool:
        """Whether the model has it, or one that begins with the same columns."""
        first = self.terms[0].column
        indexes = declared_indexes(self.model)
        if self.kind == "trigram":
            return any(one.finds_parts(first) for one in indexes)
        if self.kind == "elements":
            return any(one.finds_elements(first) for one in indexes)
        if self.kind == "document":
            return False
        wanted = [one.column for one in self.terms]
        return any(
            one.method == "btree" and [each.column for each in one.terms[: len(wanted)]] == wanted
            for one in indexes
        )

    def is_part_of(self, others: Iterable[IndexWish]) -> bool:
        """Tell whether one of several has the columns of this one, whatever their order."""
        columns = {one.column for one in self.terms} - {"id"}
        return any(
            one.model is self.model
            and one.kind == self.kind
            and columns <= {each.column for each in one.terms}
            for one in others
        )

    @property
    def _written(self) -> tuple[IndexTerm, ...]:
        """The terms as one writes them: an index is read from both ends."""
        if all(one.descending for one in self.terms):
            return tuple(IndexTerm(one.column) for one in self.terms)
        return self.terms

    def _field(self, term: IndexTerm) -> str:
        column = column_of(self.model, term.column)
        name = term.column if column is None else column.attribute
        return f"cls.{name}.desc()" if term.descending else f"cls.{name}"
