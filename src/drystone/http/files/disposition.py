"""`Content-Disposition`: under which name a client saves what it gets.

A name goes out twice: once in ASCII, with stand-ins, for clients that read no more,
and once in UTF-8 for all others, which must prefer that one.

Source: RFC 6266; RFC 8187, section 3.2.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

# Path separators, and what a file name cannot hold: a client should drop the former
# itself (RFC 6266, section 4.3), but not each one does.
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f/\\]")
# In a quoted string a quote would need an escape, and clients differ on escapes; a
# percent sign is decoded by some although nothing says so (section 4.3, appendix D).
_NOT_PLAIN: Final = re.compile(r'[^\x20-\x7e]|["%]')

# attr-char = ALPHA / DIGIT / "!" / "#" / "$" / "&" / "+" / "-" / "." / "^" / "_"
#           / "`" / "|" / "~"                         RFC 8187, section 3.2.1
_ATTR_CHARS: Final = "!#$&+-.^_`|~"


def attachment(name: str) -> str:
    r"""Return the field's value that has a client save the body as `name`.

    >>> attachment("report.pdf")
    'attachment; filename="report.pdf"'
    >>> attachment("naïve €.txt")
    'attachment; filename="na_ve _.txt"; filename*=UTF-8\'\'na%C3%AFve%20%E2%82%AC.txt'
    """
    safe = _UNSAFE.sub("_", name)
    plain = _NOT_PLAIN.sub("_", safe)
    value = f'attachment; filename="{plain}"'
    if plain != safe:
        value += f"; filename*=UTF-8''{quote(safe, safe=_ATTR_CHARS, errors='replace')}"
    return value
