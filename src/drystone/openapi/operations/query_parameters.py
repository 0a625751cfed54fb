"""The fields of a class → query parameters: what a route of one's own says that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.http.parts.value_list import MAX_LIST_ITEMS
from drystone.openapi.schemas.examples import example_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.schemas.plain_types import PlainTypes


def query_parameters(
    query: type, types: PlainTypes, components: Components
) -> Iterator[JSONObject]:
    """Yield a parameter for each field, by its name in JSON; lists have commas.

    Args:
        query: the Struct or dataclass.
        types: describes it.
        components: hold what it refers to.
    """
    described = components.resolve(types.describe(query))
    required = described.get("required", ())
    for name, member in described["properties"].items():
        schema: dict[str, Any] = {key: one for key, one in member.items() if key != "description"}
        # There is no null in a query string: a parameter is there, or is not.
        schema = _without_null(schema)
        part: JSONObject = {"name": name, "in": "query", "required": name in required}
        if "description" in member:
            part["description"] = member["description"]
        part["schema"] = schema
        if schema.get("type") == "array":
            schema["maxItems"] = min(schema.get("maxItems", MAX_LIST_ITEMS), MAX_LIST_ITEMS)
            part |= {"style": "form", "explode": False}
        yield part | {"example": example_of(schema, components, name)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    rest = {key: one for key, one in schema.items() if (key, one) != ("default", None)}
    kinds = rest.get("type")
    if isinstance(kinds, list):
        kinds = [one for one in kinds if one != "null"]
        rest["type"] = kinds[0] if len(kinds) == 1 else kinds
    if None in rest.get("enum", ()):
        rest["enum"] = [one for one in rest["enum"] if one is not None]
    if "anyOf" in rest:
        others = [one for one in rest["anyOf"] if one != {"type": "null"}]
        rest |= others[0] if len(others) == 1 else {"anyOf": others}
        if len(others) == 1:
            del rest["anyOf"]
    return rest
