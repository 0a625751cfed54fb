"""The parameters of a path pattern, typed by their converters (`routing/converter.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.openapi.schemas.examples import example_id

if TYPE_CHECKING:
    from drystone.openapi.components import JSONObject
    from drystone.routing.route import Route

_KINDS: Final[dict[str, JSONObject]] = {
    "uuid": {"schema": {"type": "string", "format": "uuid"}},
    "int": {"schema": {"type": "integer", "format": "int64"}, "example": 1},
    "path": {
        "description": "The rest of the path; its slashes are not encoded.",
        "schema": {"type": "string", "minLength": 1},
        "x-drystone-slashes": True,  # the same for programs, such as the page
    },
}
_SEGMENT: Final[JSONObject] = {"schema": {"type": "string", "minLength": 1}}


def path_parameters(route: Route) -> list[JSONObject]:
    """Return the parameters of a route's path, from left to right."""
    found = []
    for one in route.pattern.parameters:
        part = {"name": one.name, "in": "path", "required": True}
        part |= _KINDS.get(one.converter.name, _SEGMENT)
        if one.converter.name == "uuid":
            part["example"] = example_id(one.name)
        found.append(part)
    return found
