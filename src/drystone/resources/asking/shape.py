"""What a row looks like and in which order rows come: `fields`, `expand`, `sort`.

`fields` and `sort` take names as they stand in JSON (`assignee_id`), `expand` those of
references (`assignee`, `project.owner`); each other name is told the right one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.resources.asking.name_list import NameList
from drystone.resources.declaration import NamedField, name_field

if TYPE_CHECKING:
    from drystone.resources.declaration import Resource


def fields_of(resource: Resource) -> NameList[str]:
    """Return what reads `fields` for a resource."""
    columns = resource.info.columns
    return NameList(
        "fields",
        {column.name: column.name for column in columns},
        others={column.attribute: column.name for column in columns},
        lack="which is no field",
    )


def expansions_of(resource: Resource) -> NameList[NamedField]:
    """Return what reads `expand` for a resource; a reference on the way is not added."""
    named = {_reference_name(field): field for field in resource.expand}
    return NameList(
        "expand",
        named,
        others={field.name: name for name, field in named.items()},
        lack="which cannot be expanded",
    )


def sorts_of(resource: Resource) -> NameList[NamedField]:
    """Return what reads `sort` for a resource; `id` can always be sorted by."""
    key = name_field(resource.model, resource.model.id, "sorts")
    known = {field.name: field for field in (key, *resource.sorts)}
    return NameList(
        "sort",
        known,
        others={alias: field.name for field in known.values() for alias in field.aliases},
        lack="by which the list cannot be sorted",
        signed=True,
    )


def _reference_name(field: NamedField) -> str:
    """Return a reference's name without `_id`, as declared in Python: its alias."""
    return field.aliases[0] if field.aliases else field.name
