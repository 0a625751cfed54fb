"""Bounds put on a column type: `Length(1, 200)` on text, `Digits(10, 2)` on a decimal.

Each bound is refused where it says nothing of the type, or what no value can fulfil.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from drystone.schema.model.bounds import Digits, Form, Length, Pattern, Range
from drystone.schema.model.column_types import (
    ArrayType,
    BytesType,
    ColumnType,
    DecimalType,
    FloatType,
    IntegerType,
    TextType,
)

MIN_INT64: Final = -(2**63)
MAX_INT64: Final = 2**63 - 1


class UnknownType(Exception):
    """An annotation that no column type stands for; the text says what to write."""


def narrow(kind: ColumnType, bound: object) -> ColumnType:
    """Return a type with a bound put on it.

    Raises:
        UnknownType: the bound says nothing of the type, or contradicts itself.
    """
    match bound, kind:
        case Length(minimum, maximum), TextType() | BytesType() | ArrayType():
            _check_lengths(minimum, maximum)
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
            _check_pattern(expression)
            return replace(kind, pattern=expression)
        case Form(name), TextType():
            return replace(kind, form=name)
        case _:
            raise UnknownType(f"has {bound!r}, which says nothing of a {_word(kind)}")


def check_bounds(kind: ColumnType) -> None:
    """Refuse bounds that cannot hold together.

    Raises:
        UnknownType: a decimal's range reaches further than its digits.
    """
    if not isinstance(kind, DecimalType) or kind.precision is None:
        return
    scale = kind.scale or 0
    largest = Decimal((0, (9,) * kind.precision, -scale))
    for bound in (kind.minimum, kind.maximum):
        if bound is not None and abs(bound) > largest:
            raise UnknownType(
                f"has a Range that reaches {bound}, while Digits({kind.precision}, {scale}) end "
                f"at {largest}; write more digits, or a narrower Range"
            )


def _check_lengths(*bounds: object) -> None:
    for bound in bounds:
        if bound is not None and (type(bound) is not int or bound < 0):
            raise UnknownType(f"has the length {bound!r}; write a whole number, 0 or more")


def _check_pattern(expression: str) -> None:
    try:
        re.compile(expression)
    except (re.error, TypeError) as error:
        raise UnknownType(
            f"has the pattern {expression!r}, which is no regular expression: {error}; mend it"
        ) from None


def _check_order(minimum: Any, maximum: Any) -> None:
    for bound in (minimum, maximum):
        if bound is not None and (isinstance(bound, bool | str) or not math.isfinite(bound)):
            raise UnknownType(f"has the bound {bound!r}; write a number, or None for no bound")
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
