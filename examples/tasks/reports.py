"""Reports: the questions of `reports/*.sql`, asked with parameters from the query string.

    GET /reports                                   what can be asked
    GET /reports/task_board?project=019b8fbf-…     {"data": [{"title": …}, …]}

A report is a file: its first comment says what it answers and for whom, and which
parameters of which types it takes. A file that is added is served after the next start.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, inspect

from drystone import Request, Response, Router, load_sql
from drystone.db.query.raw import SQLFile
from drystone.errors import InvalidParameter, NotFound, UnknownParameter, Violation
from drystone.http.parts.query import Query
from drystone.schema.validation import collect_violations
from examples.tasks.tracker import app

# What a parameter's text becomes, by the type that its report declares.
KINDS: Mapping[str, Any] = {
    "timestamptz": Annotated[datetime, Meta(tz=True)],
    "uuid": UUID,
    "integer": Annotated[int, Meta(ge=-(2**31), lt=2**31)],
}

# By name, without the number that sorts the files.
REPORTS: Mapping[str, SQLFile] = {
    path.stem.partition("_")[2]: load_sql(path)
    for path in sorted(Path(__file__).with_name("reports").glob("*.sql"))
}


class Listed(msgspec.Struct):
    """A report that can be asked for.

    Attributes:
        name: the last part of its address.
        about: what it answers, and for whom.
        parameters: that it needs, each with its type: `uuid`, `timestamptz` (RFC 3339,
            with an offset) or `integer`.
    """

    name: str
    about: str
    parameters: dict[str, str]


class Reports(msgspec.Struct):
    """Every report."""

    data: list[Listed]


class Report(msgspec.Struct):
    """The rows of a report, in its order; which columns they have is the report's own."""

    data: list[dict[str, Any]]


router = Router()


@router.get("/", name="reports", returns=Reports, problems=[UnknownParameter])
async def list_reports(request: Request) -> Response:
    """List the reports: what each answers, and with which parameters."""
    request.query.expect_only(())
    listed = [
        Listed(name, report.about, dict(report.parameters)) for name, report in REPORTS.items()
    ]
    return Response.json(Reports(listed))


@router.get(
    "/{name}",
    name="report",
    returns=Report,
    problems=[UnknownParameter, InvalidParameter],
)
async def read_report(request: Request) -> Response:
    """Answer with the rows of one report; from the replica, where there is one."""
    report = REPORTS.get(request.params["name"])
    if report is None:
        raise NotFound("There is no such report; GET /api/v1/reports lists those there are.")
    rows = await app.db.read.all(report.with_values(read_values(request.query, report)))
    return Response.json(Report([dict(zip(row.keys(), row, strict=True)) for row in rows]))


def read_values(query: Query, report: SQLFile) -> dict[str, Any]:
    """Return the report's parameters from the query.

    Raises:
        UnknownParameter: there is another one.
        InvalidParameter: some are missing, or of another type; all of them are named.
    """
    query.expect_only([name for name, _ in report.parameters])
    values: dict[str, Any] = {}
    faults: list[Violation] = []
    for name, kind in report.parameters:
        try:
            values[name] = read_value(query, name, kind)
        except InvalidParameter as fault:
            faults += fault.errors
    if faults:
        raise InvalidParameter(
            " ".join(f'The parameter "{one.parameter}" {one.detail}.' for one in faults),
            errors=faults,
        )
    return values


def read_value(query: Query, name: str, kind: str) -> Any:
    """Return one parameter as what its report takes.

    Raises:
        InvalidParameter: it is missing, or no such value.
    """
    if name not in query:
        raise InvalidParameter(
            errors=[Violation(code="required", detail="is required", parameter=name)]
        )
    value = query.integer(name) if kind == "integer" else query.get(name)
    try:
        return msgspec.convert(value, KINDS[kind])
    except msgspec.ValidationError:
        found = collect_violations(inspect.type_info(KINDS[kind]), value)
        faults = [Violation(code=one.code, detail=one.detail, parameter=name) for one in found]
        raise InvalidParameter(errors=faults) from None
