"""What `msgspec` cannot judge of a decimal: its digits and its range.

It comes to the type that `msgspec` is given as a bound of our own (`plain_types`), with
the codes and phrases of `schema/constraints`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec

from drystone.schema.constraints import count_of
from drystone.schema.model.column_types import DecimalType

# The most that PostgreSQL's numeric holds (chapter 8.1.2).
_MAX_BEFORE, _MAX_BEHIND = 131_072, 16_383
# Fewer than a 64-bit integer's, and than the decimal context's.
_QUICK_DIGITS = 18


def decimal_faults(kind: DecimalType, value: Decimal | str | float) -> Iterator[tuple[str, str]]:
    """Yield a code and a phrase for each fault of a number that a decimal was made of.

    Args:
        kind: the column's type.
        value: the decimal, or what stands in JSON for one.
    """
    if not isinstance(value, Decimal):
        value = msgspec.convert(value, Decimal)
    if not value.is_finite():
        yield "format", "must be a finite number"
        return
    if kind.minimum is not None and value < kind.minimum:
        yield "too_small", f"must be at least {kind.minimum:f}"
    if kind.maximum is not None and value > kind.maximum:
        yield "too_large", f"must be at most {kind.maximum:f}"
    if kind.precision is None:
        yield from _digit_faults(value, _MAX_BEFORE, _MAX_BEHIND)
    else:
        scale = kind.scale or 0
        yield from _digit_faults(value, kind.precision - scale, scale)


def decimal_keeper(kind: DecimalType) -> Callable[[Decimal], bool] | None:
    """Return what tells quickly that a decimal has no fault and lies within 64 bits.

    It says False where it cannot tell. None where digits are not bounded, or too many.
    """
    scale = kind.scale or 0
    if kind.precision is None or kind.precision > _QUICK_DIGITS or scale < 0:
        return None
    step = Decimal((0, (1,), -scale))
    most = Decimal((0, (9,) * kind.precision, -scale))
    low = -most if kind.minimum is None else max(kind.minimum, -most)
    high = most if kind.maximum is None else min(kind.maximum, most)

    def keeps(value: Decimal) -> bool:
        try:
            # Equal only if no digit was rounded away; NaN is equal to nothing.
            return value.quantize(step) == value and low <= value <= high
        except ArithmeticError:  # by what the thread's decimal context lets pass
            return False

    return keeps


def _digit_faults(value: Decimal, before: int, behind: int) -> Iterator[tuple[str, str]]:
    if _places(value) > behind:
        yield "format", f"must have {_at_most(behind)} behind the point"
    # Adjusted: the exponent of the first digit. 0.00 has none that counts.
    if value and value.adjusted() >= before:
        bound = "too_large" if value > 0 else "too_small"
        yield bound, f"must have {_at_most(before)} before the point"


def _places(value: Decimal) -> int:
    """Return how many digits stand behind the point, zeros at the end aside."""
    _, digits, exponent = value.as_tuple()
    if not value or not isinstance(exponent, int):
        return 0
    # Not by normalize(), which rounds to the precision of the context.
    text = "".join(map(str, digits))
    return max(0, -exponent - (len(text) - len(text.rstrip("0"))))


def _at_most(digits: int) -> str:
    return f"at most {count_of(digits, 'digits')}" if digits else "no digits"
