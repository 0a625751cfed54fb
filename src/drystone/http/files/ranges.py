"""`Range` and `Content-Range`: one part of a representation, in bytes.

Source: RFC 9110, section 14.

Left out on purpose: several ranges in one request. Answering them takes a multipart
body that few clients read, and overlapping ones were CVE-2011-3192 (Apache) and
CVE-2025-62727 (Starlette); section 14.2 lets a server ignore a `Range`, so such a
request is answered whole. So is one for an empty representation: `Content-Range`
cannot name a part of nothing, and some clients ask for a range always.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from drystone.errors import RangeNotSatisfiable

# ranges-specifier = range-unit "=" range-set
# int-range = first-pos "-" [ last-pos ] ; suffix-range = "-" suffix-length
# Numbers are bounded so that int() stays cheap; no file is larger.
_ONE_RANGE: Final = re.compile(r"(?i:bytes)=[ \t]*+([0-9]{0,18})-([0-9]{0,18})[ \t]*+")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Part of a representation.

    Attributes:
        first: position of its first byte.
        length: how many bytes it has, at least one.
        size: how many the whole has.
    """

    first: int
    length: int
    size: int

    @property
    def content_range(self) -> str:
        """The value of `Content-Range`.

        >>> ByteRange(0, 10, 100).content_range
        'bytes 0-9/100'
        """
        return f"bytes {self.first}-{self.first + self.length - 1}/{self.size}"


def select_range(value: str | None, size: int) -> ByteRange | None:
    """Return the part that a `Range` asks for, None where the whole is to be sent.

    Args:
        value: the field's value, if it is there.
        size: of the whole, in bytes.

    Raises:
        RangeNotSatisfiable: it begins past the end, or asks for the last 0 bytes.

    >>> select_range("bytes=90-", 100)
    ByteRange(first=90, length=10, size=100)
    >>> select_range("bytes=-5", 100)
    ByteRange(first=95, length=5, size=100)
    >>> select_range("bytes=0-1,5-6", 100) is None
    True
    """
    match = _ONE_RANGE.fullmatch(value) if value else None
    if match is None or size == 0:
        return None
    first, last = match.groups()
    if not first:
        if not last:
            return None
        length = min(int(last), size)
        start, end = size - length, size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None  # section 14.1.1: invalid, and so ignored
    if start >= size:
        raise RangeNotSatisfiable(headers=[("Content-Range", f"bytes */{size}")])
    return ByteRange(start, end - start + 1, size)
