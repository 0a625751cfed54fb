"""A field of a resource, and what callers call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column import Column
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from drystone.schema.expressions.expression import Expression
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model import Model


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


def name_field(
    model: type[Model], field: Expression[Any], where: str, *, origin: str | None = None
) -> NamedField:
    """Return a field with the names that callers may use.

    Args:
        model: at which it begins.
        field: one of the model's, or of one that its references lead to.
        where: the option that names it.
        origin: of the declaration, as `file:line`; the model's where not given.

    Raises:
        DeclarationError: it is no such field.
    """
    info = describe(model)
    place = f"{origin or info.origin}: {where} of {model.__name__} names {field!r}"
    shape = getattr(field, "shape", None)
    if not isinstance(field, Column) or not isinstance(shape, ColumnShape):
        raise DeclarationError(f"{place}, which is no field; write {model.__name__}.name")
    steps: tuple[Any, ...] = shape.path
    root = steps[0] if steps else field.info
    if root.table != info.table:
        raise DeclarationError(
            f"{place}, a field of another model; reach it through a reference, such as "
            f"{model.__name__}.project.to.name"
        )
    prefix = "".join(f"{step.attribute}." for step in steps)
    plain, column = prefix + field.info.attribute, prefix + field.info.name
    return NamedField(column, (plain,) if plain != column else (), field)


def name_reference(field: NamedField) -> str:
    """Return a reference's name without `_id`, as declared in Python: its alias."""
    return field.aliases[0] if field.aliases else field.name
