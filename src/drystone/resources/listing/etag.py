"""Entity tags of rows: the version, and for variants what makes them one.

A bare row is `"17"`. What shows other fields, or rows of others beside it, is `"17;…"`
with a hash of how it was asked for; `If-Match` compares the version alone. With the rows
of others in it the version says too little, so it gives no 304.
`http/parts/conditional.py` compares the tags.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drystone.resources.asking.list_request import SingleRequest


def tag_of(version: int, asked: SingleRequest) -> str:
    """Return the strong entity tag of a row as it was asked for, quotes included."""
    variant = variant_of(asked)
    return f'"{version};{variant}"' if variant else f'"{version}"'


def variant_of(asked: SingleRequest) -> str:
    """Return the hash of what makes it a variant; empty for the bare row."""
    if asked.fields is None and not asked.expand:
        return ""
    fields = "*" if asked.fields is None else ",".join(asked.fields)
    expand = ",".join(sorted(one.name for one in asked.expand))
    return hashlib.sha256(f"{fields}|{expand}".encode()).hexdigest()[:8]
