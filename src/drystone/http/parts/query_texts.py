"""The text of one parameter → the value that stands for it in JSON, by its type.

`query_reader` asks this for each field, once at start for what reads its text, and on each
request to read it. The value is judged afterwards like a member of a body
(`schema/validation.py`), so that a bound means the same in both places.

Invariants: numbers and booleans have one spelling each, as in `query.py`; there is no null.

Left out on purpose: objects, bytes and unions of several types. A text does not say which
type is meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import inspect as mi

from drystone.http.parts.text_fault import TextFault
from drystone.schema.constraints import describe_type
from drystone.schema.model.moment_faults import moment_faults

ReadText: TypeAlias = Callable[[str], Any]

# One spelling per number, in ASCII digits: `int` alone would take "1_000", " 7" and
# the digits of every script. A bigint of PostgreSQL has 19 at most, and a sign.
INTEGER: Final = re.compile(r"0|-?[1-9][0-9]*")
MAX_INTEGER_LENGTH: Final = 21
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**63 - 1

_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
# RFC 8259, section 6: number.
_FLOAT: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")

# What stands in JSON as text: `msgspec` reads it.
_TEXTS: Final = (
    mi.StrType,
    mi.DateType,
    mi.TimeType,
    mi.TimeDeltaType,
    mi.UUIDType,
)


def text_reader(node: mi.Type) -> ReadText:
    """Return what reads a text as the value that a type has in JSON, bounds aside.

    It raises `TextFault` for a text that is no such value.

    Raises:
        TypeError: no text says a value of this type; the message reads on after "is".
    """
    bare = bare_type(node)
    match bare:
        case mi.BoolType():
            return _read_boolean
        case mi.IntType():
            return partial(_read_integer, bare)
        case mi.FloatType():
            return _read_float
        case mi.DecimalType():
            return _read_decimal
        case mi.DateTimeType():
            return _read_moment
        case mi.EnumType():
            return _choice_reader([member.value for member in bare.cls])
        case mi.LiteralType():
            return _choice_reader([one for one in bare.values if one is not None])
        case mi.UnionType():
            raise TypeError("one of several types")
        case _ if isinstance(bare, _TEXTS):
            return str
        case _:
            name = getattr(bare, "cls", type(bare)).__name__
            raise TypeError(f"of type {name.removesuffix('Type')}")


def without_null(node: mi.Type) -> mi.Type:
    """Return a type without null: what that would say is said by leaving the parameter out."""
    match node:
        case mi.Metadata():
            return mi.Metadata(without_null(node.type), node.extra_json_schema, node.extra)
        case mi.UnionType():
            others = [one for one in node.types if not isinstance(one, mi.NoneType)]
            return without_null(others[0]) if len(others) == 1 else node
        case _:
            return node


def bare_type(node: mi.Type) -> mi.Type:
    """Return a type without what is said about it."""
    return bare_type(node.type) if isinstance(node, mi.Metadata) else node


def _read_boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise TextFault("type", "must be true or false")
    return text == "true"


def _read_integer(node: mi.IntType, text: str) -> int:
    if INTEGER.fullmatch(text) is None:
        raise TextFault("type", "must be an integer")
    # The rest of a longer number would take it only further out of range.
    value = int(text[:MAX_INTEGER_LENGTH])
    # Beyond 64 bits the type's own bound is told, if it has one.
    if value < MIN_INTEGER and node.ge is None and node.gt is None:
        raise TextFault("too_small", f"must be at least {MIN_INTEGER}")
    if value > MAX_INTEGER and node.le is None and node.lt is None:
        raise TextFault("too_large", f"must be at most {MAX_INTEGER}")
    return value


def _read_float(text: str) -> float:
    if _FLOAT.fullmatch(text) is None:
        raise TextFault("type", "must be a number")
    value = float(text)
    if math.isinf(value):
        bound = "too_small" if value < 0 else "too_large"
        raise TextFault(bound, "must fit into a floating-point number of 64 bits")
    return value


def _read_decimal(text: str) -> str:
    if _DECIMAL.fullmatch(text) is None:
        raise TextFault("type", "must be a decimal number without an exponent, such as 12.50")
    return text


def _read_moment(text: str) -> str:
    try:
        value = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        # In a query string + is a space (WHATWG URL, section 5.1): the usual slip with offsets.
        hint = ", with + written as %2B" if " " in text else ""
        phrase = "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z"
        raise TextFault("format", phrase + hint) from None
    # PostgreSQL's driver would fail at a time that its offset moves out of the calendar.
    for code, phrase in moment_faults(value) if value.tzinfo is not None else ():
        raise TextFault(code, phrase)
    return text


def _choice_reader(values: list[Any]) -> ReadText:
    choices = {str(value): value for value in values}
    if not choices or len(choices) < len(values):
        raise TypeError("a choice between values that are written alike, or none")
    phrase = f"must be {describe_type(mi.LiteralType(tuple(values)))}"

    def read(text: str) -> Any:
        if text not in choices:
            raise TextFault("enum", phrase)
        return choices[text]

    return read
