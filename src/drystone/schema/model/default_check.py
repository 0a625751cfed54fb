"""Defaults as declared → defaults that the field would take, or a mistake told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec

from drystone.schema.model.class_body import ClassBody
from drystone.schema.model.column_types import (
    ArrayType,
    ColumnType,
    DecimalType,
    FloatType,
    TextType,
)
from drystone.schema.model.decimal_faults import decimal_faults
from drystone.schema.model.defaults import Constant, DatabaseDefault, Default, Factory, Generated
from drystone.schema.model.plain_types import plain_type
from drystone.schema.model.type_reader import ReadType, is_storable

_DEFAULTS: Final = (Constant, Factory, DatabaseDefault, Generated)


def read_default(body: ClassBody, attribute: str) -> Default | None:
    """Return the default that a class gives an attribute; None where it gives none.

    Raises:
        DeclarationError: it is a bare value, or none that can be called or computed.
    """
    if attribute not in body.values:
        return None
    value = body.values[attribute]
    if isinstance(value, Factory) and not callable(value.function):
        body.fail(attribute, f"has made({value.function!r}), no function; write default(…)")
    if isinstance(value, DatabaseDefault | Generated) and not value.sql.strip():
        body.fail(attribute, "has an empty SQL expression; write what is to be computed")
    if isinstance(value, _DEFAULTS):
        return value
    if isinstance(value, staticmethod | classmethod | property) or (
        callable(value) and not isinstance(value, type)
    ):
        body.fail(attribute, "is annotated and is a function; leave the annotation out")
    return body.fail(attribute, f"has the bare default {value!r}; write default({value!r})")


def check_default(
    body: ClassBody, attribute: str, default: Default | None, read: ReadType
) -> Default | None:
    """Return the default as the field's own type, or refuse it.

    Raises:
        DeclarationError: the field would refuse it.
    """
    match default:
        case Constant(list() | dict() | set() | bytearray() as value):
            body.fail(
                attribute, f"has a default that can change; write made({type(value).__name__})"
            )
        case Constant(None) if read.nullable:
            return default
        case Constant(None):
            body.fail(attribute, "may be NULL: write OptionalRef[…], or Field[… | None]")
        case Constant(value):
            return Constant(_convert(body, attribute, value, read.type))
        case Factory(function) if isinstance(function, type):
            # A class makes the same each time; what another function does is its own affair.
            _convert(body, attribute, function(), read.type)
        case _:
            pass
    return default


def check_values(body: ClassBody) -> None:
    """Refuse what was assigned in a class and has no type.

    Raises:
        DeclarationError: a default, or a plain value that looks like one.
    """
    for attribute, value in body.values.items():
        if attribute in body.annotations:
            continue
        if isinstance(value, _DEFAULTS):
            body.fail(attribute, "has a default and no type; write it as 'name: Field[…] = …'")
        if attribute.islower() and not attribute.startswith("_") and _is_plain(value):
            body.fail(
                attribute,
                "has a value and no type; write it as 'name: Field[…] = default(…)', or as "
                "'name: ClassVar[…] = …' where it is no column",
            )


def _is_plain(value: object) -> bool:
    return not callable(value) and not hasattr(value, "__get__")


def _convert(body: ClassBody, attribute: str, value: object, kind: ColumnType) -> Any:
    """Return a default as the field's type; msgspec judges, and then what it cannot see."""
    try:
        converted = msgspec.convert(value, plain_type(kind))
    except msgspec.ValidationError as error:
        fault = str(error)
    else:
        fault = next(_faults(kind, converted), "")
        if not fault:
            return converted
    return body.fail(
        attribute, f"has the default {value!r}, which it refuses ({fault}); write one that it takes"
    )


def _faults(kind: ColumnType, value: Any) -> Iterator[str]:
    """Yield what msgspec does not see in a default that it took."""
    match kind, value:
        case DecimalType(), Decimal():
            yield from (detail for _, detail in decimal_faults(kind, value))
        case TextType(), str() if not is_storable(value):
            yield "it holds a character that PostgreSQL cannot store"
        case FloatType(), float() if not math.isfinite(value):
            yield "must be a finite number"
        case ArrayType(), list():
            for item in value:
                yield from _faults(kind.item, item)
        case _:
            pass
