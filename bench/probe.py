"""One checked request: is the server there, and is its answer the right one?

Nothing is measured before the answer has been seen to be right: a fast error
page would win every table.
"""

from __future__ import annotations

import http.client
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.process import RunningServer
    from bench.workloads import Workload

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 20.0
ANSWER_TIMEOUT_SECONDS = 5.0

# Between two knocks on a port that nobody listens on yet: the error of the
# measured time to the first answer.
KNOCK_SECONDS = 0.001

# All servers send these, so none is faster for sending less.
EXPECTED_FIELDS = ("content-length", "content-type", "date")


class Unmeasurable(Exception):
    """The server cannot be measured; the text is the reason for the table."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as a client sees it; field names in lower case."""

    status: int
    fields: frozenset[str]
    body: bytes


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def ask(port: int, path: str) -> Answer:
    """Send one GET and return its answer.

    Raises:
        OSError: nobody listens, or the connection broke.
        http.client.HTTPException: the answer is not HTTP.
    """
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response.status, _names(response.getheaders()), response.read())
    finally:
        connection.close()


def _names(fields: Iterable[tuple[str, str]]) -> frozenset[str]:
    return frozenset(name.lower() for name, _ in fields)


def check(answer: Answer, workload: Workload) -> None:
    """See that the answer is the workload's.

    Raises:
        Unmeasurable: another status or body, or a field that all others send is
            not there.
    """
    if answer.status != 200:
        raise Unmeasurable(f"answered {answer.status} to GET {workload.path}")
    if answer.body != workload.body:
        raise Unmeasurable(f"answered GET {workload.path} with {answer.body[:40]!r}")
    absent = [name for name in EXPECTED_FIELDS if name not in answer.fields]
    if absent:
        raise Unmeasurable(f"sends no {', '.join(absent)}")


def await_answer(server: RunningServer, port: int, workload: Workload) -> float:
    """Knock until the server answers, check the answer, and return the time.

    Returns:
        Seconds from exec to the end of the first answer.

    Raises:
        Unmeasurable: the server ended, did not answer in time, or gave a wrong
            answer.
    """
    deadline = time.perf_counter() + START_TIMEOUT_SECONDS
    while time.perf_counter() < deadline:
        try:
            answer = ask(port, workload.path)
        except (OSError, http.client.HTTPException):
            if server.ended:
                raise Unmeasurable(f"did not start: {server.last_words()}") from None
            time.sleep(KNOCK_SECONDS)
        else:
            seconds = time.perf_counter() - server.started
            check(answer, workload)
            return seconds
    raise Unmeasurable(f"no answer in {START_TIMEOUT_SECONDS:.0f} s: {server.last_words()}")
