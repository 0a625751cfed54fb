"""Reports: the questions of `reports/*.sql`, asked with parameters from the query string.

    GET /reports                                   what can be asked
    GET /reports/task_board?project=019b8fbf-…     {"data": [{"title": …}, …]}

A report is a file: its first comment says what it answers and for whom, and which
parameters it takes. Each is a route of its own, so that the API's description has it with
its parameters; `report_parameters.py` declares them. A file that is added is served after
the next start.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from drystone import Request, Response, Router, load_sql
from drystone.db.query.raw import SQLFile
from drystone.errors import UnknownParameter
from drystone.routing.chain import Handler
from examples.tasks.report_parameters import parameters_of
from examples.tasks.tracker import app

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


def answer_with(name: str, report: SQLFile, asked: type[msgspec.Struct]) -> Handler:
    """Return what answers with the rows of a report; from the replica, where there is one."""

    async def read_report(request: Request) -> Response:
        values = msgspec.structs.asdict(request.query.read(asked))
        rows = await app.db.read.all(report.with_values(values))
        return Response.json(Report([dict(zip(row.keys(), row, strict=True)) for row in rows]))

    # The description of the API names and explains an operation by its handler.
    read_report.__name__ = f"report_{name}"
    read_report.__doc__ = report.about.replace("? ", "?\n", 1)
    return read_report


for _name, _report in REPORTS.items():
    _asked = parameters_of(_name, _report)
    router.get(f"/{_name}", name=f"reports.{_name}", query=_asked, returns=Report)(
        answer_with(_name, _report, _asked)
    )
