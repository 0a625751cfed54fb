"""The path of a request, decoded once, for everything that reads it.

Routing, rules, limits and logs all see this one string. Where decoding would make
two paths look alike to one reader and different to another, the request is
refused: an encoded slash or backslash, and dot segments, which a proxy in front
may already have resolved or not.

Source: RFC 3986, sections 3.3 and 6.2.2; RFC 9110, section 4.2.3.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_to_bytes

from drystone.errors import BadRequest

MAX_SEGMENTS: Final = 32


def decode_path(raw_path: bytes) -> str:
    """Return `raw_path` with its percent escapes decoded.

    Args:
        raw_path: as the parser leaves it: escapes are well-formed and UTF-8.

    Raises:
        BadRequest: a segment is `.` or `..`, holds an encoded slash, a backslash or a
            control character, or there are more than 32 segments.

    >>> decode_path(b"/caf%C3%A9/1")
    '/café/1'
    """
    if b"%" not in raw_path:
        path = raw_path.decode("ascii")
    else:
        if b"%2f" in raw_path.lower():
            raise BadRequest("A path segment holds an encoded slash.")
        path = unquote_to_bytes(raw_path).decode("utf-8")
        if not path.isprintable() and any(ord(char) < 0x20 or ord(char) == 0x7F for char in path):
            raise BadRequest("The path holds an encoded control character.")
    if "\\" in path:
        raise BadRequest("The path holds a backslash.")
    if "/." in path and not {".", ".."}.isdisjoint(path.split("/")):
        raise BadRequest("The path holds a dot segment.")
    if path.count("/") > MAX_SEGMENTS:
        raise BadRequest(f"The path has more than {MAX_SEGMENTS} segments.")
    return path
