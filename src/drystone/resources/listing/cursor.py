"""Cursors: a place in a list, signed, as text that a client hands back.

    version (1 byte) │ direction (1 byte) │ place (JSON, up to 3,000 bytes) │ MAC (16 bytes)

in base64url without padding. The MAC is HMAC-SHA256 over all before it and over what the
cursor is bound to (table, order, filters, search, deleted rows), cut to 128 bits
(RFC 2104, section 5): a cursor that was altered and one that is used with another question
fail alike. It carries no rights: whoever sends it sees what they may see. Its place is what
its row showed, so a cursor hides nothing from its holder.

The first key signs; any of them is believed, so a key is changed by putting the new one
before the old one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from drystone.errors import InvalidCursor, InvalidParameter, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERSION: Final = b"\x01"
_MAC_BYTES: Final = 16
_PURPOSE: Final = b"drystone cursor"
# As base64 that is half of the request line that servers and proxies take (8 KiB).
_MAX_PLACE_BYTES: Final = 3_000
_MAX_CHARACTERS: Final = 4 * (2 + _MAX_PLACE_BYTES + _MAC_BYTES) // 3 + 4


class Direction(Enum):
    """Which rows a cursor leads to, seen from its place."""

    AFTER = b"a"
    BEFORE = b"b"
    FROM = b"f"  # behind it, and the row at the place
    UNTIL = b"u"  # before it, and the row at the place

    @property
    def is_backward(self) -> bool:
        """Whether the rows come before the place."""
        return self in {Direction.BEFORE, Direction.UNTIL}

    @property
    def is_inclusive(self) -> bool:
        """Whether the row at the place belongs to them."""
        return self in {Direction.FROM, Direction.UNTIL}


class Cursor(NamedTuple):
    """A place in an order, and where to go from there."""

    direction: Direction
    place: str


def write_cursor(cursor: Cursor, *, bound_to: bytes, keys: Sequence[bytes]) -> str:
    """Return the text of a cursor.

    Args:
        cursor: what it says.
        bound_to: what it is good for; see `binding_of`.
        keys: the first of them signs.

    Raises:
        InvalidParameter: the row has values that are too long for a cursor.
    """
    place = cursor.place.encode()
    if len(place) > _MAX_PLACE_BYTES:
        detail = "is by a field whose values are too long for cursors; sort otherwise, or use page"
        raise InvalidParameter(
            f'The parameter "sort" {detail}.',
            errors=[Violation(code="too_long", detail=detail, parameter="sort")],
        )
    content = _VERSION + cursor.direction.value + place
    return (
        base64.urlsafe_b64encode(content + _sign(content, bound_to, keys[0])).decode().rstrip("=")
    )


def read_cursor(text: str, *, bound_to: bytes, keys: Sequence[bytes]) -> Cursor:
    """Return what a cursor says.

    Raises:
        InvalidCursor: it was altered, is of another list, sort or filter, or is none.
    """
    raw = _decode(text)
    content, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    # Each key is tried, whatever the others said: no time tells which one fits.
    believed = [hmac.compare_digest(mac, _sign(content, bound_to, key)) for key in keys]
    if not any(believed) or content[:1] != _VERSION:
        raise refuse_cursor()
    return Cursor(Direction(content[1:2]), content[2:].decode())


def binding_of(*parts: str) -> bytes:
    """Return what a cursor is bound to, of the texts that say it.

    >>> binding_of("a", "bc") == binding_of("ab", "c")
    False
    """
    return b"".join(b"%d:%b" % (len(part), part) for part in (one.encode() for one in parts))


def _sign(content: bytes, bound_to: bytes, key: bytes) -> bytes:
    message = b"".join(b"%d:%b" % (len(part), part) for part in (_PURPOSE, bound_to, content))
    return hmac.digest(key, message, hashlib.sha256)[:_MAC_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    if len(text) > _MAX_CHARACTERS:
        raise refuse_cursor()
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise refuse_cursor() from None
    # Other texts could decode to the same bytes: there is one spelling.
    if _encode(raw) != text:
        raise refuse_cursor()
    return raw


def refuse_cursor() -> InvalidCursor:
    """Return the refusal of a cursor that leads nowhere."""
    detail = (
        "was altered, or belongs to another list, sort or filter; begin again with an empty one"
    )
    return InvalidCursor(
        f"The cursor {detail}.",
        errors=[Violation(code="format", detail=detail, parameter="cursor")],
    )
