"""Keys of advisory locks: any words, as PostgreSQL's 64 bits.

SHA-256 and not Python's `hash`, which differs from process to process: two nodes, or
two versions of the platform, must mean the same lock by the same words. Two different
keys share a lock with a chance of 1 in 2⁶⁴; they would wait for each other, no more.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Sequence

KeyPart: TypeAlias = str | int | UUID


def lock_key(parts: Sequence[KeyPart]) -> int:
    """Return the key of the lock that `parts` name: a signed 64-bit integer.

    The order counts, and so do the types: 1 and "1" are two locks.

    Raises:
        ValueError: there are no parts.
        TypeError: a part is neither text, integer nor UUID.

    >>> lock_key(("invoice", 17))
    -7451641335389422909
    """
    if not parts:
        raise ValueError("a lock needs a key: name what it locks")
    digest = hashlib.sha256()
    for part in parts:
        data = _encode(part)
        # The length first, so that ("ab", "c") and ("a", "bc") differ.
        digest.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(digest.digest()[:8], "big", signed=True)


def _encode(part: KeyPart) -> bytes:
    if isinstance(part, str):
        return b"s" + part.encode("utf-8", "surrogatepass")
    if isinstance(part, bool):
        raise TypeError("a lock's key is made of texts, integers and UUIDs, not bool")
    if isinstance(part, int):
        return b"i" + str(part).encode("ascii")
    if isinstance(part, UUID):
        return b"u" + part.bytes
    raise TypeError(f"a lock's key is made of texts, integers and UUIDs, not {type(part).__name__}")
