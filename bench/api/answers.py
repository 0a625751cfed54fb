"""What a right answer is. Nobody is timed before giving it.

How times and large numbers are written, and whether a list is called `data` or `items`, is the
contender's own affair; which rows come, in which order, and how many there are, is not.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.api.workloads import CREATE, EXPANDED, FILTERED, PAGE, READ, new_task, requests_of
from bench.probe import ANSWER_TIMEOUT_SECONDS, HOST, Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.api.dialects import Dialect
    from bench.api.workloads import Request, Sample

# Of a task's columns; a contender may add members of its own.
MEMBERS = 15
_ASKED = 3


class Client:
    """One connection to a contender, for what is checked."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_TIMEOUT_SECONDS)

    def ask(self, request: Request) -> tuple[int, bytes]:
        """Send a request and return the status and body of its answer.

        Raises:
            OSError: nobody listens, or the connection broke.
            http.client.HTTPException: the answer is not HTTP.
        """
        headers = {"Content-Type": "application/json"} if request.body else {}
        try:
            self._connection.request(
                request.method, request.path, request.body.encode() or None, headers
            )
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def get(self, request: Request, *, status: int = 200) -> Any:
        """Return what an answer says in JSON.

        Raises:
            Unmeasurable: it has another status, or is not JSON.
        """
        found, body = self.ask(request)
        if found != status:
            raise Unmeasurable(
                f"answered {found} to {request.method} {request.path}: {body!r:.200}"
            )
        try:
            return json.loads(body)
        except ValueError:
            raise Unmeasurable(f"answered {request.path} with {body!r:.80}") from None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def check_workload(client: Client, workload: str, dialect: Dialect, sample: Sample) -> None:
    """Ask a few of a workload's requests and compare the answers with the database's.

    Raises:
        Unmeasurable: other rows, another total, or nothing that says so.
    """
    requests = requests_of(workload, dialect, sample)[:_ASKED]
    if workload == CREATE:
        check_refusal(client, dialect, sample)
    expected = _Expected(dialect, sample)
    for number, request in enumerate(requests):
        answer = client.get(request, status=dialect.created if workload == CREATE else 200)
        try:
            expected.check(workload, number, answer)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise Unmeasurable(f"answered {request.path} in another form: {error!r}") from None


def check_refusal(client: Client, dialect: Dialect, sample: Sample) -> None:
    """See that a body is checked: a priority that there is not.

    Raises:
        Unmeasurable: it was taken, or not refused as the caller's fault.
    """
    right = requests_of(CREATE, dialect, sample)[0]
    project, assignee = sample.authors[0]
    body = json.loads(new_task(dialect, 0, project, assignee)) | {"priority": 9}
    status, _ = client.ask(replace(right, body=json.dumps(body)))
    if status not in {400, 422}:
        raise Unmeasurable(f"answered {status} to a task with a priority of 9")


class _Expected:
    """Compares answers with a sample.

    Args:
        dialect: the contender's.
        sample: what the database says.
    """

    def __init__(self, dialect: Dialect, sample: Sample) -> None:
        self._dialect = dialect
        self._sample = sample

    def check(self, workload: str, number: int, answer: Mapping[str, Any]) -> None:
        """Compare one answer.

        Args:
            workload: what was asked.
            number: of the request, from 0.
            answer: as JSON has it.

        Raises:
            Unmeasurable: it is another one.
            KeyError, TypeError, AttributeError, IndexError: it has another form.
        """
        if workload == READ:
            _same(answer, self._sample.tasks[number])
        elif workload == PAGE:
            self._page(answer, [row["id"] for row in self._sample.newest])
        elif workload == FILTERED:
            ids, total = list(self._sample.projects.values())[number]
            self._page(answer, ids)
            if self._dialect.total_of(answer) != total:
                raise Unmeasurable(f"counts {self._dialect.total_of(answer)} of {total} rows")
        elif workload == EXPANDED:
            self._page(answer, [row["id"] for row in self._sample.newest])
            for row, wanted in zip(self._dialect.rows_of(answer), self._sample.newest, strict=True):
                for name in ("project", "assignee"):
                    related = self._dialect.related(row, name)
                    if (related and related["name"]) != wanted[name]:
                        raise Unmeasurable(f"shows {related!r:.60} as {name} of {row['id']}")
        elif workload == CREATE:
            body = json.loads(requests_of(CREATE, self._dialect, self._sample)[number].body)
            _same(answer, body)

    def _page(self, answer: Mapping[str, Any], ids: Sequence[str]) -> None:
        rows = self._dialect.rows_of(answer)
        if [row["id"] for row in rows] != list(ids):
            raise Unmeasurable("a page holds other rows")
        if any(len(row) < MEMBERS for row in rows):
            raise Unmeasurable("a page holds parts of rows")


def _same(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        # As text: some write a bigint as a string, since not every number fits JavaScript's.
        if str(row[name]) != str(value):
            raise Unmeasurable(
                f"answered with {row[name]!r:.60} as {name} in place of {value!r:.60}"
            )
    if len(row) < MEMBERS:
        raise Unmeasurable("answered with a part of a row")
