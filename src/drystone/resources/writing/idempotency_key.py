"""`Idempotency-Key`: the name that a caller gives a request, to send it twice safely.

Source: draft-ietf-httpapi-idempotency-key-header-07. There the value is a quoted string;
most clients send it bare, so both are taken and mean the same.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drystone.errors import BadRequest, Violation

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER: Final = "Idempotency-Key"
MAX_CHARACTERS: Final = 255

# Visible ASCII without quote, comma and backslash, which would need rules of their own.
_KEY: Final = re.compile(
    r'"([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+)"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+)'
)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key as it is stored: two SHA-256 of 32 bytes each.

    Attributes:
        key: of the caller, the method, the path and the key.
        request: of what else the request says: query and body.
    """

    key: bytes
    request: bytes


def read_key(field: str | None) -> str | None:
    """Return the key that a field holds, without quotes; None where there is no field.

    Raises:
        BadRequest: it is empty, too long, or of other characters.
    """
    if field is None:
        return None
    found = _KEY.fullmatch(field)
    if found is None:
        raise _refuse("format", "must be visible ASCII characters without comma and backslash")
    key: str = found[1] or found[2]
    if len(key) > MAX_CHARACTERS:
        raise _refuse("too_long", f"must be at most {MAX_CHARACTERS} characters")
    return key


def digest_key(
    key: str, *, caller: str, method: str, path: str, content: Iterable[bytes]
) -> IdempotencyKey:
    """Return what is stored of a key.

    Args:
        key: as the caller wrote it.
        caller: who sends it; nobody else's keys are met.
        method: of the request.
        path: of the request.
        content: the query and the body.
    """
    scope = (caller, method, path, key)
    return IdempotencyKey(
        _digest(one.encode("utf-8", "surrogatepass") for one in scope), _digest(content)
    )


def _digest(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        # The length first, so that ("ab", "c") and ("a", "bc") differ.
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _refuse(code: str, what: str) -> BadRequest:
    detail = f"{HEADER} {what}."
    return BadRequest(detail, errors=[Violation(code=code, detail=detail, header=HEADER)])
