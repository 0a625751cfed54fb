"""JSON out: values to bytes, by the API's conventions.

The last step before a body leaves. `msgspec` writes; what it would write otherwise than
every client is promised is settled here:

- times are RFC 3339 in UTC with `Z`; an aware time elsewhere is converted, a naive one
  is refused, since its instant is anybody's guess
- decimals are strings: as JSON numbers most clients would round them
- UUIDs are text in lower case with hyphens; bytes are base64 with padding (RFC 4648,
  section 4), which is also what decoding to `bytes` reads
- network addresses, as PostgreSQL's `inet` and `cidr` are read, are text

Floats that are not finite become null: JSON has no other word for them. Sizes are left
out: what we write, we chose.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from typing import Any

import msgspec

_ADDRESSES = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
)

# How a time that is not in UTC ends, as msgspec writes it: at once (naive), or with an
# offset. Text of the caller's may look the same: a match only means a closer look. The
# literal T comes first because the search for a literal is quick.
_SUSPECT_TIME = re.compile(rb'T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]++)?+["+-]')


def encode_json(value: Any) -> bytes:
    """Return a value as JSON in UTF-8.

    Args:
        value: anything that `msgspec` encodes, and network addresses.

    Raises:
        TypeError: a time without an offset, or a value of a type that has no JSON form.
        UnicodeEncodeError: a string holds a lone surrogate.

    >>> from decimal import Decimal
    >>> paris = datetime.timezone(datetime.timedelta(hours=2))
    >>> encode_json({"at": datetime.datetime(2026, 5, 1, 12, tzinfo=paris), "sum": Decimal("1.50")})
    b'{"at":"2026-05-01T10:00:00Z","sum":"1.50"}'
    """
    encoded = _ENCODER.encode(value)
    if _SUSPECT_TIME.search(encoded) is None:
        return encoded
    plain = msgspec.to_builtins(value, builtin_types=_LEFT_ALONE, enc_hook=_encode_other)
    return _ENCODER.encode(_with_utc_times(plain))


def _encode_other(value: object) -> str:
    """Return the text of a type that `msgspec` does not know."""
    if isinstance(value, _ADDRESSES):
        return str(value)
    raise TypeError(f"A value of type {type(value).__name__} has no JSON form.")


def _with_utc_times(value: Any) -> Any:
    """Return a plain value with every time in UTC, keys included."""
    if isinstance(value, datetime.datetime):
        return _to_utc(value)
    if isinstance(value, dict):
        return {_with_utc_times(name): _with_utc_times(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_with_utc_times(item) for item in value]
    return value


def _to_utc(moment: datetime.datetime) -> datetime.datetime:
    if moment.utcoffset() is None:
        raise TypeError(
            f"The time {moment.isoformat()} has no UTC offset; give it a tzinfo before encoding."
        )
    return moment.astimezone(datetime.UTC)


_ENCODER = msgspec.json.Encoder(enc_hook=_encode_other, decimal_format="string")

# What to_builtins hands through as it is, to be put into UTC.
_LEFT_ALONE = (datetime.datetime,)
