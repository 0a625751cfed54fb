"""From the text of a variable to its value.

Each parser takes text that is not empty and returns the value, or raises `ValueError`
with what is wrong and the mend, as a half sentence that reads on after the variable:
`DRYSTONE_WORKERS=two: is not a whole number; write one such as 4`.

Invariants: a number has one spelling (ASCII digits, no `1_000`, no `١`), nothing is
clipped or repaired, and no message repeats the text, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
Parser = Callable[[str], T]

_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
# Labels of a host name, `*.` before them for every name below, or an IPv6 address.
_HOST: Final = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
# A URI, or `name=value` pairs.
_CONNECTION_STRING: Final = re.compile(r"postgres(?:ql)?://|\s*[a-z_]+\s*=")
_TARGET: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_MIN_TOKEN_CHARS = 16
# RFC 6750, section 2.1: b64token.
_TOKEN = re.compile(rf"[A-Za-z0-9\-._~+/=]{{{_MIN_TOKEN_CHARS},}}")
_MIN_SECRET_CHARS: Final = 32


def parse_text(text: str) -> str:
    """Return the text as it is."""
    return text


def parse_boolean(text: str) -> bool:
    """Return the truth that `true` or `false` names."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("is neither true nor false; write one of them")
    return text.lower() == "true"


def integer(minimum: int, maximum: int | None = None) -> Parser[int]:
    """Return a parser of whole numbers within bounds, both included."""

    def parse(text: str) -> int:
        if _INTEGER.fullmatch(text) is None:
            raise ValueError(f"is not a whole number; write one such as {max(minimum, 4)}")
        value = int(text)
        if value < minimum or (maximum is not None and value > maximum):
            most = "" if maximum is None else f" and at most {maximum}"
            raise ValueError(f"is out of range; write at least {minimum}{most}")
        return value

    return parse


def parse_amount(text: str) -> float:
    """Return a plain decimal number that is not negative: no unit, no exponent."""
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError("is not a plain number; write one such as 2.5, the unit is in the name")
    value = float(text)
    if value < 0:
        raise ValueError("is negative; write 0 or more")
    return value


def parse_duration(text: str) -> float:
    """Return a number of seconds that is more than none."""
    seconds = parse_amount(text)
    if not seconds:
        raise ValueError("is no time at all; write a number above 0, such as 2.5")
    return seconds


def one_of(*choices: str) -> Parser[str]:
    """Return a parser that takes these words and no others."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is not known; write {', '.join(choices[:-1])} or {choices[-1]}")
        return text

    return parse


def list_of(item: Parser[str]) -> Parser[tuple[str, ...]]:
    """Return a parser of values between commas."""

    def parse(text: str) -> tuple[str, ...]:
        items = [part.strip() for part in text.split(",")]
        return tuple(dict.fromkeys(item(part) for part in items if part))

    return parse


def parse_host(text: str) -> str:
    """Return a host that is served: a name, `*.` and a name, or an address; in lower case."""
    if _HOST.fullmatch(text.lower()) is None:
        raise ValueError(
            "holds something that is no host name; write names such as api.example.com or "
            "*.example.com, without scheme and port"
        )
    return text.lower()


def parse_proxy(text: str) -> str:
    """Return an IP address or network as it was written, or `unix` for Unix sockets."""
    if text == "unix":
        return text
    from ipaddress import ip_network  # noqa: PLC0415  (rarely set, and slow to import)

    try:
        ip_network(text)
    except ValueError:
        raise ValueError(
            "holds something that is no network; write addresses such as 10.0.0.7, networks "
            "such as 10.0.0.0/8 (whose host bits are zero), or unix"
        ) from None
    return text


def parse_origin(text: str) -> str:
    """Return a web origin (RFC 6454): scheme, host, port; or `*` for any."""
    parts = _split(text)
    plain = parts is not None and not (parts[2] or parts[3])
    if text != "*" and not (plain and parts and parts[0] in {"http", "https"} and parts[1]):
        raise ValueError(
            "holds something that is no origin; write scheme and host, such as "
            "https://app.example.com, without a path"
        )
    return text.lower()


def parse_database_url(text: str) -> str:
    """Return a PostgreSQL connection string, either of libpq's two forms.

    Only its form is looked at: what it says is read by `db/dsn/`, above this layer.
    """
    if _CONNECTION_STRING.match(text) is None:
        raise ValueError(
            "is no PostgreSQL address; write postgresql://user:password@host:5432/database"
        )
    return text


def parse_secret_key(text: str) -> str:
    """Return a key that is long enough to sign with."""
    if len(text) < _MIN_SECRET_CHARS:
        raise ValueError(
            f"is shorter than {_MIN_SECRET_CHARS} characters; make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return text


def parse_token(text: str) -> str:
    """Return a token that is sent in a header field, and too long to be guessed."""
    if _TOKEN.fullmatch(text) is None:
        raise ValueError(
            f"is not {_MIN_TOKEN_CHARS} or more letters, digits and -._~+/=; make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(24))'"
        )
    return text


def parse_target(text: str) -> str:
    """Return `module:attribute`, the way to an application."""
    if _TARGET.fullmatch(text) is None:
        raise ValueError("does not name an application; write module:attribute, such as tasks:app")
    return text


def _split(text: str) -> tuple[str, str, str, str] | None:
    """Return scheme, host and port, path, and the rest; None where it is no URL."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts.scheme, parts.netloc, parts.path, parts.query + parts.fragment
