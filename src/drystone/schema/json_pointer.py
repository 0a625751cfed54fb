"""Naming a place in a JSON document: RFC 6901 pointers, kept presentable.

The scanner and the validator both know where a fault is as a path of member names
and array indexes; here the path becomes the `pointer` of a `Violation`.

Two invariants keep an answer harmless. A pointer is at most `MAX_POINTER_CHARACTERS`
long: names come from the caller, and a body of 1 MiB must not be answered with many
copies of itself; a deeper place is named by its nearest ancestor that fits. And a
pointer can always be encoded as UTF-8: a lone surrogate in a name becomes U+FFFD.

Resolving a pointer in a document is left out: nothing here needs it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_POINTER_CHARACTERS = 1024

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def format_pointer(path: Iterable[str | int]) -> str:
    """Return the JSON pointer of a path; the whole document is the empty pointer.

    Args:
        path: member names and zero-based indexes, outermost first.

    >>> format_pointer(["items", 3, "a/b~c"])
    '/items/3/a~1b~0c'
    """
    pointer = ""
    for step in path:
        # RFC 6901, section 3: "~" first, or the "~" of "~1" would be escaped again.
        name = _LONE_SURROGATE.sub("\ufffd", str(step)).replace("~", "~0").replace("/", "~1")
        if len(pointer) + 1 + len(name) > MAX_POINTER_CHARACTERS:
            break
        pointer += f"/{name}"
    return pointer
