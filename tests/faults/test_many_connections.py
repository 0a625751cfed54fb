"""Ten thousand idle connections on one worker."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.one_worker import State, one_worker

CONNECTIONS = 10_000
# The test's own process and the worker need about as many descriptors each.
DESCRIPTORS = CONNECTIONS + 300
MOST_ADDED_BYTES = 80 * 1024 * 1024
AT_A_TIME = 500

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: many\r\nAccept: */*\r\n\r\n"


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        pytest.skip(f"needs {DESCRIPTORS} open files in a process, and {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, DESCRIPTORS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(port: int, number: int) -> socket.socket:
    """Connect from one of four addresses, so that no range of ports runs short."""
    return socket.create_connection(
        ("127.0.0.1", port), timeout=20, source_address=(f"127.0.0.{1 + number % 4}", 0)
    )


def answer_of(client: socket.socket) -> bytes:
    """Return the body of the next answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(4096)
        assert piece, "closed without an answer"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += client.recv(4096)
    assert len(body) == length
    return body


def state_of(client: socket.socket) -> State:
    client.sendall(REQUEST.replace(b"GET /", b"GET /state"))
    return State(**json.loads(answer_of(client)))


def ask_all(clients: list[socket.socket]) -> None:
    for start in range(0, len(clients), AT_A_TIME):
        batch = clients[start : start + AT_A_TIME]
        for client in batch:
            client.sendall(REQUEST)
        for client in batch:
            assert answer_of(client) == b"ok"


@contextlib.contextmanager
def crowd(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Open `count` connections, each of which was answered once."""
    with contextlib.ExitStack() as stack:
        clients: list[socket.socket] = []
        while len(clients) < count:
            batch = [
                stack.enter_context(connect(port, len(clients) + n))
                for n in range(min(AT_A_TIME, count - len(clients)))
            ]
            ask_all(batch)
            clients += batch
        yield clients


def wait_for_nobody_else(watcher: socket.socket) -> State:
    deadline = time.monotonic() + 20
    while (state := state_of(watcher)).connections > 1:
        assert time.monotonic() < deadline, state
        time.sleep(0.05)
    return state


@pytest.mark.slow
@pytest.mark.usefixtures("many_descriptors")
def test_each_is_answered_and_they_cost_little() -> None:
    with (
        one_worker(keep_alive_timeout_seconds=600, max_connections=CONNECTIONS + 100) as worker,
        connect(worker.port, 0) as watcher,
    ):
        with crowd(worker.port, 200):
            pass  # what is made once is made
        before, descriptors = wait_for_nobody_else(watcher), worker.descriptors()
        resident = worker.resident()
        with crowd(worker.port, CONNECTIONS) as clients:
            assert state_of(watcher).connections == CONNECTIONS + 1
            added = worker.resident() - resident
            print(f"{added // CONNECTIONS} bytes for each connection")  # shown by -rP
            assert added <= MOST_ADDED_BYTES
            ask_all(clients)
        assert wait_for_nobody_else(watcher) == before
        assert worker.descriptors() == descriptors
