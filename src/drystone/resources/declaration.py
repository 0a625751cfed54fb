"""What an application says of a resource: which model, and what callers may ask of it.

    app.resource(
        Task,
        filters=[Task.project, Task.status, Task.project.to.owner],
        sorts=[Task.created_at, Task.due_at],
        search=[Task.title],
        expand=[Task.project, Task.assignee, many(Comment.task)],
    )

Frozen plain data, made once at start (`declaring/`); the stages of a request read it and
nothing else of the declaration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drystone.resources.operation import OPERATIONS, Operation
from drystone.schema.model.model_meta import describe
from drystone.security.rules import NO_RULES, RowRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.resources.collection import Collection
    from drystone.resources.computed import ComputedColumn
    from drystone.resources.named_field import NamedField
    from drystone.resources.nested_list import NestedList
    from drystone.routing.deprecation import Deprecation
    from drystone.schema.model.column import Column
    from drystone.schema.model.model import Model
    from drystone.schema.model.model_info import ModelInfo


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """A resource.

    Attributes:
        model: whose rows they are.
        name: the plural noun in its address: `tasks`.
        filters: what lists can be filtered by.
        sorts: what they can be sorted by, besides `id`.
        search: fields whose text `search=` looks into.
        expand: references whose rows can be had beside the row.
        collections: lists of rows that can be had beside the row.
        parents: references below whose rows the list is served too.
        nested: lists of rows that may be created along.
        computed: members that are no columns, by name.
        operations: those that it has.
        requires_if_match: whether changes must be conditional.
        rules: who may do what with which rows.
        deprecated: whether, and since when, the whole of it will go.
        deprecated_fields: fields that will go, by name.
        max_bulk_items: in one bulk request.
        origin: where it is declared, as `file:line`.
    """

    model: type[Model]
    name: str
    filters: tuple[NamedField, ...]
    sorts: tuple[NamedField, ...]
    search: tuple[Column[Any], ...]
    expand: tuple[NamedField, ...]
    collections: tuple[Collection, ...] = ()
    parents: tuple[NamedField, ...] = ()
    nested: tuple[NestedList, ...] = ()
    computed: Mapping[str, ComputedColumn[Any]] = field(default_factory=dict)
    operations: tuple[Operation, ...] = OPERATIONS
    requires_if_match: bool = False
    rules: RowRules = NO_RULES
    deprecated: Deprecation | None = None
    deprecated_fields: Mapping[str, Deprecation] = field(default_factory=dict)
    max_bulk_items: int = 1_000
    origin: str = ""

    @property
    def info(self) -> ModelInfo:
        """The description of the model."""
        return describe(self.model)
