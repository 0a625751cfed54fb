"""The bodies of `POST /<plural>/bulk`: what is asked for, and what came of each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.openapi.components import refer
from drystone.openapi.schemas.examples import example_id, example_of
from drystone.openapi.schemas.problems import problem_schema
from drystone.resources.writing.bulk_items import kinds_of

if TYPE_CHECKING:
    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.schemas.models import ModelSchemas
    from drystone.openapi.served import Served

_ID: Final = {"type": "string", "format": "uuid"}
_VERSION: Final = {
    "type": "integer",
    "format": "int64",
    "minimum": 1,
    "description": "The one that is meant; any where it is not given.",
}


def bulk_body(served: Served, schemas: ModelSchemas, components: Components) -> JSONObject:
    """Return a reference to what is asked for."""
    name = components.name("schemas", (served, "Bulk"), [f"{schemas.name_of(served)}Bulk"])
    patch = components.resolve(schemas.body(served, "Patch"))
    update = {
        "type": "object",
        "description": "A patch, and the row that it is for.",
        "properties": {"id": _ID, "version": _VERSION} | patch["properties"],
        "required": ["id"],
        "additionalProperties": False,
    }
    deletion = {
        "type": "object",
        "properties": {"id": _ID, "version": _VERSION},
        "required": ["id"],
        "additionalProperties": False,
    }
    most = served.resource.max_bulk_items
    items: dict[str, JSONObject] = {
        "create": schemas.body(served, "Create"),
        "update": update,
        "delete": {"anyOf": [_ID, deletion]},
    }
    lists: JSONObject = {
        kind: {"type": "array", "items": items[kind], "maxItems": most}
        for kind in kinds_of(served.resource.operations)
    }
    atomic = {
        "type": "boolean",
        "default": True,
        "description": "Whether all items are kept or none; if not, each stands alone.",
    }
    part = {
        "description": f"Changes of many rows, at most {most} in all.",
        "type": "object",
        "properties": lists | {"atomic": atomic},
        "additionalProperties": False,
    }
    return components.put("schemas", name, part)


def bulk_result(served: Served, schemas: ModelSchemas, components: Components) -> JSONObject:
    """Return a reference to what came of each item."""
    base = schemas.name_of(served)
    name = components.name("schemas", (served, "BulkResult"), [f"{base}BulkResult"])
    item_name = components.name("schemas", (served, "BulkItem"), [f"{base}BulkItem"])
    item = {
        "description": "What came of one item: the row, its id alone, or a problem.",
        "type": "object",
        "properties": {
            "status": {"type": "integer", "examples": [201]},
            "data": schemas.created_of(served),
            "id": _ID,
            "problem": problem_schema(components),
        },
        "required": ["status"],
    }
    components.put("schemas", item_name, item)
    results = {"type": "array", "items": refer("schemas", item_name)}
    part = {
        "type": "object",
        "properties": dict.fromkeys(("create", "update", "delete"), results),
        "required": ["create", "update", "delete"],
    }
    return components.put("schemas", name, part)


def bulk_example(
    served: Served, schemas: ModelSchemas, components: Components, patch: JSONObject
) -> Any:
    """Return an example of what is asked for.

    Args:
        served: the resource.
        schemas: of its model.
        components: hold them.
        patch: an example of one.
    """
    create = schemas.body(served, "Create")
    items = {
        "create": [example_of(create, components)],
        "update": [{"id": example_id("update"), "version": 1, **patch}],
        "delete": [example_id("delete")],
    }
    return {kind: items[kind] for kind in kinds_of(served.resource.operations)}
