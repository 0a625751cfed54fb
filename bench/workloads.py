"""What the servers are asked for.

A workload under load is a path, the body that is the only right answer, and
whether the request's headers stay the same. Two workloads put no load on a
server: `startup` takes the time to its first answer, `idle` its memory.
"""

from __future__ import annotations

from dataclasses import dataclass

STARTUP = "startup"
IDLE = "idle"

PLAINTEXT_PATH = "/plaintext"
JSON_PATH = "/json"


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of request, and its right answer.

    Attributes:
        name: what the command line and the tables call it.
        path: the request target.
        body: the answer's body, byte for byte.
        varied: whether the headers differ from each request to the next.
        title: one line for the report.
    """

    name: str
    path: str
    body: bytes
    varied: bool
    title: str


_TEXT = b"Hello, World!"
_JSON = b'{"message":"Hello, World!"}'

LOADS = (
    Workload("plaintext", PLAINTEXT_PATH, _TEXT, False, "13 bytes of text"),
    Workload("json", JSON_PATH, _JSON, False, "a small object, serialised per request"),
    Workload(
        "plaintext-varied", PLAINTEXT_PATH, _TEXT, True, "text, headers change on every request"
    ),
    Workload("json-varied", JSON_PATH, _JSON, True, "JSON, headers change on every request"),
    Workload("asgi", PLAINTEXT_PATH, _TEXT, False, "the same bare ASGI application, hosted"),
    Workload("full", JSON_PATH, _JSON, False, "a framework's defaults, access log on"),
)

# What a server without load is asked once, to see that it answers.
PROBED = LOADS[0]

NAMES = (*(load.name for load in LOADS), STARTUP, IDLE)
