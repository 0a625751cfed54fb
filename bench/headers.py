"""The requests that the built-in generator sends.

The same fields as in wrk/identical.lua, varied.lua and requests.lua, so that a machine
without wrk asks the same of the servers.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = {
    "User-Agent": "bench/1.0",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
}

_BROWSER = {
    "User-Agent": (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36"
    ),
    "Accept": "text/html,application/json;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-GB,en;q=0.9",
    "Referer": "http://127.0.0.1/tasks?page=2",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "same-origin",
}

_CHANGING = (
    b"X-Request-ID: %b\r\ntraceparent: 00-%b%b-%b-01\r\nCookie: session=%b; theme=dark\r\n\r\n"
)


def requests(host: str, path: str, *, varied: bool) -> Iterator[bytes]:
    """Yield requests without end: all the same, or no two the same."""
    fields = {"Host": host} | (_BROWSER if varied else _PLAIN)
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"GET {path} HTTP/1.1\r\n{lines}".encode()
    if not varied:
        yield from itertools.repeat(head + b"\r\n")
    for number in itertools.count(1):
        marker = b"%016x" % number
        yield head + _CHANGING % ((marker,) * 5)


def listed_requests(host: str, lines: str) -> Iterator[bytes]:
    r"""Yield the requests of a file without end; see wrk/requests.lua.

    >>> next(listed_requests("h", "POST\t/tasks\t{}\n")).endswith(b"Content-Length: 2\r\n\r\n{}")
    True
    """
    plain = f"Host: {host}\r\nUser-Agent: bench/1.0\r\nAccept: application/json\r\n"
    written = []
    for line in lines.splitlines():
        method, path, body = line.split("\t", maxsplit=2)
        content = body.encode()
        more = "Content-Type: application/json\r\n" if content else ""
        more += f"Content-Length: {len(content)}\r\n" if content else ""
        written.append(f"{method} {path} HTTP/1.1\r\n{plain}{more}\r\n".encode() + content)
    yield from itertools.cycle(written)
