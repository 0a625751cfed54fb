"""Column types → the types by which `msgspec` checks and converts JSON.

Integers are bounded to 64 bits and times must say their offset, so that what passes the
edge can be stored (`../json_limits.py`).
"""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from msgspec import Meta

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
from drystone.schema.model.decimal_faults import decimal_faults, decimal_keeper
from drystone.schema.model.moment_faults import is_surely_of_utc, moment_faults
from drystone.schema.model.narrowing import MAX_INT64, MIN_INT64
from drystone.schema.model.patterns import python_pattern
from drystone.schema.own_bounds import own_bound


def plain_type(kind: ColumnType, *, nullable: bool = False) -> Any:
    """Return the type for `msgspec`; with `nullable`, NULL besides."""
    plain = _plain_type(kind)
    return plain | None if nullable else plain


def _plain_type(kind: ColumnType) -> Any:
    match kind:
        case TextType():
            pattern = kind.pattern and python_pattern(kind.pattern)
            return _with_meta(
                str, min_length=kind.min_length, max_length=kind.max_length, pattern=pattern
            )
        case IntegerType():
            low = MIN_INT64 if kind.minimum is None else kind.minimum
            high = MAX_INT64 if kind.maximum is None else kind.maximum
            return Annotated[int, Meta(ge=low, le=high)]
        case FloatType():
            return _with_meta(float, ge=kind.minimum, le=kind.maximum)
        case BytesType():
            return _with_meta(bytes, min_length=kind.min_length, max_length=kind.max_length)
        case ChoiceType():
            return kind.enum or Literal[kind.values]
        case ArrayType():
            items: Any = list[_plain_type(kind.item)]  # type: ignore[misc]  # made at run time
            return _with_meta(items, min_length=kind.min_length, max_length=kind.max_length)
        case DateTimeType():
            bound = own_bound(moment_faults, keeper=is_surely_of_utc)
            return Annotated[datetime.datetime, Meta(tz=True), bound]
        case TimeType():
            return Annotated[datetime.time, Meta(tz=False)]
        case DecimalType():
            return Annotated[
                Decimal, own_bound(partial(decimal_faults, kind), keeper=decimal_keeper(kind))
            ]
        case JSONType():
            return kind.python
        case _:
            return _SIMPLE[type(kind)]


_SIMPLE: dict[type, Any] = {
    BooleanType: bool,
    UUIDType: uuid.UUID,
    DateType: datetime.date,
    DurationType: datetime.timedelta,
}


def _with_meta(plain: Any, **bounds: Any) -> Any:
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    return Annotated[plain, Meta(**given)] if given else plain
