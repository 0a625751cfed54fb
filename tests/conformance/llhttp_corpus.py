"""llhttp's own request cases, read from the shared data where it is there."""

from __future__ import annotations

import base64
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
PATH = (
    Path(os.environ.get("DRYSTONE_TEST_DATA", _ROOT.parent / "shared" / "data"))
    / "llhttp_corpus.json"
)

_REQUEST_LINE = re.compile(rb"(?:(?<=\n)|\A)([A-Z-]+) (\S+) HTTP/1\.[01]\r\n")


@dataclass(frozen=True)
class Case:
    """One case: bytes, and what llhttp in strict mode makes of them."""

    id: str
    data: bytes
    expect: str
    messages: int
    body_bytes: int

    def with_host(self) -> bytes:
        """Return the bytes with a Host field in each head that has none."""
        pieces = _REQUEST_LINE.split(self.data)
        data = pieces[0]
        lines = list(_REQUEST_LINE.finditer(self.data))
        for line, rest in zip(lines, pieces[3::3], strict=True):
            head = rest.partition(b"\r\n\r\n")[0].lower()
            data += line[0]
            if not re.search(rb"^host[ \t]*:", head, re.MULTILINE):
                authority = re.match(rb"http://([^/?#]*)", line[2])
                data += b"Host: " + (authority[1] if authority else b"h") + b"\r\n"
            data += rest
        return data


@cache
def cases() -> tuple[Case, ...]:
    """Return the strict request cases; none where the file is absent."""
    if not PATH.exists():
        return ()
    corpus = json.loads(PATH.read_text())
    return tuple(
        Case(
            case["id"],
            base64.b64decode(case["input_b64"]),
            case["expect"],
            case["messages_complete"],
            case["body_bytes"],
        )
        for case in corpus["cases"]
        if case["type"] in {"request", "request-finish"} and not case["lenient"]
    )
