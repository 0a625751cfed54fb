"""A schema → an example that is valid by it, the same each time.

Texts say what they stand for, from the name of their member; everything else has one fixed
value, moved into its bounds. Members that need not be given are left out unless they have a
default.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from drystone.openapi.schemas.pattern_text import text_for

if TYPE_CHECKING:
    from drystone.openapi.components import Components, JSONObject

_MOMENT: Final = "2026-01-31T12:00:00Z"
_TEXTS: Final = {
    "date-time": _MOMENT,
    "date": _MOMENT[:10],
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "slug": "a-slug",
}
# A schema that contains itself has to end somewhere.
_MAX_DEPTH: Final = 12


def example_of(schema: JSONObject, components: Components, name: str = "") -> Any:
    """Return a value that is valid by a schema.

    Args:
        schema: of the document.
        components: what it refers to.
        name: of the member that has the value; texts are made from it.
    """
    return _Examples(components).make(schema, name, 0)


class _Examples:
    def __init__(self, components: Components) -> None:
        self._components = components

    def make(self, schema: JSONObject, name: str, depth: int) -> Any:
        schema = self._components.resolve(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if schema.get("default") is not None:
            return schema["default"]
        if "enum" in schema:
            return schema["enum"][0]
        if "allOf" in schema:
            merged: dict[str, Any] = {}
            for part in schema["allOf"]:
                made = self.make(part, name, depth)
                merged |= made if isinstance(made, dict) else {}
            return merged
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.make(_first(schema[word], depth), name, depth)
        return self._make_plain(schema, name, depth)

    def _make_plain(self, schema: JSONObject, name: str, depth: int) -> Any:
        kinds = schema.get("type", "object")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        match kind:
            case "null":
                return None
            case "boolean":
                return False
            case "integer":
                return _number(schema, 1)
            case "number":
                return _number(schema, 1.5)
            case "array":
                return self._list(schema, name, depth)
            case "object":
                return self._object(schema, depth)
            case _:
                return _text(schema, name)

    def _list(self, schema: JSONObject, name: str, depth: int) -> list[Any]:
        if depth >= _MAX_DEPTH:
            return []
        first = [self.make(one, name, depth + 1) for one in schema.get("prefixItems", ())]
        items = schema.get("items")
        if items is None or items is False:
            return first
        wanted = max(schema.get("minItems", 0), 0 if schema.get("maxItems") == 0 else 1)
        item = self.make(items, name.removesuffix("s"), depth + 1)
        return [*first, *[item] * max(wanted - len(first), 0)]

    def _object(self, schema: JSONObject, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        return {
            name: self.make(member, name, depth + 1)
            for name, member in schema.get("properties", {}).items()
            if name in required or member.get("default") is not None
        }


def _first(choices: list[JSONObject], depth: int) -> JSONObject:
    if depth >= _MAX_DEPTH:
        return next((one for one in choices if one.get("type") == "null"), choices[0])
    return choices[0]


def _number(schema: JSONObject, wished: float) -> float:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + 1
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - 1
    step = schema.get("multipleOf")
    if step is not None:
        wished = step * max(1, -(-(low or 0) // step))
    if low is not None and wished < low:
        wished = low
    return high if high is not None and wished > high else wished


def _text(schema: JSONObject, name: str) -> str:
    form, pattern = schema.get("format"), schema.get("pattern")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if form == "uuid":
        return example_id(name)
    if form == "decimal" and pattern and re.search(pattern, "1.50"):
        return "1.50"
    text = _TEXTS.get(form or "") or (name.replace("_", " ").capitalize() or "Text")
    while len(text) < least:
        text = f"{text} {text}"
    text = text[:most] if most is not None else text
    if pattern is None or re.search(pattern, text):
        return text
    found = text_for(pattern, least)
    return text if found is None else found


def example_id(name: str) -> str:
    """Return an id (UUIDv7) that is always the same for a name."""
    digest = hashlib.sha256(name.encode()).digest()
    tail = int.from_bytes(digest[:8]) & (2**62 - 1) | 2**63
    return str(UUID(int=(0x019C143C_8000_7000 << 64) | tail))
