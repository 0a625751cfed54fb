"""The second form of a connection string: `postgresql://ann@db1:5432,db2/app?sslmode=require`.

PostgreSQL documentation, 34.1.1.2 "Connection URIs":

    postgresql://[userspec@][hostspec][/dbname][?paramspec]
    userspec  is  user[:password]
    hostspec  is  [host][:port][,...]
    paramspec is  name=value[&...]

Read as libpq reads it, which is not quite RFC 3986: several hosts stand where a URI has
one, and the user's part ends at the first `@` unless a `/` comes before it. In one thing
we are stricter. After the user's part, and before the parameters, an `@` must be
written `%40`: there it is nearly always the rest of a password that was not encoded, and
libpq would take it for a host or a database, which logs show.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .error import DSNError

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMES: Final = ("postgresql://", "postgres://")
_USERSPEC: Final = re.compile(r"(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@")
_HOST: Final = re.compile(
    r"(?:\[(?P<literal>[^\]]*)\]|(?P<name>(?!\[)[^:/,]*))(?::(?P<port>[^/,]*))?"
)
_DATABASE: Final = re.compile(r"/(?P<database>.*)", re.DOTALL)
_PERCENT: Final = re.compile(rb"%(.{0,2})", re.DOTALL)
_HEX: Final = re.compile(rb"[0-9A-Fa-f]{2}")
_SPACE: Final = re.compile(r"[ \t\n\v\f\r]")


def is_uri(text: str) -> bool:
    """Return whether a connection string is of this form."""
    return text.startswith(SCHEMES)


def read_uri(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a connection URI; those after the `?` come last.

    >>> list(read_uri("postgresql://ann:s%40fe@db1:5433,db2/app?connect_timeout=5"))
    ... # doctest: +NORMALIZE_WHITESPACE
    [('user', 'ann'), ('password', 's@fe'), ('host', 'db1,db2'), ('port', '5433,'),
     ('dbname', 'app'), ('connect_timeout', '5')]

    Raises:
        DSNError: it cannot be read.
    """
    _, before_place, place, parameters = split_uri(text)
    if userspec := _USERSPEC.match(before_place):
        yield from _given("user", userspec["user"], "the user name")
        yield from _given("password", userspec["password"], "the password")
    if "@" in place:
        raise DSNError(
            "there is an @ too many: in a user name, password or database, write @ as %40 "
            "and / as %2F"
        )
    yield from _read_hosts_and_database(place)
    yield from _read_parameters(parameters)


def split_uri(text: str) -> tuple[str, str, str, str]:
    """Return the parts of a connection URI, still encoded: scheme, user, place, parameters.

    >>> split_uri("postgresql://ann:s%40fe@db1,db2/app?connect_timeout=5")
    ('postgresql://', 'ann:s%40fe@', 'db1,db2/app', 'connect_timeout=5')
    """
    scheme, separator, rest = text.partition("://")
    userspec = _USERSPEC.match(rest)
    begin = userspec.end() if userspec else 0
    place, _, parameters = rest[begin:].partition("?")
    return scheme + separator, rest[:begin], place, parameters


def _read_hosts_and_database(text: str) -> Iterator[tuple[str, str]]:
    hosts: list[str] = []
    ports: list[str] = []
    place = 0
    while True:
        match = _HOST.match(text, place)
        if match is None or match["literal"] == "":
            raise DSNError("the address in [ ] is empty or not closed: write [::1]")
        hosts.append(match["literal"] or match["name"] or "")
        ports.append(match["port"] or "")
        place = match.end()
        if text[place : place + 1] != ",":
            break
        place += 1
    database = _DATABASE.fullmatch(text, place)
    if place < len(text) and database is None:
        raise DSNError("a host is followed by something odd: write host:port, or [::1]:port")
    yield from _given("host", ",".join(hosts), "the host")
    yield from _given("port", ",".join(ports), "the port")
    if database is not None:
        yield from _given("dbname", database["database"], "the database")


def _read_parameters(text: str) -> Iterator[tuple[str, str]]:
    # A last, empty parameter is no mistake: `?` alone, or `&` at the end.
    pairs = text.removesuffix("&").split("&") if text else []
    for number, pair in enumerate(pairs, start=1):
        where = f"parameter {number} after the ?"
        name, equals, value = pair.partition("=")
        if not equals or "=" in value:
            raise DSNError(f"{where} is not name=value: write = and & in a value as %3D and %26")
        name, value = _decode(name, where), _decode(value, where)
        # As JDBC writes it.
        yield ("sslmode", "require") if (name, value) == ("ssl", "true") else (name, value)


def _given(name: str, text: str | None, where: str) -> Iterator[tuple[str, str]]:
    # What is empty is not given: a default, or the environment, stands in its place.
    if text:
        yield name, _decode(text, where)


def _decode(text: str, where: str) -> str:
    text = text.strip(" ")
    if _SPACE.search(text):
        raise DSNError(f"{where} holds a space: write it %20")

    def byte(match: re.Match[bytes]) -> bytes:
        if not _HEX.fullmatch(match[1]) or match[1] == b"00":
            raise DSNError(f"{where} holds a % without two hexadecimal digits: write % as %25")
        return bytes.fromhex(match[1].decode("ascii"))

    try:
        return _PERCENT.sub(byte, text.encode("utf-8")).decode("utf-8")
    except UnicodeError:
        raise DSNError(f"{where} is not UTF-8") from None
