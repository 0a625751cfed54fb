r"""Column types → JSON Schema: what a value looks like in a body, and in a query string.

A body's value keeps the column's bounds; a filter's does not, since `priority[lte]=100` is
a fair question where priorities end at 5 (`resources/asking/filters/values.py`).

Source: JSON Schema 2020-12 (Validation, sections 6 to 8); OpenAPI 3.1.1, section 4.4;
the format registry of the OpenAPI Initiative (`int64`).

Left out on purpose: the range of a decimal as a keyword. Decimals are strings, which have
no `minimum`; it is told in words.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    BytesType,
    ChoiceType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    JSONType,
    TextType,
    TimeType,
    UUIDType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.openapi.components import JSONObject

_TIME_OF_DAY: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"
# Days, hours, minutes and seconds: the units of which each has one length.
DURATION: Final = r"^-?P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]{1,6})?S)?)?$"
BASE64: Final = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

_SIMPLE: Final[dict[type, JSONObject]] = {
    BooleanType: {"type": "boolean"},
    UUIDType: {"type": "string", "format": "uuid"},
    DateTimeType: {"type": "string", "format": "date-time"},
    DateType: {"type": "string", "format": "date"},
    TimeType: {"type": "string", "pattern": _TIME_OF_DAY, "examples": ["12:00:00"]},
    DurationType: {"type": "string", "pattern": DURATION, "examples": ["PT2H"]},
}


def column_schema(kind: ColumnType, *, document: Callable[[Any], JSONObject]) -> JSONObject:
    """Return the schema of a value in a body, NULL aside.

    Args:
        kind: the column's type.
        document: returns the schema of what a JSON column decodes to.
    """
    match kind:
        case TextType():
            return _given(
                type="string",
                minLength=kind.min_length or None,
                maxLength=kind.max_length,
                pattern=kind.pattern,
                format=kind.form,
            )
        case IntegerType():
            return integer_schema(kind.minimum, kind.maximum)
        case FloatType():
            return _given(
                type="number", format="double", minimum=kind.minimum, maximum=kind.maximum
            )
        case DecimalType():
            return decimal_schema(kind)
        case BytesType():
            return bytes_schema(kind.min_length, kind.max_length)
        case ChoiceType():
            return {
                "type": "string" if kind.kind == "text" else "integer",
                "enum": [_plain(value) for value in kind.values],
            }
        case ArrayType():
            return _given(
                type="array",
                items=column_schema(kind.item, document=document),
                minItems=kind.min_length or None,
                maxItems=kind.max_length,
            )
        case JSONType():
            return document(kind.python)
        case _:
            return dict(_SIMPLE[type(kind)])


def filter_schema(kind: ColumnType) -> JSONObject:
    """Return the schema of what a column is compared with: the type without its bounds."""
    match kind:
        case TextType():
            return {"type": "string"}
        case IntegerType():
            return {"type": "integer", "format": "int64"}
        case FloatType():
            return {"type": "number", "format": "double"}
        case DecimalType():
            return {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"}
        case BytesType():
            return bytes_schema(None, None)
        case _:
            return column_schema(kind, document=lambda _: {})


def integer_schema(minimum: int | None, maximum: int | None) -> JSONObject:
    """Return the schema of an integer within bounds.

    >>> integer_schema(1, 5)
    {'type': 'integer', 'format': 'int32', 'minimum': 1, 'maximum': 5}
    """
    is_short = (
        minimum is not None and maximum is not None and -(2**31) <= minimum <= maximum < 2**31
    )
    return _given(
        type="integer", format="int32" if is_short else "int64", minimum=minimum, maximum=maximum
    )


def decimal_schema(kind: DecimalType) -> JSONObject:
    r"""Return the schema of a decimal in a string, digits counted.

    >>> decimal_schema(DecimalType(precision=6, scale=2))["pattern"]
    '^-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,2})?$'
    """
    sign = "" if kind.minimum is not None and kind.minimum >= 0 else "-?"
    scale, before = kind.scale, "[0-9]*"
    if kind.precision is not None:
        scale = kind.scale or 0
        places = kind.precision - scale
        before = f"[0-9]{{0,{places - 1}}}" if places > 0 else ""
    whole = "0" if kind.precision is not None and before == "" else f"(0|[1-9]{before})"
    behind = "" if scale == 0 else rf"(\.[0-9]{{1,{scale}}})?" if scale else r"(\.[0-9]+)?"
    bounds = [
        f"of {word} {bound:f}"
        for word, bound in (("at least", kind.minimum), ("at most", kind.maximum))
        if bound is not None
    ]
    said = f"A decimal number {' and '.join(bounds)}." if bounds else None
    return _given(
        type="string", pattern=f"^{sign}{whole}{behind}$", format="decimal", description=said
    )


def bytes_schema(min_bytes: int | None, max_bytes: int | None) -> JSONObject:
    """Return the schema of bytes, which are base64 in JSON; lengths are of the text."""
    shown = bytes(number % 256 for number in range(min_bytes or min(max_bytes or 6, 6)))
    return _given(
        type="string",
        contentEncoding="base64",
        pattern=BASE64,
        minLength=_encoded(min_bytes) or None,
        maxLength=_encoded(max_bytes),
        examples=[b64encode(shown).decode()],
    )


def or_null(schema: JSONObject) -> JSONObject:
    """Return the schema of the same, or null.

    >>> or_null({"type": "string"})
    {'type': ['string', 'null']}
    """
    kind = schema.get("type")
    if isinstance(kind, str):
        nullable = schema | {"type": [kind, "null"]}
        if "enum" in schema:
            nullable["enum"] = [*schema["enum"], None]
        return nullable
    return schema if not schema else {"anyOf": [schema, {"type": "null"}]}


def _given(**keywords: Any) -> JSONObject:
    return {name: value for name, value in keywords.items() if value is not None}


def _encoded(size: int | None) -> int | None:
    return None if size is None else 4 * -(-size // 3)


def _plain(value: str | int) -> str | int:
    # A StrEnum's value is of a class of its own.
    return str.__str__(value) if isinstance(value, str) else int(value)
