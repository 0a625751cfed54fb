"""Reports: the questions of `reports/*.sql`, asked with parameters from the query string."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from drystone import Request, Response, Router, load_sql
from drystone.db.query.raw import SQLFile
from drystone.errors import InvalidParameter, NotFound, Violation
from drystone.http.parts.query import Query
from examples.tasks.parameters import read_value
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

router = Router()


@router.get("/", name="reports")
async def list_reports(request: Request) -> Response:
    """Answer what can be asked, and with which parameters."""
    request.query.expect_only(())
    listed = [
        {"name": name, "about": report.about, "parameters": dict(report.parameters)}
        for name, report in REPORTS.items()
    ]
    return Response.json({"data": listed})


@router.get("/{name}", name="report")
async def read_report(request: Request) -> Response:
    """Answer the rows of one report; from the replica, where there is one."""
    report = REPORTS.get(request.params["name"])
    if report is None:
        raise NotFound("There is no such report.")
    rows = await app.db.read.all(report.with_values(read_values(request.query, report)))
    return Response.json({"data": [dict(zip(row.keys(), row, strict=True)) for row in rows]})


def read_values(query: Query, report: SQLFile) -> dict[str, Any]:
    """Return the report's parameters from the query.

    Raises:
        UnknownParameter: there is another one.
        InvalidParameter: one is missing, or of another type.
    """
    query.expect_only([name for name, _ in report.parameters])
    missing = [name for name, _ in report.parameters if name not in query]
    if missing:
        raise InvalidParameter(
            f"The report needs: {', '.join(missing)}.",
            errors=[
                Violation(code="required", detail="is required", parameter=name) for name in missing
            ],
        )
    return {name: _read(query, name, kind) for name, kind in report.parameters}


def _read(query: Query, name: str, kind: str) -> Any:
    value = query.integer(name) if kind == "integer" else query.get(name)
    return read_value(name, value, KINDS[kind])
