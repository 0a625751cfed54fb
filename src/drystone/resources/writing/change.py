"""A change to one row: what the stages of a write hand on, and what hooks see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from drystone.resources.permission import UNRESTRICTED, Permission

from .preconditions import UNCONDITIONAL

if TYPE_CHECKING:
    from uuid import UUID

    from drystone.resources.nested_list import NestedList
    from drystone.schema.expressions.expression import Predicate
    from drystone.schema.model.column import Column

    from .preconditions import Preconditions

Operation: TypeAlias = Literal["create", "replace", "patch", "delete", "restore", "purge"]


@dataclass(frozen=True, slots=True, eq=False)
class NestedRows:
    """A list of rows that are created together with another one.

    Attributes:
        nested: the list, as declared.
        rows: what the fields of each are set to, by their names in Python.
        permission: what the rules of their resource grant the caller.
    """

    nested: NestedList
    rows: tuple[Mapping[str, Any], ...]
    permission: Permission = UNRESTRICTED

    def permitted(self, permission: Permission) -> NestedRows:
        """Return the list with what is granted for its rows."""
        return replace(self, permission=permission)


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
        recomputed: computed members that were sent along, each with what it has to be.
        preconditions: which versions of the row are meant.
        permission: what the rules of the resource grant the caller.
        caller: who changes it.
        nested: rows that are created along, by their lists.
    """

    operation: Operation
    id: UUID
    values: Mapping[str, Any] = field(default_factory=dict)
    merges: Mapping[str, Any] = field(default_factory=dict)
    echoed: Mapping[str, Any] = field(default_factory=dict)
    recomputed: tuple[tuple[Column[Any], Any], ...] = ()
    preconditions: Preconditions = UNCONDITIONAL
    permission: Permission = UNRESTRICTED
    caller: str = ""
    nested: tuple[NestedRows, ...] = ()

    @property
    def seen(self) -> list[Predicate]:
        """The conditions without which the row is not there for the caller."""
        return [] if self.permission.seen is None else [self.permission.seen]

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
        whole: the row with secret fields and without computed members, where hooks want
            that and `json` is something else.
        holds: whether it is what it may be; see `outcome`.
    """

    json: bytes
    id: UUID
    version: int
    whole: bytes | None = None
    holds: bool = True
