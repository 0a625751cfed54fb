"""How large a JSON document may be, beyond the cap on its bytes.

The body's size is bounded before JSON is looked at (`http/`). These limits bound its
shape, which costs memory, stack and hash tables far beyond the bytes that describe
it. The numbers are generous for an API and small for an attack.
"""

from __future__ import annotations

from dataclasses import dataclass

# RFC 8259, section 6, lets a reader set the range of numbers. This one is PostgreSQL's
# bigint, and what every mainstream client language has an integer type for.
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class JSONLimits:
    """What a well-formed document may contain; past any of these it is answered 422.

    Integers outside 64 bits, numbers that are not finite, U+0000, lone surrogates and
    duplicate keys are refused whatever the limits: no setting makes them storable.

    Attributes:
        max_depth: containers inside each other; a bare `[]` is 1. Decoders recurse,
            and no API needs more.
        max_keys: members of one object.
        max_items: elements of one array. An endpoint that takes fewer says so in its type.
        max_string_bytes: UTF-8 bytes of one string, or one key, after unescaping.
    """

    max_depth: int = 64
    max_keys: int = 1_000
    max_items: int = 10_000
    max_string_bytes: int = 256 * 1024


DEFAULT_LIMITS = JSONLimits()
