"""Single values against their constraints, and the words in which types are described.

The leaves of `validation`: strings, numbers, times, identifiers, choices. Each judgement
yields pairs of a code (`errors.VIOLATION_CODES`) and a phrase that names the bound and
reads on after the field's name: `title must be at most 200 characters`. Nothing of the
value is repeated: it may be a secret, and the caller has it.
"""

from __future__ import annotations

import datetime
import decimal
import math
import re
import uuid
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as mi

if TYPE_CHECKING:
    from collections.abc import Iterator

    Fault = tuple[str, str]
    Binary = mi.BytesType | mi.ByteArrayType | mi.MemoryViewType
    Sized = mi.CollectionType | mi.DictType | mi.StrType | Binary

# Listing every choice of a long enumeration would drown the answer.
_MAX_LISTED_CHOICES = 20

# What text must look like, and the type that msgspec converts it to.
_TEXT_FORMS: dict[type[mi.Type], tuple[str, type]] = {
    mi.DateTimeType: ("an RFC 3339 date and time, such as 2026-01-31T12:00:00Z", datetime.datetime),
    mi.DateType: ("a date, such as 2026-01-31", datetime.date),
    mi.TimeType: ("a time of day, such as 12:00:00", datetime.time),
    mi.TimeDeltaType: ("an ISO 8601 duration, such as P1DT2H", datetime.timedelta),
    mi.UUIDType: ("a UUID", uuid.UUID),
    mi.BytesType: ("base64 text", bytes),
    mi.ByteArrayType: ("base64 text", bytes),
    mi.MemoryViewType: ("base64 text", bytes),
}

_OBJECTS = (mi.DictType, mi.DataclassType, mi.TypedDictType)
_ARRAYS = (mi.CollectionType, mi.TupleType, mi.NamedTupleType)


def describe_type(node: mi.Type) -> str:
    """Return what a value of this type looks like in JSON, with its article."""
    match node:
        case mi.Metadata():
            return describe_type(node.type)
        case mi.NoneType():
            return "null"
        case mi.BoolType():
            return "true or false"
        case mi.IntType():
            return "an integer"
        case mi.FloatType():
            return "a number"
        case mi.DecimalType():
            return "a decimal number, as a string or a number"
        case mi.StrType():
            return "a string"
        case mi.EnumType():
            return _describe_choices(tuple(member.value for member in node.cls))
        case mi.LiteralType():
            return _describe_choices(node.values)
        case mi.StructType():
            return "an array" if node.array_like else "an object"
        case _ if isinstance(node, _OBJECTS):
            return "an object"
        case _ if isinstance(node, _ARRAYS):
            return "an array"
        case _ if type(node) in _TEXT_FORMS:
            return _TEXT_FORMS[type(node)][0]
        case _:
            return "a value of the expected form"


def accepts_kind(node: mi.Type, value: object) -> bool:
    """Tell whether the type takes this kind of JSON value at all, its bounds aside."""
    match node:
        case mi.Metadata():
            return accepts_kind(node.type, value)
        case mi.UnionType():
            return any(accepts_kind(member, value) for member in node.types)
        case mi.AnyType() | mi.RawType() | mi.CustomType() | mi.EnumType() | mi.LiteralType():
            # Choices may be of any kind: the leaf lists them.
            return not isinstance(node, mi.EnumType | mi.LiteralType) or not isinstance(
                value, dict | list
            )
        case mi.NoneType():
            return value is None
        case mi.BoolType():
            return isinstance(value, bool)
        case mi.IntType():
            return type(value) is int
        case mi.FloatType():
            return type(value) in (int, float)
        case mi.DecimalType():
            return type(value) in (str, int, float)
        case mi.StructType():
            return isinstance(value, list if node.array_like else dict)
        case _ if isinstance(node, _OBJECTS):
            return isinstance(value, dict)
        case _ if isinstance(node, _ARRAYS):
            return isinstance(value, list)
        case _:
            return isinstance(value, str)


def judge_leaf(node: mi.Type, value: Any) -> Iterator[Fault]:
    """Yield the faults of a value whose kind the type accepts."""
    match node:
        case mi.StrType():
            yield from judge_length(node, len(value), "characters")
            if node.pattern is not None and not re.search(node.pattern, value):
                # Python's word for the end is \Z; people and other languages write $.
                shown = node.pattern.replace(r"\Z", "$")
                yield "pattern", f"must match the pattern {shown}"
        case mi.IntType() | mi.FloatType():
            yield from _judge_number(node, value)
        case mi.DecimalType():
            if not _converts(value, decimal.Decimal):
                yield "format", f"must be {describe_type(node)}"
        case mi.EnumType():
            if not _converts(value, node.cls):
                yield "enum", f"must be {describe_type(node)}"
        case mi.LiteralType():
            # 1 is not true: the types are compared too.
            if not any(type(one) is type(value) and one == value for one in node.values):
                yield "enum", f"must be {describe_type(node)}"
        case mi.NoneType() | mi.BoolType():
            pass
        case _ if type(node) in _TEXT_FORMS:
            yield from _judge_text(node, value)
        case _:
            pass


def judge_key(node: mi.Type, name: str) -> Iterator[Fault]:
    """Yield the faults of a member's name where the type restricts names.

    JSON names are strings; a number or choice is meant by what the text says.
    """
    match node:
        case mi.Metadata():
            yield from judge_key(node.type, name)
        case mi.AnyType():
            pass
        case mi.IntType() | mi.FloatType():
            plain = int if isinstance(node, mi.IntType) else float
            try:
                number = next(iter(msgspec.convert({name: None}, dict[plain, None], str_keys=True)))  # type: ignore[valid-type]  # chosen at run time
            except msgspec.ValidationError:
                yield "format", f"must have a name that is {describe_type(node)}"
            else:
                yield from _judge_number(node, number)
        case mi.LiteralType() if name in map(str, node.values):
            pass
        case mi.UnionType():
            if not any(next(judge_key(member, name), None) is None for member in node.types):
                yield "format", "must have a name of the expected form"
        case _:
            yield from judge_leaf(node, name)


def judge_length(node: Sized, length: int, unit: str) -> Iterator[Fault]:
    """Yield the fault of a length outside its bounds, counted in the unit."""
    verb = "be" if unit in {"characters", "bytes"} else "hold"
    if node.min_length is not None and length < node.min_length:
        yield "too_short", f"must {verb} at least {count_of(node.min_length, unit)}"
    if node.max_length is not None and length > node.max_length:
        yield "too_long", f"must {verb} at most {count_of(node.max_length, unit)}"


def _judge_number(node: mi.IntType | mi.FloatType, value: float) -> Iterator[Fault]:
    if node.ge is not None and value < node.ge:
        yield "too_small", f"must be at least {_plain(node.ge)}"
    if node.gt is not None and value <= node.gt:
        yield "too_small", f"must be greater than {_plain(node.gt)}"
    if node.le is not None and value > node.le:
        yield "too_large", f"must be at most {_plain(node.le)}"
    if node.lt is not None and value >= node.lt:
        yield "too_large", f"must be less than {_plain(node.lt)}"
    if node.multiple_of is not None and math.fmod(value, node.multiple_of) != 0:
        yield "format", f"must be a multiple of {_plain(node.multiple_of)}"


def _plain(bound: float) -> str:
    """Return a bound as it was meant: msgspec keeps 5 as 5.0 for a float."""
    return str(int(bound) if bound % 1 == 0 else bound)


def _judge_text(node: mi.Type, value: str) -> Iterator[Fault]:
    """Judge text that stands for something else: `msgspec` reads it."""
    form, plain = _TEXT_FORMS[type(node)]
    try:
        result: Any = msgspec.convert(value, plain)
    except msgspec.ValidationError:
        yield "format", f"must be {form}"
        return
    if isinstance(node, mi.DateTimeType | mi.TimeType) and node.tz is not None:
        aware = result.tzinfo is not None
        if node.tz and not aware:
            yield "format", "must say its offset from UTC, such as Z"
        if aware and not node.tz:
            yield "format", "must not say an offset from UTC"
    if isinstance(node, mi.BytesType | mi.ByteArrayType | mi.MemoryViewType):
        yield from judge_length(node, len(result), "bytes")


def _converts(value: object, wanted: type) -> bool:
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def _describe_choices(values: tuple[object, ...]) -> str:
    shown = [_quote(value) for value in values[:_MAX_LISTED_CHOICES]]
    if len(values) > _MAX_LISTED_CHOICES:
        shown.append("...")
    return f"one of {', '.join(shown)}" if len(values) > 1 else ", ".join(shown)


def _quote(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def count_of(number: int, unit: str) -> str:
    """Return a number with its unit, which is given as a plural.

    >>> count_of(1, "items"), count_of(2, "items")
    ('1 item', '2 items')
    """
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"
