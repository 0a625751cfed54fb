"""A change to one row: what the stages of a write hand on, and what hooks see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from .preconditions import UNCONDITIONAL

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.schema.expressions.expression import Predicate

    from .preconditions import Preconditions

Operation: TypeAlias = Literal["create", "replace", "patch", "delete", "restore", "purge"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """What is to happen to a row.

    Attributes:
        operation: what it is called.
        id: the row's.
        values: what its fields are set to, by their names in Python.
        merges: documents in JSON fields, each with the patch that is laid over it; by
            names in Python.
        echoed: read-only fields that were sent along, and have to be as they are stored.
        preconditions: which versions of the row are meant.
        rows: which rows can be changed; for a row that is not among them there is none.
        caller: who changes it.
    """

    operation: Operation
    id: UUID
    values: Mapping[str, Any] = field(default_factory=dict)
    merges: Mapping[str, Any] = field(default_factory=dict)
    echoed: Mapping[str, Any] = field(default_factory=dict)
    preconditions: Preconditions = UNCONDITIONAL
    rows: Predicate | None = None
    caller: str = ""

    def with_values(self, values: Mapping[str, Any]) -> Change:
        """Return the change with some fields set to something else, or set as well.

        What the body's bounds have said of a value is not said again: the table's own
        checks are what it has to pass.
        """
        return replace(self, values={**self.values, **values})


class StoredRow(NamedTuple):
    """A row as it is after a write.

    Attributes:
        json: the row, as PostgreSQL wrote it.
        id: the row's.
        version: of the row.
    """

    json: bytes
    id: UUID
    version: int
