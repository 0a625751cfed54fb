"""Query parameters as values: read by the type of the column that they are compared with."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import inspect

from drystone.errors import InvalidParameter, Violation
from drystone.http.parts.query import Query
from drystone.schema.model.column_info import ColumnInfo
from drystone.schema.model.column_types import BooleanType, IntegerType
from drystone.schema.validation import collect_violations


def read_parameter(query: Query, name: str, column: ColumnInfo) -> Any:
    """Return the value that a parameter has for a column.

    Args:
        query: has the parameter.
        name: of the parameter.
        column: whose type it is to be of.

    Raises:
        InvalidParameter: the column can hold no such value.
    """
    match column.type:
        case IntegerType():
            value: object = query.integer(name)
        case BooleanType():
            value = query.boolean(name)
        case _:
            value = query.get(name)
    return read_value(name, value, column.plain_type)


def read_value(name: str, value: object, kind: Any) -> Any:
    """Return a value as one of a type that `msgspec` knows.

    Raises:
        InvalidParameter: it is none.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        (fault, *_) = collect_violations(inspect.type_info(kind), value)
        raise refuse(name, fault.code, fault.detail) from None


def refuse(name: str, code: str, what: str) -> InvalidParameter:
    """Return what a parameter is refused with; `what` reads on after its name."""
    detail = f'The parameter "{name}" {what}.'
    return InvalidParameter(detail, errors=[Violation(code=code, detail=detail, parameter=name)])
