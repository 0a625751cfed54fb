"""What can be had beside a row, by its name in `expand=`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from drystone.resources.named_field import name_reference

if TYPE_CHECKING:
    from drystone.db.query.expansions import Wanted
    from drystone.resources.declaration import Resource
    from drystone.resources.named_field import NamedField
    from drystone.schema.expressions.shapes import ColumnShape


@dataclass(frozen=True, slots=True, eq=False)
class Expandable:
    """A row or a list of rows that can be expanded.

    Attributes:
        name: `project`, `project.owner`, `comments`, `comments.author`.
        alias: a name that is often taken for it: `project_id`; None where there is none.
        wanted: what a statement is asked for.
        begins: the column of the resource's own row at which it begins: a reference, or
            `id`.
    """

    name: str
    alias: str | None
    wanted: Wanted
    begins: object


def expandables_of(resource: Resource) -> tuple[Expandable, ...]:
    """Return all that can be had beside the rows of a resource."""
    return tuple(_expandables(resource))


def _expandables(resource: Resource) -> Iterator[Expandable]:
    for field in resource.expand:
        yield Expandable(name_reference(field), field.name, field.column, _begin_of(field))
    key = resource.info.column("id")
    for one in resource.collections:
        begins = key if one.of is None else _begin_of(one.of)
        yield Expandable(one.name, None, one.rows(), begins)
        for inner in one.expand:
            name, alias = f"{one.name}.{name_reference(inner)}", f"{one.name}.{inner.name}"
            yield Expandable(name, alias, one.rows(inner.column), begins)


def _begin_of(reference: NamedField) -> object:
    """Return the column of the resource's own row at which a reference begins."""
    shape = cast("ColumnShape", reference.column.shape)
    return shape.path[0] if shape.path else shape.column
