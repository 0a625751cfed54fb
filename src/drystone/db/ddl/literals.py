"""Values → constants in SQL text, for statements that take no parameters.

Only values of a declaration come here: defaults, bounds, what stands in a check. No
value of a request ever does. Each constant carries its type where PostgreSQL could take
it for another (chapter 4.1.2).
"""

from __future__ import annotations

import datetime
import enum
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from drystone.db.catalog.identifiers import quote_literal
from drystone.db.ddl.sql_types import sql_type
from drystone.schema.json_encode import encode_json
from drystone.schema.model.column_types import ArrayType, ColumnType, JSONType


def typed_literal(value: object, kind: ColumnType) -> str:
    """Return the constant of a value of a column's type.

    >>> from drystone.schema.model.column_types import TextType
    >>> typed_literal("Ann's", TextType()), typed_literal([], ArrayType(item=TextType()))
    ("'Ann''s'", "'{}'")
    """
    if value is None:
        return "NULL"
    match kind:
        case JSONType():
            return json_literal(value)
        case ArrayType() if not isinstance(value, list) or not value:
            return "'{}'"
        case ArrayType():
            assert isinstance(value, list)  # noqa: S101  (the case above)
            items = ", ".join(typed_literal(item, kind.item) for item in value)
            return f"ARRAY[{items}]::{sql_type(kind)}"
        case _:
            return literal(value)


def json_literal(value: object) -> str:
    """Return the constant of a JSON document."""
    return f"{quote_literal(encode_json(value).decode())}::jsonb"


def literal(value: object) -> str:
    """Return the constant of a value, by its Python type alone.

    Raises:
        TypeError: there is none for a value of this type.

    >>> literal(-3), literal(True), literal(datetime.date(2026, 1, 31))
    ('-3', 'true', "'2026-01-31'::date")
    """
    match value:
        case enum.Enum():
            return literal(value.value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(int(value))
        case float():
            return repr(value) if math.isfinite(value) else f"'{value}'::double precision"
        case Decimal():
            return f"{value:f}" if value.is_finite() else f"'{value}'::numeric"
        case str():
            return quote_literal(str(value))
        case UUID():
            return f"'{value}'::uuid"
        case bytes():
            return f"'\\x{value.hex()}'::bytea"
        case list():
            return _array(value)
        case dict():
            return json_literal(value)
        case _:
            return _time(value)


def _array(values: list[Any]) -> str:
    # An unknown constant takes the type that its place asks for.
    return f"ARRAY[{', '.join(map(literal, values))}]" if values else "'{}'"


def _time(value: object) -> str:
    match value:
        case datetime.datetime() if value.tzinfo is not None:
            return f"'{value.astimezone(datetime.UTC).isoformat()}'::timestamptz"
        case datetime.date() if not isinstance(value, datetime.datetime):
            return f"'{value.isoformat()}'::date"
        case datetime.time() if value.tzinfo is None:
            return f"'{value.isoformat()}'::time"
        case datetime.timedelta():
            seconds = f"{value.seconds}.{value.microseconds:06}"
            return f"'{value.days} days {seconds} seconds'::interval"
        case msgspec.Struct() | Mapping():
            return json_literal(value)
        case _:
            raise TypeError(f"{value!r} has no constant in SQL")
