"""Header fields between ASGI's pairs of bytes and a response's text.

Most applications answer with the same few fields. A pair that was translated once is
kept, up to a bound; when the table is full it is emptied.

Only outwards (`encode_fields`) is anything checked here: towards our own server the
serializer does that, towards a foreign one nobody else might.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drystone.http.protocol import grammar
from drystone.http.protocol.headers import ResponseHeaders
from drystone.http.protocol.serializer import InvalidHeader

_MAX_REMEMBERED: Final = 512
_MAX_REMEMBERED_VALUE: Final = 256
_remembered: dict[tuple[bytes, bytes], tuple[str, tuple[str, str]]] = {}

# Framing belongs to whoever holds the connection (RFC 9110, section 7.6.1).
_OF_THE_CONNECTION: Final = frozenset(
    {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
)


def add_fields(headers: ResponseHeaders, pairs: Iterable[tuple[bytes, bytes]]) -> None:
    """Add fields that an application sent.

    Raises:
        UnicodeDecodeError: a name is not ASCII.
    """
    fields = headers.fields
    for name, value in pairs:
        lower, field = _remembered.get((name, value)) or _translate(name, value)
        if lower in fields or lower == "set-cookie":
            headers.add(*field)
        else:
            fields[lower] = field


def _translate(name: bytes, value: bytes) -> tuple[str, tuple[str, str]]:
    text = name.decode("ascii")
    translated = (text.lower(), (text, value.decode("latin-1")))
    if len(value) <= _MAX_REMEMBERED_VALUE:
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        _remembered[name, value] = translated
    return translated


def encode_fields(headers: ResponseHeaders) -> list[tuple[bytes, bytes]]:
    """Return the fields as ASGI has them, without those of the connection.

    Raises:
        InvalidHeader: one of them cannot be sent.
    """
    return [
        _encode(name, value)
        for name, value in headers.items()
        if name.lower() not in _OF_THE_CONNECTION
    ]


def _encode(name: str, value: str) -> tuple[bytes, bytes]:
    try:
        pair = name.lower().encode("ascii"), value.encode("latin-1")
    except UnicodeEncodeError:
        raise InvalidHeader(f"the field {name!r} holds characters outside of Latin-1") from None
    if not grammar.TOKEN.fullmatch(pair[0]) or not grammar.FIELD_VALUE.fullmatch(pair[1]):
        raise InvalidHeader(f"the field {name!r} cannot be sent")
    return pair
