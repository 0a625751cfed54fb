"""Values on their way out: members of enumerations, and what must not be sent as it is.

The compiler knows which type each parameter meets, and says so by one of these functions;
most types need none. A NUL would be refused by the server too, but only after it had
spoiled the transaction.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from drystone.schema.model.column_types import (
    ArrayType,
    ChoiceType,
    ColumnType,
    DateTimeType,
    TextType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Binding: TypeAlias = "Callable[[object], object]"


def binding_for(kind: ColumnType | None) -> Binding | None:
    """Return what a value of this type goes through; None where it goes as it is."""
    match kind:
        case TextType():
            return check_text
        case ChoiceType() if kind.enum is not None:
            return plain_member
        case ChoiceType() if kind.kind == "text":
            return check_text
        case DateTimeType():
            return check_moment
        case ArrayType():
            return binding_for(kind.item)
        case _:
            return None


def check_text(value: object) -> object:
    """Return a text, or a list of them, as it is.

    Raises:
        ValueError: it holds a NUL, or half of a surrogate pair.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError(f"{_excerpt(value)} holds a NUL, which PostgreSQL stores in no text")
        if not value.isascii():
            _check_surrogates(value)
    elif isinstance(value, list):
        for item in value:
            check_text(item)
    return value


def check_moment(value: object) -> object:
    """Return a time, or a list of them, as it is.

    Raises:
        ValueError: it says no offset: the driver would take it for this machine's own.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} says no offset from UTC; write tzinfo=UTC")
    elif isinstance(value, list):
        for item in value:
            check_moment(item)
    return value


def plain_member(value: object) -> object:
    """Return what is stored for a member of an enumeration, or for a list of them."""
    if isinstance(value, list):
        return [plain_member(item) for item in value]
    return check_text(value.value if isinstance(value, Enum) else value)


def _check_surrogates(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{_excerpt(value)} holds half of a surrogate pair at {error.start}, which no text has"
        ) from None


def _excerpt(value: str) -> str:
    return ascii(value if len(value) <= 40 else value[:40] + "…")
