"""What a row looks like and in which order rows come: `fields`, `expand`, `sort`.

`fields` and `sort` take names as they stand in JSON (`assignee_id`), `expand` those of
references and lists (`assignee`, `project.owner`, `comments`); each other name is told the
right one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.resources.asking.name_list import NameList
from drystone.resources.expandable import Expandable, expandables_of
from drystone.resources.named_field import NamedField, name_field

if TYPE_CHECKING:
    from drystone.resources.declaration import Resource


def fields_of(resource: Resource) -> NameList[str]:
    """Return what reads `fields` for a resource."""
    columns = [one for one in resource.info.columns if not one.is_secret]
    names = (*(one.name for one in columns), *resource.computed)
    return NameList(
        "fields",
        {name: name for name in names},
        others={column.attribute: column.name for column in columns},
        lack="which is no field",
    )


def expansions_of(resource: Resource) -> NameList[Expandable]:
    """Return what reads `expand` for a resource; a reference on the way is not added."""
    all_of_them = expandables_of(resource)
    return NameList(
        "expand",
        {one.name: one for one in all_of_them},
        others={one.alias: one.name for one in all_of_them if one.alias},
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
