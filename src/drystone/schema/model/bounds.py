"""What may be said of a value, inside `Annotated`: lengths, ranges, patterns, formats.

    title: Field[Annotated[str, Length(1, 200)]]
    price: Field[Annotated[Decimal, Digits(10, 2), Range(0, None)]]
    email: Field[Email]

Declared once, and enforced three times: when a body is read, by a CHECK of the table, and
in the description.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text (characters), bytes or an array (items) is, bounds included.

    Args:
        minimum: the least; None for no bound.
        maximum: the most; None for no bound.
    """

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Between which values a number lies, bounds included; None for no bound."""

    minimum: int | float | Decimal | None = None
    maximum: int | float | Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that is found in a text.

    It is used by Python's `re` and by PostgreSQL (chapter 9.7.3): write what both read
    alike, and anchor it with `^` and `$` to mean the whole text.
    """

    expression: str


@dataclass(frozen=True, slots=True)
class Digits:
    """How many digits a decimal has: in all, and behind the point."""

    precision: int
    scale: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """The name of what a text stands for, as in OpenAPI's `format`."""

    name: str


# One @, no blanks, a dot in the domain: who wants to know more sends a message there.
# 254 octets: RFC 5321, section 4.5.3.1.3, less the angle brackets.
Email: TypeAlias = Annotated[
    str, Length(3, 254), Pattern(r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"), Form("email")
]

# An absolute http(s) address; RFC 3986 leaves blanks and controls out of it.
Url: TypeAlias = Annotated[
    str, Length(1, 2048), Pattern(r"^https?://[^\s/?#]+([/?#]\S*)?$"), Form("uri")
]

# What stands in an address: lower-case words joined by single hyphens.
Slug: TypeAlias = Annotated[str, Length(1, 100), Pattern(r"^[a-z0-9]+(-[a-z0-9]+)*$"), Form("slug")]
