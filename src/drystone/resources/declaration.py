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

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from drystone.resources.many import Many
from drystone.resources.operation import OPERATIONS, Operation
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column import Column, ReferenceColumn
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_meta import describe
from drystone.security.rules import NO_RULES, RowRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from drystone.resources.options import ResourceOptions
    from drystone.routing.deprecation import Deprecation
    from drystone.schema.expressions.expression import Expression
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model import Model
    from drystone.schema.model.model_info import ModelInfo


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
        collections: rows that refer to the row, and can be had beside it.
        parents: references below whose rows the list is served too.
        nested: references of other models to this one, whose rows may be created along.
        computed: members that are no columns, by name.
        operations: those that it has.
        requires_if_match: whether changes must be conditional.
        rules: who may do what with which rows.
        deprecated: whether, and since when, the whole of it will go.
        deprecated_fields: fields that will go, by name.
        max_bulk_items: in one bulk request.
    """

    model: type[Model]
    name: str
    filters: tuple[NamedField, ...]
    sorts: tuple[NamedField, ...]
    search: tuple[Column[Any], ...]
    expand: tuple[NamedField, ...]
    collections: tuple[Many, ...] = ()
    parents: tuple[NamedField, ...] = ()
    nested: tuple[Expression[Any], ...] = ()
    computed: Mapping[str, Expression[Any]] = field(default_factory=dict)
    operations: tuple[Operation, ...] = OPERATIONS
    requires_if_match: bool = False
    rules: RowRules = NO_RULES
    deprecated: Deprecation | None = None
    deprecated_fields: Mapping[str, Deprecation] = field(default_factory=dict)
    max_bulk_items: int = 1_000

    @property
    def info(self) -> ModelInfo:
        """The description of the model."""
        return describe(self.model)


def declare_resource(model: type[Model], **options: Unpack[ResourceOptions]) -> Resource:
    """Return a resource; see `ResourceOptions` for what may be said of it.

    Raises:
        DeclarationError: something in it cannot be, with the mend.
    """
    info = describe(model)
    expand = options.get("expand", ())
    return Resource(
        model=model,
        name=options.get("name") or info.table.replace("_", "-"),
        filters=tuple(name_field(model, one, "filters") for one in options.get("filters", ())),
        sorts=tuple(name_field(model, one, "sorts") for one in options.get("sorts", ())),
        search=tuple(name_field(model, one, "search").column for one in options.get("search", ())),
        expand=tuple(
            _reference(model, one, "expand") for one in expand if not isinstance(one, Many)
        ),
        collections=tuple(one for one in expand if isinstance(one, Many)),
        parents=tuple(_reference(model, one, "under") for one in options.get("under", ())),
        nested=tuple(options.get("nested", ())),
        computed=dict(options.get("computed", {})),
        operations=_operations(model, options.get("operations")),
        requires_if_match=options.get("requires_if_match", False),
        rules=_rules(options),
        deprecated=options.get("deprecated"),
        deprecated_fields={
            name_field(model, one, "deprecated_fields").name: deprecation
            for one, deprecation in options.get("deprecated_fields", {}).items()
        },
    )


def _operations(
    model: type[Model], operations: Sequence[Operation] | None
) -> tuple[Operation, ...]:
    info = describe(model)
    if operations is None:
        return tuple(one for one in OPERATIONS if one != "history" or info.history)
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
    return tuple(operations)


def _rules(options: ResourceOptions) -> RowRules:
    """Return the rules, those that were left out filled in from the others."""
    write, read = options.get("write"), options.get("read")
    delete, restore = options.get("delete", write), options.get("restore", write)
    return RowRules(
        read=read,
        create=options.get("create", write),
        update=options.get("update", write),
        delete=delete,
        restore=restore,
        purge=options.get("purge", delete),
        history=options.get("history", read),
        deleted=options.get("deleted", restore),
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


def _reference(model: type[Model], field: Expression[Any], where: str) -> NamedField:
    named = name_field(model, field, where)
    if not isinstance(named.column, ReferenceColumn):
        raise DeclarationError(
            f"{describe(model).origin}: {where} of {model.__name__} names {field!r}, which is no "
            "reference"
        )
    return named
