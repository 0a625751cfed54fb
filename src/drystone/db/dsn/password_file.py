r"""The password file: which of its lines is for a server.

PostgreSQL documentation, 34.16 "The Password File". Each line is

    hostname:port:database:username:password

where each of the first four may be `*`, a colon or backslash within a field is escaped by
a backslash, and the first line that matches counts. Pure: the text is passed in, and
whoever reads the file sees to its permissions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .dsn import SOCKET_DIRECTORIES, Host

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE: Final = re.compile(r"((?:[^:\\]|\\.)*+):" * 4 + "(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)")


def find_password(text: str, host: Host, *, database: str, user: str) -> str | None:
    r"""Return the password that a password file has for a server; None where it has none.

    >>> find_password("db:*:*:ann:a\\:b", Host("db"), database="app", user="ann")
    'a:b'
    """
    wanted = (_name(host), str(host.port), database, user)
    for fields, password in _lines(text):
        if all(map(_fits, fields, wanted)):
            return _ESCAPED.sub(r"\1", password) or None
    return None


def _fits(field: str, wanted: str) -> bool:
    return field == "*" or _ESCAPED.sub(r"\1", field) == wanted


def _name(host: Host) -> str:
    # A socket in its usual place is written `localhost`.
    if host.is_unix:
        return "localhost" if host.name in SOCKET_DIRECTORIES else host.name
    return host.name or host.address or "localhost"


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for line in text.split("\n"):
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is not None and not line.startswith("#"):
            *fields, password = match.groups()
            yield tuple(fields), password
