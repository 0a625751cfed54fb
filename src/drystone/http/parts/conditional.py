"""Conditional requests: whether to go on, by what the client already knows.

Pure: the request's conditions and the representation's validators go in, one of
three outcomes comes out. Files use it, and so does anything else that has an `ETag`.

Source: RFC 9110, section 13; the order is that of section 13.2.2:

    1  If-Match              false: 412
    2  If-Unmodified-Since   only without If-Match; false: 412
    3  If-None-Match         false: 304 to GET and HEAD, 412 to the rest
    4  If-Modified-Since     only without If-None-Match, GET and HEAD; false: 304
    5  If-Range              false: the `Range` is ignored (`allows_range`)

Invariants:
- A condition that cannot be read never does harm: a list of entity tags matches
  nothing (an unsafe write fails, a read is answered whole), a date is ignored.
- The caller evaluates only what it would otherwise answer with 2xx (section 13.2.1).

Left out on purpose: whether there is a representation at all. A caller without one
answers 404 before it asks.
"""

from __future__ import annotations

import enum
import re
import time
from typing import Final

from drystone.http.parts.dates import parse_date
from drystone.http.protocol.headers import Headers

# entity-tag = [ weak ] opaque-tag ; opaque-tag = DQUOTE *etagc DQUOTE
# etagc      = %x21 / %x23-7E / obs-text              RFC 9110, section 8.8.3
_ENTITY_TAG: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*+")')
_GAP: Final = re.compile(r"[ \t]*+")


class Outcome(enum.Enum):
    """What the conditions of a request amount to."""

    PROCEED = "they hold, or there are none"
    NOT_MODIFIED = "304: the client has what it would get"
    FAILED = "412: the representation is not the one that the client meant"


def evaluate(
    method: str, headers: Headers, *, etag: str | None, last_modified: float | None
) -> Outcome:
    """Return what the conditions in `headers` amount to.

    Args:
        method: of the request.
        headers: of the request.
        etag: the representation's entity tag as sent, quotes and `W/` included; None
            where it has none.
        last_modified: when it was last changed, in Unix seconds; None where unknown.

    >>> headers = Headers(((b"if-none-match", b'"a", W/"b"'),))
    >>> evaluate("GET", headers, etag='"b"', last_modified=None)
    <Outcome.NOT_MODIFIED: '304: the client has what it would get'>
    >>> evaluate("GET", headers, etag='"c"', last_modified=None).name
    'PROCEED'
    """
    if not _still_the_one(headers, etag, last_modified):
        return Outcome.FAILED
    reads = method in {"GET", "HEAD"}
    none_match = headers.get("if-none-match")
    if none_match is not None:
        if not _matches(none_match, etag, weakly=True):
            return Outcome.PROCEED
        return Outcome.NOT_MODIFIED if reads else Outcome.FAILED
    if reads and last_modified is not None:
        since = _date(headers, "if-modified-since")
        if since is not None and int(last_modified) <= since:
            return Outcome.NOT_MODIFIED
    return Outcome.PROCEED


def allows_range(headers: Headers, *, etag: str | None, last_modified: float | None) -> bool:
    """Tell whether a `Range` still applies, by `If-Range`.

    True where there is no such field. Its tag is compared strongly, its date exactly,
    as nginx and Go do: a part of another version would spoil what the client has.

    >>> allows_range(Headers(((b"if-range", b'W/"a"'),)), etag='W/"a"', last_modified=None)
    False
    """
    condition = headers.get("if-range")
    if condition is None:
        return True
    if '"' in condition:
        # One tag and no list: RFC 9110, section 13.1.5.
        return _ENTITY_TAG.fullmatch(condition) is not None and _matches(
            condition, etag, weakly=False
        )
    return last_modified is not None and _date(headers, "if-range") == int(last_modified)


def _still_the_one(headers: Headers, etag: str | None, last_modified: float | None) -> bool:
    match = headers.get("if-match")
    if match is not None:
        return _matches(match, etag, weakly=False)
    if last_modified is None:
        return True
    until = _date(headers, "if-unmodified-since")
    return until is None or int(last_modified) <= until


def _matches(condition: str, etag: str | None, *, weakly: bool) -> bool:
    """Tell whether the list of tags holds `etag`, by weak or strong comparison."""
    if condition == "*":
        return True
    if etag is None or (not weakly and etag.startswith("W/")):
        return False
    opaque = etag.removeprefix("W/")
    tags = read_tags(condition)
    return any(tag == opaque and (weakly or not weak) for weak, tag in tags)


def read_tags(condition: str) -> list[tuple[bool, str]]:
    """Return each tag of a list, quotes included, and whether it is weak.

    None at all where it is malformed.

    >>> read_tags('"a", W/"b"'), read_tags('"a" "b"')
    ([(False, '"a"'), (True, '"b"')], [])
    """
    tags: list[tuple[bool, str]] = []
    position = 0
    while position < len(condition):
        position = _skip(condition, position)
        match = _ENTITY_TAG.match(condition, position)
        if match is not None:
            tags.append((match[1] is not None, match[2]))
            position = _skip(condition, match.end())
        # A comma may stand alone: senders of lists leave elements empty (section 5.6.1).
        if position < len(condition) and condition[position] != ",":
            return []
        position += 1
    return tags


def _skip(condition: str, position: int) -> int:
    gap = _GAP.match(condition, position)
    return gap.end() if gap else position


def _date(headers: Headers, name: str) -> int | None:
    value = headers.get(name)
    return None if value is None else parse_date(value, now=time.time())
