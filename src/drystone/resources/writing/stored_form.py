"""What a write asks back of a row: the answer's members, and the whole row for hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from drystone.db.query.expansions import all_visible
from drystone.db.query.json_rows import stored_row
from drystone.resources.computed import shown_of
from drystone.resources.listing.sight import hold_references

from .change import StoredRow

if TYPE_CHECKING:
    from drystone.db.query.expansions import Visible
    from drystone.db.query.statement import Statement
    from drystone.resources.declaration import Resource
    from drystone.schema.expressions.expression import Named, Predicate

S = TypeVar("S", bound="Statement[Any]")


@dataclass(frozen=True, slots=True)
class StoredForm:
    """How rows of a resource come back from what writes them.

    Attributes:
        model: theirs.
        computed: members that are no columns.
        is_whole: whether the row is wanted once more, as its model has it: hooks are given
            secret fields too, and nothing computed.
    """

    model: type[Any]
    computed: tuple[Named[Any], ...] = ()
    is_whole: bool = False

    def of(
        self,
        statement: S,
        *,
        test: Predicate | None = None,
        visible: Visible = all_visible,
    ) -> Statement[Any]:
        """Return a write, or a select of a model, whose rows `row` reads.

        Args:
            statement: the write.
            test: what the row must be like.
            visible: which rows of other models what is computed may tell of.
        """
        shapes = (one.shape for one in self.computed)
        statement = hold_references(statement, self.model, shapes, visible)
        return stored_row(statement, self.computed, test=test, whole=self.is_whole)

    def row(self, found: tuple[Any, ...]) -> StoredRow:
        """Return a row that came back."""
        json, row_id, version, *more = found
        whole = more.pop(0) if self.is_whole else None
        return StoredRow(json, row_id, version, whole, not more or more[0])


def stored_form(resource: Resource, *, has_hooks: bool) -> StoredForm:
    """Return how the rows of a resource come back."""
    computed = shown_of(resource.computed, None)
    differs = bool(computed) or any(one.is_secret for one in resource.info.columns)
    return StoredForm(resource.model, computed, is_whole=has_hooks and differs)
