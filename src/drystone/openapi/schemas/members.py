"""One column as a member of a row or a body: its values, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from drystone.openapi.schemas.columns import column_schema, or_null
from drystone.schema.json_encode import encode_json
from drystone.schema.model.defaults import Constant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.openapi.components import JSONObject
    from drystone.openapi.schemas.plain_types import PlainTypes
    from drystone.schema.model.column_info import ColumnInfo

_STANDARD: Final = {
    "id": "Made by the server; later ones are greater.",
    "version": "Rises with each change; `If-Match` names it.",
    "created_at": "When the row was made.",
    "updated_at": "When it was last changed.",
    "deleted_at": "When it was deleted; null for a row that is not.",
}


def member_schema(column: ColumnInfo, types: PlainTypes) -> JSONObject:
    """Return the schema of a column's value, NULL included where it may be."""
    schema = column_schema(column.type, document=types.describe)
    return or_null(schema) if column.nullable else schema


def tell(column: ColumnInfo, schema: JSONObject, texts: Mapping[str, str]) -> JSONObject:
    """Return a member's schema with what is said of the column.

    Args:
        column: the column; what its `Comment` says comes first.
        schema: the member's.
        texts: what the model's docstring says of each attribute.
    """
    said = column.comment or texts.get(column.attribute)
    if said is None and column.is_standard:
        said = _STANDARD.get(column.name)
    if said is None and column.reference is not None:
        said = f"The id of a row of {column.reference.resolve().__name__}."
    told = " ".join(one for one in (said, schema.get("description")) if one)
    return schema | ({"description": told} if told else {})


def with_default(schema: JSONObject, column: ColumnInfo) -> JSONObject:
    """Return a member's schema with the value that it has where it is not given."""
    if not isinstance(column.default, Constant):
        return schema
    return schema | {"default": msgspec.json.decode(encode_json(column.default.value))}
