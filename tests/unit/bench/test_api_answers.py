"""What counts as a right answer of the API, and what is asked."""

from __future__ import annotations

import doctest
import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from bench.api import pocketbase
from bench.api.answers import MEMBERS, Client, check_workload
from bench.api.dialects import DJANGO, OURS, POCKETBASE, WRITTEN, Dialect
from bench.api.workloads import CREATE, EXPANDED, FILTERED, PAGE, READ, Request, Sample, requests_of
from bench.probe import Unmeasurable

DIALECTS = [OURS, WRITTEN, DJANGO, POCKETBASE]
REST: dict[str, Any] = {f"member_{number}": None for number in range(MEMBERS)}


def sample() -> Sample:
    task = {"id": "t1", "title": "One", "status": "todo", "priority": 2, "version": 1}
    newest: list[dict[str, Any]] = [
        {"id": "t2", "project": "Roof", "assignee": None},
        {"id": "t1", "project": "Roof", "assignee": "Ada"},
    ]
    return Sample(
        tasks=[task], newest=newest, projects={"p1": (["t1"], 1)}, authors=[("p1", "u1")], far=[]
    )


def nested(names: tuple[str, ...], value: Any) -> Any:
    for name in reversed(names):
        value = {name: value}
    return value


def right_answer(workload: str, dialect: Dialect) -> Any:
    """Return what a contender of this dialect answers."""
    if workload == READ:
        return REST | dict(sample().tasks[0])
    if workload == CREATE:
        return REST | json.loads(requests_of(CREATE, dialect, sample())[0].body) | {"id": "new"}
    ids = ["t1"] if workload == FILTERED else ["t2", "t1"]
    people = {"t1": {"id": "u1", "name": "Ada"}, "t2": None}
    rows = [
        REST
        | {"id": id_}
        | nested(dialect.beside, {"project": {"name": "Roof"}, "assignee": people[id_]})
        for id_ in ids
    ]
    return {dialect.rows: rows} | nested(dialect.total, 1)


class FixedClient(Client):
    """Answers from what it was given; refuses a priority that there is not."""

    def __init__(self, answer: object, status: int) -> None:
        self._answer = answer
        self._status = status
        self.refuses = True

    def ask(self, request: Request) -> tuple[int, bytes]:
        if self.refuses and '"priority": 9' in request.body:
            return 422, b""
        return self._status, json.dumps(self._answer).encode()


def check(workload: str, dialect: Dialect, answer: object, *, refuses: bool = True) -> None:
    client = FixedClient(answer, dialect.created if workload == CREATE else 200)
    client.refuses = refuses
    check_workload(client, workload, dialect, sample())


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("workload", [READ, PAGE, FILTERED, EXPANDED, CREATE])
def test_a_right_answer_passes_in_every_dialect(workload: str, dialect: Dialect) -> None:
    check(workload, dialect, right_answer(workload, dialect))


@pytest.mark.parametrize("workload", [READ, PAGE, FILTERED, EXPANDED, CREATE])
@pytest.mark.parametrize("answer", [{}, [], None, {"data": []}, {"data": [{"id": "t9"}]}])
def test_anything_else_is_not_timed(workload: str, answer: object) -> None:
    with pytest.raises(Unmeasurable):
        check(workload, WRITTEN, answer)


@pytest.mark.parametrize("change", [{"id": "t2"}, {"title": "Two"}, {"priority": 3}])
def test_another_row_is_not_timed(change: Mapping[str, object]) -> None:
    with pytest.raises(Unmeasurable):
        check(READ, OURS, right_answer(READ, OURS) | change)


def test_a_number_may_be_written_as_a_string() -> None:
    check(READ, OURS, right_answer(READ, OURS) | {"version": "1"})


def test_a_wrong_total_is_not_timed() -> None:
    answer = right_answer(FILTERED, WRITTEN) | {"total": 2}
    with pytest.raises(Unmeasurable, match="counts 2 of 1"):
        check(FILTERED, WRITTEN, answer)


def test_rows_in_another_order_are_not_timed() -> None:
    answer = right_answer(PAGE, WRITTEN)
    answer["data"].reverse()
    with pytest.raises(Unmeasurable, match="other rows"):
        check(PAGE, WRITTEN, answer)


def test_parts_of_rows_are_not_timed() -> None:
    with pytest.raises(Unmeasurable, match="parts of rows"):
        check(PAGE, WRITTEN, {"data": [{"id": "t2"}, {"id": "t1"}], "total": None})


def test_somebody_else_as_assignee_is_not_timed() -> None:
    answer = right_answer(EXPANDED, WRITTEN)
    answer["data"][1]["assignee"] = {"name": "Bo"}
    with pytest.raises(Unmeasurable, match="as assignee of t1"):
        check(EXPANDED, WRITTEN, answer)


def test_a_contender_that_takes_anything_is_not_timed() -> None:
    with pytest.raises(Unmeasurable, match="priority of 9"):
        check(CREATE, WRITTEN, right_answer(CREATE, WRITTEN), refuses=False)


def test_another_status_is_not_timed() -> None:
    client = FixedClient(right_answer(READ, OURS), 500)
    with pytest.raises(Unmeasurable, match="answered 500 to GET"):
        check_workload(client, READ, OURS, sample())


def test_requests_are_written_as_the_load_generator_reads_them() -> None:
    [create] = requests_of(CREATE, OURS, sample())
    method, path, body = create.line().rstrip("\n").split("\t")
    assert (method, path) == ("POST", "/api/v1/tasks")
    assert json.loads(body)["project_id"] == "p1"
    [read] = requests_of(READ, OURS, sample())
    assert read.line() == "GET\t/api/v1/tasks/t1\t\n"


@pytest.fixture
def echo_port() -> Iterator[int]:
    """A server that says what it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = f"{self.command} {self.path} {self.rfile.read(length).decode()}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - their names

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_client_sends_method_path_and_body(echo_port: int) -> None:
    with closing(Client(echo_port)) as client:
        assert client.ask(Request("POST", "/tasks", "{}")) == (200, b"POST /tasks {}")


def test_examples_say_what_happens() -> None:
    outcome = doctest.testmod(pocketbase)
    assert outcome.attempted > 0
    assert outcome.failed == 0
