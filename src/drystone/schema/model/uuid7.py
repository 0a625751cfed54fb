"""UUIDs of version 7: they begin with the time, so new rows stay together in an index.

Source: RFC 9562, section 5.7, with method 3 of section 6.2: the twelve bits behind the
milliseconds hold the fraction of one, so ids made in a row mostly sort in that order.
"""

from __future__ import annotations

import os
import time
from uuid import UUID

_MILLISECOND_NS = 1_000_000


def uuid7() -> UUID:
    """Return a new id.

    >>> uuid7().version
    7
    """
    return build_uuid7(time.time_ns(), int.from_bytes(os.urandom(8)))


def build_uuid7(time_ns: int, random_bits: int) -> UUID:
    """Return the id of that time, in nanoseconds since 1970, and those 62 random bits.

    >>> str(build_uuid7(1_700_000_000_000_500_000, 1))
    '018bcfe5-6800-7800-8000-000000000001'
    """
    milliseconds, rest = divmod(time_ns, _MILLISECOND_NS)
    fraction = rest * 4096 // _MILLISECOND_NS
    high = (milliseconds & (1 << 48) - 1) << 16 | 0x7000 | fraction
    return UUID(int=high << 64 | 1 << 63 | random_bits & (1 << 62) - 1)
