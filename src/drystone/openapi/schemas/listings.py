"""The bodies of lists: rows or changes, and where the page is among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.openapi.components import refer
from drystone.openapi.schemas.columns import integer_schema, or_null
from drystone.resources.history.revert import RevertBody
from drystone.resources.listing.envelope import CursorPagination, PagePagination

if TYPE_CHECKING:
    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.schemas.models import ModelSchemas
    from drystone.openapi.served import Served

_COUNT: Final = {"type": ["integer", "null"], "format": "int64", "minimum": 0}
_SHOWN: Final = {"total": 1, "total_pages": 1, "has_next": False, "has_prev": False, "limit": 20}


def page_of(served: Served, schemas: ModelSchemas, components: Components) -> JSONObject:
    """Return a reference to a page of a resource's rows."""
    row = {"anyOf": [schemas.row_of(served), schemas.fields_of(served)]}
    return _page(served, "Page", row, schemas, components)


def change_page(served: Served, schemas: ModelSchemas, components: Components) -> JSONObject:
    """Return a reference to a page of a row's changes."""
    name = components.name("schemas", (served, "Change"), [f"{schemas.name_of(served)}Change"])
    if not components.has("schemas", name):
        components.put("schemas", name, _change(served, schemas))
    return _page(served, "History", refer("schemas", name), schemas, components)


def revert_schema(components: Components) -> JSONObject:
    """Return a reference to the body of a revert."""
    name = components.name("schemas", RevertBody, ["Revert", "RevertBody"])
    version = integer_schema(None, None) | {"description": "To go back to.", "examples": [1]}
    part = {
        "type": "object",
        "properties": {"version": version},
        "required": ["version"],
        "additionalProperties": False,
    }
    return components.put("schemas", name, part)


def _page(
    served: Served, suffix: str, item: JSONObject, schemas: ModelSchemas, components: Components
) -> JSONObject:
    name = components.name("schemas", (served, suffix), [f"{schemas.name_of(served)}{suffix}"])
    part = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": item},
            "pagination": {
                "anyOf": [
                    _pagination(PagePagination, components),
                    _pagination(CursorPagination, components),
                ]
            },
        },
        "required": ["data", "pagination"],
    }
    return components.put("schemas", name, part)


def _pagination(
    kind: type[PagePagination | CursorPagination], components: Components
) -> JSONObject:
    name = components.name("schemas", kind, [kind.__name__])
    by_page = kind is PagePagination
    number = {"type": "integer", "format": "int64", "minimum": 1}
    properties: JSONObject = {"page": number} if by_page else {}
    properties |= {"limit": number, "total": _COUNT | {"description": "Null if not counted."}}
    if by_page:
        properties["total_pages"] = _COUNT
    else:
        cursor = {"type": ["string", "null"]}
        properties |= {"next_cursor": cursor, "prev_cursor": cursor}
    properties |= {"has_next": {"type": "boolean"}, "has_prev": {"type": "boolean"}}
    for member, value in _SHOWN.items():
        if member in properties:
            properties[member] = properties[member] | {"examples": [value]}
    part = {
        "description": "Where the page is among the others"
        + (", by its number." if by_page else ", by cursors."),
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
    return components.put("schemas", name, part)


def _change(served: Served, schemas: ModelSchemas) -> JSONObject:
    """Return the schema of a change; see `resources/history/entry_form.py`."""
    text = {"type": ["string", "null"]}
    changes = {
        column.name: {
            "type": "object",
            "properties": dict.fromkeys(("old", "new"), or_null(schemas.member(column))),
            "required": ["old", "new"],
        }
        for column in served.resource.info.columns
        if column.name not in ("id", "version", "updated_at") and not column.is_secret
    }
    properties = {
        "version": {"type": "integer", "format": "int64", "minimum": 1},
        "operation": {"type": "string", "examples": ["update"]},
        "changed_at": {"type": "string", "format": "date-time"},
        "actor": text | {"description": "Who did it; null for one who is not known."},
        "request_id": text | {"description": "Of the request that did it."},
        "database_role": text | {"description": "Who was logged in to the database instead."},
        "changes": {
            "type": "object",
            "description": "What each field was, and is.",
            "properties": changes,
        },
    }
    return {
        "description": f"A change of a {served.resource.model.__name__}.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
