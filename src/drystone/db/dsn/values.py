"""From the text of a parameter to its value, with libpq's own ideas of each kind."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from .error import DSNError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .keywords import Given

E = TypeVar("E", bound=StrEnum)

# What libpq's strtol takes: spaces around it, and a sign.
_INTEGER: Final = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]{1,10})[ \t\n\v\f\r]*")
_MAX_INTEGER: Final = 2**31 - 1


def read_integer(given: Mapping[str, Given], name: str, default: int) -> int:
    """Return a whole number of 32 bits.

    Raises:
        DSNError: it is not one.
    """
    if name not in given:
        return default
    value = integer(given[name].value)
    if value is None:
        raise DSNError(f"{given[name].place} is not a whole number: write one such as 5")
    return value


def integer(text: str) -> int | None:
    """Return the number that a text spells; None where it spells none of 32 bits."""
    match = _INTEGER.fullmatch(text)
    value = int(match[1]) if match else None
    return value if value is not None and abs(value) <= _MAX_INTEGER else None


def read_amount(given: Mapping[str, Given], name: str, default: int) -> int:
    """Return a whole number that is not negative; libpq takes a negative one for 0."""
    return max(0, read_integer(given, name, default))


def read_switch(given: Mapping[str, Given], name: str) -> bool:
    """Return the truth that 1, the default, or 0 stands for.

    Raises:
        DSNError: it is neither.
    """
    value = read_integer(given, name, 1)
    if value not in {0, 1}:
        raise DSNError(f"{given[name].place} is neither 0 nor 1: write one of them")
    return value == 1


def read_choice(given: Mapping[str, Given], name: str, default: E) -> E:
    """Return the member of an enumeration that is named.

    Raises:
        DSNError: there is no such member.
    """
    if name not in given:
        return default
    try:
        return type(default)(given[name].value)
    except ValueError:
        known = ", ".join(type(default))
        raise DSNError(f"{given[name].place} is not known: write one of {known}") from None


def read_text(given: Mapping[str, Given], name: str) -> str | None:
    """Return the text as it is; None where there is none."""
    return given[name].value if name in given else None
