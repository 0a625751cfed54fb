"""What `expected/<report>.txt` says: questions to a report, each with the rows of its answer.

    # Why these rows.
    as_of = 2026-03-31 12:00+00
    assignee   | overdue
    Ben Okafor | 2

A blank line ends a question. Ids are written as numbers, as in `data.sql`; a value of
PostgreSQL is written by `show`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Question:
    """One run of a report.

    Attributes:
        given: parameter -> its value as written.
        columns: the names of the columns.
        rows: the cells, line by line, stripped.
    """

    given: dict[str, str]
    columns: list[str]
    rows: list[list[str]]


def parse_questions(text: str) -> list[Question]:
    """Return the questions of one file of expectations."""
    return [_parse_question(block.splitlines()) for block in text.strip().split("\n\n")]


def _parse_question(lines: list[str]) -> Question:
    told = [line for line in lines if not line.startswith("#")]
    assert len(told) < len(lines), "a question says why its rows are these"
    given = [line.split(" = ") for line in told if "|" not in line]
    columns, *rows = [[cell.strip() for cell in line.split("|")] for line in told if "|" in line]
    return Question(dict(given), columns, rows)


def show(value: object) -> str:
    """Return a value of a row as the expectations write it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%m-%d %H:%M}"
        case date():
            return f"{value:%m-%d}"
        case timedelta():
            hours, minutes = divmod(value.seconds // 60, 60)
            return f"{value.days} days {hours:02}:{minutes:02}"
        case _:
            return str(value)


def read_parameter(text: str, kind: str) -> object:
    """Return what is given to PostgreSQL for a parameter of the type `kind`."""
    match kind:
        case "uuid":
            return UUID(int=int(text, 16))
        case "timestamptz":
            return datetime.fromisoformat(text)
        case "integer":
            return int(text)
        case _:
            raise ValueError(f"a parameter of an unforeseen type: {kind}")
