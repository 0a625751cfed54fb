"""What a row can hold besides its columns: the rows that `expand` adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.openapi.schemas.columns import or_null

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.openapi.components import JSONObject
    from drystone.resources.declaration import Resource
    from drystone.resources.named_field import NamedField


def extra_members(resource: Resource, row: Callable[[type[Any]], JSONObject]) -> JSONObject:
    """Return the schemas of a row's members that are no columns.

    Args:
        resource: the row's.
        row: returns a reference to the row of a model.
    """
    members: JSONObject = {}
    for field in resource.expand:
        if "." not in field.name:
            members[expansion_name(field)] = _expanded(field, resource, row)
    return members


def expansion_name(field: NamedField) -> str:
    """Return what an expansion is called: the reference's name in Python."""
    return field.aliases[0] if field.aliases else field.name


def _expanded(
    field: NamedField, resource: Resource, row: Callable[[type[Any]], JSONObject]
) -> JSONObject:
    target = field.info.reference
    schema = row(target.resolve()) if target is not None else {}
    name = expansion_name(field)
    below = {
        expansion_name(one).removeprefix(f"{name}."): _expanded(one, resource, row)
        for one in resource.expand
        if expansion_name(one).rpartition(".")[0] == name
    }
    if below:
        schema = {"allOf": [schema, {"type": "object", "properties": below}]}
    told = f"There with `expand={name}`."
    if field.info.nullable:
        return or_null(schema) | {"readOnly": True, "description": told}
    # Beside a reference, as JSON Schema 2020-12 allows.
    return schema | {"readOnly": True, "description": told}
