"""What `msgspec` does not judge of a value: digits and ranges of decimals.

`plain_types` puts into `msgspec.Meta` all that it understands. The rest of a column's
bounds is judged here, of bodies (`bodies`) and of defaults (`default_check`), with the
codes and words of `schema/constraints`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeAlias

from drystone.schema.model.column_types import ArrayType, ColumnType, DecimalType, TextType
from drystone.schema.model.type_reader import is_storable

# Where in the value (an item's index, or nothing), the code, and the sentence.
Fault: TypeAlias = tuple[tuple[int, ...], str, str]


def has_own_bounds(kind: ColumnType) -> bool:
    """Tell whether values of a type are to be judged here, besides by `msgspec`."""
    return isinstance(kind, DecimalType) or (
        isinstance(kind, ArrayType) and has_own_bounds(kind.item)
    )


def value_faults(kind: ColumnType, value: Any) -> Iterator[Fault]:
    """Yield what is wrong with a value that `msgspec` took."""
    match kind:
        case DecimalType():
            for code, detail in _decimal_faults(kind, value):
                yield (), code, detail
        case ArrayType():
            for index, item in enumerate(value):
                for place, code, detail in value_faults(kind.item, item):
                    yield (index, *place), code, detail
        case TextType() if not is_storable(value):
            yield (), "format", "must not contain the character U+0000, or half a surrogate pair"
        case _:
            pass


def _decimal_faults(kind: DecimalType, value: Decimal) -> Iterator[tuple[str, str]]:
    if not value.is_finite():
        yield "format", "must be a finite number"
        return
    if kind.minimum is not None and value < kind.minimum:
        yield "too_small", f"must be at least {kind.minimum:f}"
    if kind.maximum is not None and value > kind.maximum:
        yield "too_large", f"must be at most {kind.maximum:f}"
    if kind.precision is None:
        # PostgreSQL's numeric ends there (chapter 8.1.2).
        if not -16_383 <= value.adjusted() <= 131_071 or _places(value) > 16_383:
            yield "too_large", "must have at most 131072 digits before the point and 16383 behind"
        return
    scale = kind.scale or 0
    if _places(value) > scale:
        yield "format", _scale_detail(scale)
    # Adjusted: the exponent of the first digit. 0.00 has none that counts.
    if value and value.adjusted() >= kind.precision - scale:
        bound = "too_large" if value > 0 else "too_small"
        before = kind.precision - scale
        yield bound, f"must have at most {before} digit{'s' * (before != 1)} before the point"


def _places(value: Decimal) -> int:
    """Return how many digits stand behind the point, zeros at the end aside."""
    _, digits, exponent = value.as_tuple()
    if not value or not isinstance(exponent, int):
        return 0
    # Not by normalize(), which rounds to the precision of the context.
    text = "".join(map(str, digits))
    return max(0, -exponent - (len(text) - len(text.rstrip("0"))))


def _scale_detail(scale: int) -> str:
    if scale == 0:
        return "must have no digits behind the point"
    return f"must have at most {scale} digit{'s' * (scale != 1)} behind the point"
