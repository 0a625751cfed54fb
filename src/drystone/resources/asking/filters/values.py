"""Text → a value of a column's type, as filters compare with it.

Each value has one spelling, that of JSON bodies where there is one: `7` and not `+7`,
`true`, RFC 3339 for times with an offset, ISO 8601 for durations, base64 for bytes. A
number without an end (NaN, infinity) is refused: nothing compares with it as expected.

Bounds of the column are not applied: `priority[lte]=100` is a fair question where
priorities end at 5; the items of an array are the exception. What PostgreSQL could not
take is refused here, for it would answer with an error of its own: integers past 64 bits,
NUL in text, times past its years.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from drystone.http.parts.text_fault import TextFault
from drystone.routing.converter import parse_uuid
from drystone.schema.model.column_types import (
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
    TextType,
    TimeType,
    UUIDType,
)
from drystone.schema.model.narrowing import MAX_INT64, MIN_INT64

Parse: TypeAlias = Callable[[str], Any]

# A longer one means nothing, and some readers take more than linear time. Far below the
# digits that PostgreSQL's numeric can hold (chapter 8.1.2).
MAX_VALUE_CHARS: Final = 4_096

# RFC 8259, section 6: number.
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

_INT64_CHARS: Final = len(str(MIN_INT64))
_MAX_LISTED_CHOICES: Final = 20


def parser_for(kind: ColumnType) -> Parse:
    """Return what reads a value of a type; it raises `TextFault` for any other text.

    Raises:
        TypeError: text is not how values of the type are written: arrays, JSON.

    >>> parser_for(IntegerType())("12"), parser_for(DecimalType())("0.50")
    (12, Decimal('0.50'))
    """
    if isinstance(kind, ChoiceType):
        return _bounded(partial(_parse_choice, kind, dict(_spell_choices(kind))))
    parse = _PARSERS.get(type(kind))
    if parse is None:
        raise TypeError(f"no text stands for a value of {kind!r}")
    return _bounded(parse)


def item_parser_for(kind: ColumnType) -> Parse:
    """Return what reads an item that an array is to hold; integers keep to their bounds.

    A number of 64 bits has no place in an array of 32: PostgreSQL would refuse it.
    """
    if not isinstance(kind, IntegerType):
        return parser_for(kind)
    return _bounded(partial(_parse_within, kind))


def _bounded(parse: Parse) -> Parse:
    def parse_bounded(text: str) -> Any:
        if len(text) > MAX_VALUE_CHARS:
            raise TextFault("too_long", f"must be at most {MAX_VALUE_CHARS} characters")
        return parse(text)

    return parse_bounded


def _parse_text(text: str) -> str:
    fault = text_fault(text)
    if fault is not None:
        raise TextFault("format", fault)
    return text


def text_fault(text: str) -> str | None:
    """Return why PostgreSQL would refuse a text, as a phrase; None where it would not."""
    if "\0" in text:
        return "must not hold a null character"
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        return "must not hold half of a surrogate pair"
    return None


def _parse_integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise TextFault("type", "must be an integer")
    value = int(text) if len(text) <= _INT64_CHARS else None
    if text[0] == "-" and (value is None or value < MIN_INT64):
        raise TextFault("too_small", f"must be at least {MIN_INT64}")
    if value is None or value > MAX_INT64:
        raise TextFault("too_large", f"must be at most {MAX_INT64}")
    return value


def _parse_within(kind: IntegerType, text: str) -> int:
    value = _parse_integer(text)
    if kind.minimum is not None and value < kind.minimum:
        raise TextFault("too_small", f"must be at least {kind.minimum}")
    if kind.maximum is not None and value > kind.maximum:
        raise TextFault("too_large", f"must be at most {kind.maximum}")
    return value


def _parse_float(text: str) -> float:
    if NUMBER.fullmatch(text) is None:
        raise TextFault("type", "must be a number")
    value = float(text)
    if not isfinite(value):
        bound = "too_small" if text[0] == "-" else "too_large"
        raise TextFault(bound, "must fit into a floating-point number of 64 bits")
    return value


def _parse_decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text) is None:
        raise TextFault("type", "must be a decimal number without an exponent, such as 12.50")
    return Decimal(text)


def _parse_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise TextFault("type", "must be true or false")
    return text == "true"


def _parse_uuid(text: str) -> object:
    value = parse_uuid(text)
    if value is None:
        raise TextFault("format", "must be a UUID")
    return value


def _parse_moment(text: str) -> datetime.datetime:
    try:
        value = msgspec.convert(text, datetime.datetime)
    except msgspec.ValidationError:
        raise TextFault("format", _MOMENT + _plus_hint(text)) from None
    if value.tzinfo is None:
        raise TextFault("format", "must say its offset from UTC, such as Z")
    try:
        return value.astimezone(datetime.UTC)
    except OverflowError:
        raise TextFault("format", "must lie in the years 1 to 9999 of UTC") from None


_MOMENT: Final = "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z"


def _plus_hint(text: str) -> str:
    # In a query string + is a space (WHATWG URL, section 5.1): the usual slip with offsets.
    return ", with + written as %2B" if " " in text else ""


def _convert(wanted: Any, phrase: str, text: str) -> Any:
    try:
        return msgspec.convert(text, wanted)
    except msgspec.ValidationError:
        raise TextFault("format", phrase) from None


def _parse_bytes(text: str) -> bytes:
    value: bytes = _convert(bytes, "must be base64 text" + _plus_hint(text), text)
    return value


def _parse_choice(kind: ChoiceType, choices: dict[str, object], text: str) -> object:
    if text not in choices:
        shown = [f'"{one}"' if kind.kind == "text" else one for one in choices]
        listed = ", ".join(shown[:_MAX_LISTED_CHOICES])
        more = ", ..." if len(shown) > _MAX_LISTED_CHOICES else ""
        raise TextFault("enum", f"must be one of {listed}{more}")
    return choices[text]


def _spell_choices(kind: ChoiceType) -> list[tuple[str, object]]:
    return [(str(value), value) for value in kind.values]


_PARSERS: Final[dict[type, Parse]] = {
    TextType: _parse_text,
    IntegerType: _parse_integer,
    FloatType: _parse_float,
    DecimalType: _parse_decimal,
    BooleanType: _parse_boolean,
    UUIDType: _parse_uuid,
    DateTimeType: _parse_moment,
    DateType: partial(_convert, datetime.date, "must be a date, such as 2026-01-31"),
    TimeType: partial(
        _convert,
        Annotated[datetime.time, msgspec.Meta(tz=False)],
        "must be a time of day without an offset, such as 12:00:00",
    ),
    DurationType: partial(
        _convert,
        datetime.timedelta,
        "must be an ISO 8601 duration of days, hours, minutes and seconds, such as P1DT2H",
    ),
    BytesType: _parse_bytes,
}
