"""What an application says of a resource: which model, and what callers may ask of it.

    app.resource(
        Task,
        filters=[Task.project, Task.status, Task.project.to.owner],
        sorts=[Task.created_at, Task.due_at],
        search=[Task.title],
        expand=[Task.project, Task.assignee],
    )

Frozen plain data, made once at start; the stages of a request read it and nothing else of
the declaration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column import Column, ReferenceColumn
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.expressions.expression import Expression
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model import Model
    from drystone.schema.model.model_info import ModelInfo

Operation: TypeAlias = Literal[
    "list", "read", "create", "replace", "patch", "delete", "restore", "purge", "bulk", "history"
]

OPERATIONS: Final[tuple[Operation, ...]] = (
    *("list", "read", "create", "replace", "patch", "delete"),
    *("restore", "purge", "bulk", "history"),
)


@dataclass(frozen=True, slots=True, eq=False)
class NamedField:
    """A field of the resource or of a row that references lead to, and what callers call it.

    Attributes:
        name: `status`, `assignee_id`, or dotted: `project.owner_id`.
        aliases: what else it is called: `assignee`, `project.owner`.
        column: the expression; its `info` describes what it holds.
    """

    name: str
    aliases: tuple[str, ...]
    column: Column[Any]

    @property
    def info(self) -> ColumnInfo:
        """The description of the column."""
        return self.column.info


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
        operations: those that it has.
        requires_if_match: whether changes must be conditional.
        max_bulk_items: in one bulk request.
    """

    model: type[Model]
    name: str
    filters: tuple[NamedField, ...]
    sorts: tuple[NamedField, ...]
    search: tuple[Column[Any], ...]
    expand: tuple[NamedField, ...]
    operations: tuple[Operation, ...] = OPERATIONS
    requires_if_match: bool = False
    max_bulk_items: int = 1_000

    @property
    def info(self) -> ModelInfo:
        """The description of the model."""
        return describe(self.model)


def declare_resource(
    model: type[Model],
    *,
    name: str | None = None,
    filters: Sequence[Expression[Any]] = (),
    sorts: Sequence[Expression[Any]] = (),
    search: Sequence[Expression[Any]] = (),
    expand: Sequence[Expression[Any]] = (),
    operations: Sequence[Operation] | None = None,
    requires_if_match: bool = False,
) -> Resource:
    """Return a resource; see `Resource` for what the arguments mean.

    Raises:
        DeclarationError: something in it cannot be, with the mend.
    """
    info = describe(model)
    if operations is None:
        operations = [one for one in OPERATIONS if one != "history" or info.history]
    if "history" in operations and not info.history:
        raise DeclarationError(
            f"{info.origin}: the resource of {model.__name__} has the operation 'history', and "
            f"the table keeps none; write class {model.__name__}(Model, history=True)"
        )
    unknown = [one for one in operations if one not in OPERATIONS]
    if unknown:
        raise DeclarationError(
            f"{info.origin}: the resource of {model.__name__} has no operation {unknown[0]!r}; "
            f"write some of {', '.join(OPERATIONS)}"
        )
    return Resource(
        model=model,
        name=name or info.table.replace("_", "-"),
        filters=tuple(name_field(model, one, "filters") for one in filters),
        sorts=tuple(name_field(model, one, "sorts") for one in sorts),
        search=tuple(name_field(model, one, "search").column for one in search),
        expand=tuple(_reference(model, one) for one in expand),
        operations=tuple(operations),
        requires_if_match=requires_if_match,
    )


def name_field(model: type[Model], field: Expression[Any], where: str) -> NamedField:
    """Return a field with the names that callers may use.

    Raises:
        DeclarationError: it is no field of the model, nor of one that its references lead to.
    """
    info = describe(model)
    shape = field.shape
    if not isinstance(field, Column) or not isinstance(shape, ColumnShape):
        raise DeclarationError(
            f"{info.origin}: {where} of {model.__name__} names {field!r}, which is no field; "
            f"write {model.__name__}.name"
        )
    steps: tuple[Any, ...] = shape.path
    root = steps[0] if steps else field.info
    if root.table != info.table:
        raise DeclarationError(
            f"{info.origin}: {where} of {model.__name__} names {field!r}, a field of another "
            f"model; reach it through a reference, such as {model.__name__}.project.to.name"
        )
    prefix = "".join(f"{step.attribute}." for step in steps)
    plain, column = prefix + field.info.attribute, prefix + field.info.name
    return NamedField(column, (plain,) if plain != column else (), field)


def _reference(model: type[Model], field: Expression[Any]) -> NamedField:
    named = name_field(model, field, "expand")
    if not isinstance(named.column, ReferenceColumn):
        raise DeclarationError(
            f"{describe(model).origin}: expand of {model.__name__} names {field!r}, which is no "
            "reference"
        )
    return named
