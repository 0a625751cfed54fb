"""Lists in a parameter: `id[in]=a,b` or `ids=a,b`, quoted as in CSV (RFC 4180) where need be.

a,b           two values
"a,b",c       the first holds a comma
"a ""b"" c"   a quotation mark within quotes is written twice
"""

from __future__ import annotations

import re
from typing import Final

from drystone.http.parts.text_fault import TextFault

# The most that a list may hold, here and in an expression.
MAX_LIST_ITEMS: Final = 200

# RFC 4180, section 2: escaped = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE
_ITEM: Final = re.compile(r'"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^",]*)')


def split_list(text: str) -> list[str]:
    """Return the values of a list.

    Raises:
        TextFault: there are none or too many, or quotation marks are out of place.

    >>> split_list('a,"b,c","d ""e"" f"')
    ['a', 'b,c', 'd "e" f']
    """
    if not text:
        raise TextFault("too_short", "must hold at least one value")
    if text.count(",") < MAX_LIST_ITEMS and '"' not in text:
        return text.split(",")
    items: list[str] = []
    place = 0
    while True:
        item, place = _read_item(text, place)
        items.append(item)
        if place == len(text):
            return items
        if len(items) == MAX_LIST_ITEMS:
            raise TextFault("too_long", f"must hold at most {MAX_LIST_ITEMS} values")
        place += 1


def _read_item(text: str, place: int) -> tuple[str, int]:
    """Return a value and where it ends: at a comma or the end of the text."""
    found = _ITEM.match(text, place)
    assert found is not None, "a plain value may be empty"  # noqa: S101  (our own fault)
    end = found.end()
    if end < len(text) and text[end] != ",":
        raise TextFault(
            "format",
            f"has a quotation mark out of place at character {end + 1}; a value in quotes "
            'ends at a comma, and writes " as ""',
        )
    quoted = found["quoted"]
    return (found["plain"] if quoted is None else quoted.replace('""', '"')), end
