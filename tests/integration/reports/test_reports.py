"""Each report answers what was worked out by hand from the few rows of `data.sql`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from tests.integration.reports.expectations import (
    Question,
    parse_questions,
    read_parameter,
    show,
)
from tests.integration.running import ROOT

REPORTS = {path.stem: path for path in sorted((ROOT / "examples/tasks/reports").glob("*.sql"))}
EXPECTED = {path.stem: path for path in sorted(Path(__file__).with_name("expected").glob("*.txt"))}
QUESTIONS = [
    pytest.param(name, question, id=f"{name}-{number}")
    for name, path in EXPECTED.items()
    for number, question in enumerate(parse_questions(path.read_text("utf-8")), start=1)
]

_HEAD = re.compile(r"((?:--.*\n)+)\n")
_PARAMETER = re.compile(r"^-- parameter: (\w+) (\w+)$", re.MULTILINE)
# What PostgreSQL calls the types that the reports' comments name.
_CATALOGUE_NAMES = {"integer": "int4"}


def parameters_of(text: str) -> list[tuple[str, str]]:
    """Return name and type of each parameter that a report declares, $1 first."""
    return _PARAMETER.findall(text)


@pytest_asyncio.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(database_url)
    # Not UTC, and with its Sunday in another week: a report says itself which days it means.
    await connection.execute("SET TimeZone = 'Pacific/Auckland'")
    yield connection
    await connection.close()


@pytest.mark.parametrize(("name", "question"), QUESTIONS)
async def test_a_report_answers_its_question(
    connection: asyncpg.Connection[asyncpg.Record], name: str, question: Question
) -> None:
    text = REPORTS[name].read_text("utf-8")
    declared = parameters_of(text)
    assert list(question.given) == [parameter for parameter, _ in declared]
    values = [read_parameter(question.given[parameter], kind) for parameter, kind in declared]
    statement = await connection.prepare(text)
    kinds = [_CATALOGUE_NAMES.get(kind, kind) for _, kind in declared]
    assert [parameter.name for parameter in statement.get_parameters()] == kinds
    rows = await statement.fetch(*values)
    assert [column.name for column in statement.get_attributes()] == question.columns
    assert [[show(value) for value in row] for row in rows] == question.rows


def test_every_report_is_tested_and_every_test_has_its_report() -> None:
    assert REPORTS.keys() == EXPECTED.keys()
    assert len(REPORTS) >= 20
    numbers = [int(name.partition("_")[0]) for name in REPORTS]
    assert numbers == [number for number, _ in zip(count(1), numbers, strict=False)]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_begins_with_what_it_answers_and_for_whom(name: str) -> None:
    text = REPORTS[name].read_text("utf-8")
    head = _HEAD.match(text)
    assert head, "a comment and a blank line come first"
    question = head[1].splitlines()[0]
    assert re.fullmatch(r"-- [A-Z][^?]+\? For .+\.", question), question


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_one_readable_statement(name: str) -> None:
    text = REPORTS[name].read_text("utf-8")
    assert text.endswith(";\n")
    assert text.count(";") - text[: text.index("\n\n")].count(";") == 1
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not re.search(r"\t| +$", text, re.MULTILINE)
