"""Who refers to whom, the other way round: what a deletion has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from drystone.schema.model.column import ReferenceColumn
    from drystone.schema.model.column_info import ColumnInfo


class Referrer(NamedTuple):
    """A reference, seen from where it leads.

    Attributes:
        model: whose rows refer.
        info: the column, described.
    """

    model: type[Any]
    info: ColumnInfo

    @property
    def column(self) -> ReferenceColumn[Any]:
        """The column as it stands in statements."""
        column: ReferenceColumn[Any] = getattr(self.model, self.info.attribute)
        return column

    @property
    def on_delete(self) -> str:
        """What is declared: `restrict`, `cascade` or `null`."""
        assert self.info.reference is not None, "only references refer"  # noqa: S101  (our own fault)
        return self.info.reference.on_delete


@dataclass(frozen=True, slots=True)
class Referrers:
    """All references between models, by the model that they lead to."""

    by_target: Mapping[type[Any], tuple[Referrer, ...]]

    def of(self, model: type[Any]) -> tuple[Referrer, ...]:
        """Return the references that lead to a model."""
        return self.by_target.get(model, ())


def find_referrers(models: Sequence[type[Any]]) -> Referrers:
    """Return the references between these models."""
    found: dict[type[Any], list[Referrer]] = {}
    for model in models:
        for column in describe(model).references:
            assert column.reference is not None  # noqa: S101  (what references are)
            found.setdefault(column.reference.resolve(), []).append(Referrer(model, column))
    return Referrers({target: tuple(those) for target, those in found.items()})
