"""What a column holds: a closed set of plain records, described once and read by many.

A model's annotations end here. From these records come the table (`db/ddl`), the check of
bodies (`plain_type`), the description (OpenAPI) and the parsing of filters; a reader
handles the classes below and nothing else. PostgreSQL's documentation, chapter 8, has the
types; bounds are inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class TextType:
    """`text`.

    Attributes:
        min_length: in characters.
        max_length: in characters.
        pattern: a regular expression that must be found in it, by Python's `re` and by
            PostgreSQL's `~` alike.
        form: what it stands for, where it has a name: an OpenAPI `format`.
    """

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerType:
    """`bigint`, or `integer` where the bounds fit into 32 bits."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatType:
    """`double precision`."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalType:
    """`numeric`, exact.

    Attributes:
        precision: digits in all; any number where None.
        scale: digits behind the point.
        minimum: the least value.
        maximum: the greatest value.
    """

    precision: int | None = None
    scale: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BooleanType:
    """`boolean`."""


@dataclass(frozen=True, slots=True)
class UUIDType:
    """`uuid`."""


@dataclass(frozen=True, slots=True)
class DateTimeType:
    """`timestamp with time zone`: an instant, answered in UTC."""


@dataclass(frozen=True, slots=True)
class DateType:
    """`date`."""


@dataclass(frozen=True, slots=True)
class TimeType:
    """`time`, of no particular zone."""


@dataclass(frozen=True, slots=True)
class DurationType:
    """`interval`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesType:
    """`bytea`; base64 in JSON. Lengths are in bytes."""

    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceType:
    """One of a few values: `text` or `integer` with a check.

    Attributes:
        values: what is stored, all text or all integers.
        kind: which of the two.
        enum: the Python class whose members they are, where it is one.
    """

    values: tuple[str, ...] | tuple[int, ...]
    kind: Literal["text", "integer"]
    enum: type | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JSONType:
    """`jsonb`.

    Attributes:
        python: the type that it decodes to: a Struct, a dict, or Any.
    """

    python: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayType:
    """An array of one dimension; never holds NULL."""

    item: ColumnType
    min_length: int | None = None
    max_length: int | None = None


ColumnType: TypeAlias = (
    TextType
    | IntegerType
    | FloatType
    | DecimalType
    | BooleanType
    | UUIDType
    | DateTimeType
    | DateType
    | TimeType
    | DurationType
    | BytesType
    | ChoiceType
    | JSONType
    | ArrayType
)
