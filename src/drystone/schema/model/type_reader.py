"""Annotations → column types: `Annotated[str, Length(1, 200)] | None` read once, at start.

The only place that knows Python's spellings of types; everything behind it works on the
records of `column_types`.
"""

from __future__ import annotations

import datetime
import types
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from drystone.schema.model.bounds import Digits, Form, Length, Pattern, Range
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

MIN_INT64, MAX_INT64 = -(2**63), 2**63 - 1

_PLAIN: dict[object, ColumnType] = {
    str: TextType(),
    int: IntegerType(),
    float: FloatType(),
    bool: BooleanType(),
    Decimal: DecimalType(),
    uuid.UUID: UUIDType(),
    datetime.datetime: DateTimeType(),
    datetime.date: DateType(),
    datetime.time: TimeType(),
    datetime.timedelta: DurationType(),
    bytes: BytesType(),
}


class UnknownType(Exception):
    """An annotation that no column type stands for; the text says what to write."""


@dataclass(frozen=True, slots=True)
class ReadType:
    """What an annotation says.

    Attributes:
        type: what the column holds.
        nullable: whether it may be NULL.
        marks: what stood in `Annotated` and is no bound of the value: rules, comments.
    """

    type: ColumnType
    nullable: bool
    marks: tuple[object, ...]


def read_type(annotation: Any) -> ReadType:
    """Return what an annotation says.

    Raises:
        UnknownType: nothing can be made of it.
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        read = read_type(inner)
        bounds = [mark for mark in marks if isinstance(mark, _BOUNDS)]
        others = tuple(mark for mark in marks if not isinstance(mark, _BOUNDS))
        kind = read.type
        for bound in bounds:
            kind = _narrow(kind, bound)
        return ReadType(kind, read.nullable, read.marks + others)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(annotation))
    return ReadType(_read_plain(annotation, origin), nullable=False, marks=())


_BOUNDS = (Length, Range, Pattern, Digits, Form)


def _read_union(members: tuple[Any, ...]) -> ReadType:
    others = [member for member in members if member is not type(None)]
    if len(others) != 1:
        raise UnknownType("is one of several types; a column has one, or one and None")
    return replace(read_type(others[0]), nullable=True)


def _read_plain(annotation: Any, origin: Any) -> ColumnType:
    if annotation in _PLAIN if isinstance(annotation, type) else False:
        return _PLAIN[annotation]
    if origin is Literal:
        return _choice(get_args(annotation))
    if origin in (list, tuple, set, frozenset) or annotation in (list, tuple, set, frozenset):
        return _read_array(annotation, origin)
    if annotation is Any or origin is dict or annotation is dict:
        return JSONType(python=annotation)
    if isinstance(annotation, type):
        if issubclass(annotation, Enum):
            values = tuple(member.value for member in annotation)
            return replace(_choice(values), enum=annotation)
        if issubclass(annotation, msgspec.Struct):
            return JSONType(python=annotation)
    raise UnknownType(
        f"is annotated {_name(annotation)}, which no column holds; write str, int, float, bool, "
        "Decimal, UUID, datetime, date, time, timedelta, bytes, a Literal, an Enum, a list of "
        "those, or a dict, Struct or Any for JSON"
    )


def _read_array(annotation: Any, origin: Any) -> ColumnType:
    arguments = get_args(annotation)
    if origin is not list or len(arguments) != 1:
        raise UnknownType("is a collection; write list[…] with the type of its items")
    item = read_type(arguments[0])
    if item.nullable or isinstance(item.type, ArrayType | JSONType):
        raise UnknownType("is a list of what a list cannot hold; use a model of its own, or JSON")
    return ArrayType(item=item.type)


def _choice(values: tuple[Any, ...]) -> ChoiceType:
    if values and all(type(value) is str for value in values):
        return ChoiceType(values=values, kind="text")
    if values and all(type(value) is int for value in values):
        return ChoiceType(values=values, kind="integer")
    raise UnknownType("has choices that are neither all text nor all integers")


def _narrow(kind: ColumnType, bound: object) -> ColumnType:
    match bound, kind:
        case Length(minimum, maximum), TextType() | BytesType() | ArrayType():
            _check_order(minimum, maximum)
            return replace(kind, min_length=minimum, max_length=maximum)
        case Range(minimum, maximum), IntegerType():
            _check_order(minimum, maximum)
            return replace(kind, minimum=_whole(minimum), maximum=_whole(maximum))
        case Range(minimum, maximum), FloatType():
            _check_order(minimum, maximum)
            return replace(kind, minimum=_float(minimum), maximum=_float(maximum))
        case Range(minimum, maximum), DecimalType():
            _check_order(minimum, maximum)
            return replace(kind, minimum=_decimal(minimum), maximum=_decimal(maximum))
        case Digits(precision, scale), DecimalType():
            if not 1 <= precision <= 1000 or not 0 <= scale <= precision:
                raise UnknownType(
                    f"has Digits({precision}, {scale}); write 1 to 1000, and 0 to that"
                )
            return replace(kind, precision=precision, scale=scale)
        case Pattern(expression), TextType():
            return replace(kind, pattern=expression)
        case Form(name), TextType():
            return replace(kind, form=name)
        case _:
            raise UnknownType(f"has {bound!r}, which says nothing of a {_word(kind)}")


def _check_order(minimum: Any, maximum: Any) -> None:
    if minimum is not None and maximum is not None and minimum > maximum:
        raise UnknownType(
            f"has bounds of which the first, {minimum}, is above the second, {maximum}"
        )


def _whole(bound: float | Decimal | None) -> int | None:
    if bound is None:
        return None
    if bound != int(bound) or not MIN_INT64 <= bound <= MAX_INT64:
        raise UnknownType(f"is an integer of 64 bits, and {bound} is none")
    return int(bound)


def _float(bound: float | Decimal | None) -> float | None:
    return None if bound is None else float(bound)


def _decimal(bound: float | Decimal | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))


def _word(kind: ColumnType) -> str:
    return type(kind).__name__.removesuffix("Type").lower()


def _name(annotation: Any) -> str:
    return getattr(annotation, "__name__", None) or repr(annotation)
