"""Single rows: answered with their version as the `ETag`, and guarded by it."""

from __future__ import annotations

from typing import Any

from drystone.errors import NotFound, PreconditionFailed
from drystone.http.parts.conditional import Outcome, evaluate
from drystone.http.request import Request
from drystone.http.response import Response
from examples.tasks.database import Connection

Row = dict[str, Any]


async def fetch_row(connection: Connection, request: Request, sql: str, *, kind: str) -> Row:
    """Return the row that the path names, if the request's conditions allow to go on.

    Args:
        connection: in a transaction where the row is to be changed.
        request: its path has the parameter `id`.
        sql: selects the row by `$1`.
        kind: what it is called.

    Raises:
        NotFound: there is no such row.
        PreconditionFailed: the row is not the one that the caller meant.
    """
    record = await connection.fetchrow(sql, request.params["id"])
    if record is None:
        raise NotFound(f"There is no such {kind}.")
    row = dict(record)
    if _evaluate(request, row) is Outcome.FAILED:
        raise PreconditionFailed(
            f"The {kind} has version {row['version']}.", headers=[("ETag", etag_of(row))]
        )
    return row


def answer_row(request: Request, row: Row) -> Response:
    """Answer a row: 200, or 304 to a client that has this version."""
    if _evaluate(request, row) is Outcome.NOT_MODIFIED:
        return Response(status=304, headers=[("ETag", etag_of(row))])
    return Response.json(row, headers=[("ETag", etag_of(row))])


def etag_of(row: Row) -> str:
    """Return the row's entity tag: its version."""
    return f'"{row["version"]}"'


def _evaluate(request: Request, row: Row) -> Outcome:
    return evaluate(request.method, request.headers, etag=etag_of(row), last_modified=None)
