"""Converters: how one piece of a path becomes a value, and a value a piece of a path.

A pattern's parameter names one: `{id}` a plain segment, `{n:int}`, `{id:uuid}`,
`{rest:path}`. The router works on the decoded path, so `parse` sees decoded text;
`format` gives back text that is percent-encoded and ready for a URL.

Source: RFC 3986, section 3.3 (segments), 2.3 and 2.4 (what is encoded, and when);
RFC 9562, section 4 (the text form of a UUID).

Invariants:
- `parse` never raises: text that is not of its form gives `None`, and the route
  does not match, so a malformed id is 404 and never reaches a handler.
- What `format` gives, decoded once, `parse` turns back into an equal value.
- `int` has exactly one spelling for each number, so two addresses never mean the
  same row; a UUID may be written in either case, and is built in lower case.
- `format` refuses what the HTTP layer refuses in a path: an encoded slash or
  backslash, a dot segment, NUL. A URL built here can always be requested.

Left out on purpose: converters of one's own. A value with rules (a slug, a
country code) is a plain segment that the handler looks up or validates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ParameterValue: TypeAlias = str | int | UUID

# pchar = unreserved / pct-encoded / sub-delims / ":" / "@" (RFC 3986, section 3.3).
# `quote` never encodes letters, digits and "-._~"; these are the rest.
_SUB_DELIMS_COLON_AT = "!$&'()*+,;=:@"

# PostgreSQL's bigint: a larger number cannot be an id, so it matches nothing.
_MIN_INT = -(2**63)
_MAX_INT = 2**63 - 1

# Only canonical decimals, in ASCII: no "+", no leading zero, no "-0". `int` alone
# would take "1_000", " 7" and the digits of every script.
_CANONICAL_INT = re.compile(r"0|-?[1-9][0-9]{0,18}")
_CANONICAL_UUID = re.compile(
    r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
)


@dataclass(frozen=True, slots=True)
class Converter:
    """One kind of parameter.

    Attributes:
        name: what stands after the colon in a pattern, or "segment" where no colon does.
        rank: precedence among parameters; the lowest is tried first.
        wants: the values that `format` takes, in words, for error messages.
        parse: decoded text to value, or `None` when the text is not of this form.
        format: value to percent-encoded text, or `None` when it cannot be written.
    """

    name: str
    rank: int
    wants: str
    parse: Callable[[str], ParameterValue | None]
    format: Callable[[object], str | None]


def parse_int(text: str) -> int | None:
    """Return the number that a canonical decimal within 64 bits spells.

    >>> parse_int("-12"), parse_int("012"), parse_int("9223372036854775808")
    (-12, None, None)
    """
    if _CANONICAL_INT.fullmatch(text) is None:
        return None
    number = int(text)
    return number if _MIN_INT <= number <= _MAX_INT else None


def format_int(value: object) -> str | None:
    """Return the canonical decimal of an integer within 64 bits.

    >>> format_int(-12), format_int(True), format_int("12")
    ('-12', None, None)
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return f"{int(value)}" if _MIN_INT <= value <= _MAX_INT else None


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID that 36 characters in the hyphenated form spell, in any case.

    >>> parse_uuid("0190163D-8694-739B-AEA5-966C26F8AD91")
    UUID('0190163d-8694-739b-aea5-966c26f8ad91')
    >>> parse_uuid("0190163d8694739baea5966c26f8ad91") is None
    True
    """
    # `UUID` alone would take braces, "urn:uuid:" and hyphens anywhere.
    if _CANONICAL_UUID.fullmatch(text) is None:
        return None
    return UUID(text)


def format_uuid(value: object) -> str | None:
    """Return the lower-case hyphenated form of a UUID."""
    return str(value) if isinstance(value, UUID) else None


def parse_segment(text: str) -> str | None:
    """Return the segment itself, unless it is empty."""
    return text or None


def format_segment(value: object) -> str | None:
    """Return a non-empty string as one percent-encoded segment.

    >>> format_segment("50% of a:b"), format_segment("a/b"), format_segment("..")
    ('50%25%20of%20a:b', None, None)
    """
    if not isinstance(value, str) or value in {"", ".", ".."}:
        return None
    if not {"/", "\\", "\0"}.isdisjoint(value):
        return None
    try:
        return quote(value, safe=_SUB_DELIMS_COLON_AT)
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8
        return None


def parse_path(text: str) -> str | None:
    """Return the rest of a path: one or more segments, none of them empty.

    >>> parse_path("img/logo.svg"), parse_path("img/"), parse_path("")
    ('img/logo.svg', None, None)
    """
    return text if all(text.split("/")) else None


def format_path(value: object) -> str | None:
    """Return a relative path with each of its segments percent-encoded.

    >>> format_path("img/my logo.svg"), format_path("/etc/passwd"), format_path("a/../b")
    ('img/my%20logo.svg', None, None)
    """
    if not isinstance(value, str):
        return None
    segments = [segment for piece in value.split("/") if (segment := format_segment(piece))]
    return "/".join(segments) if len(segments) == value.count("/") + 1 else None


INT = Converter(
    "int", 1, "an int (not a bool) of at most 64 bits", parse=parse_int, format=format_int
)
HYPHENATED_UUID = Converter("uuid", 2, "a uuid.UUID", parse=parse_uuid, format=format_uuid)
SEGMENT = Converter(
    "segment",
    3,
    "a non-empty str that is no dot segment and holds no slash, backslash, NUL or lone surrogate",
    parse=parse_segment,
    format=format_segment,
)
PATH = Converter(
    "path",
    4,
    "a str of segments joined by '/', none of them empty or a dot segment, "
    "without backslash, NUL or lone surrogate",
    parse=parse_path,
    format=format_path,
)

CONVERTERS: Mapping[str, Converter] = MappingProxyType(
    {converter.name: converter for converter in (INT, HYPHENATED_UUID, PATH)}
)
