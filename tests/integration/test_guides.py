"""`docs/models.md` and `docs/queries.md` say what is so: their code and tables are run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from tests.integration.db.ddl.tables import connect, create
from tests.integration.db.facade import open_database
from tests.integration.guide_page import GuidePage
from tests.integration.running import ROOT

import drystone
from drystone import Field, Model, default, select
from drystone.db import failures
from drystone.db.ddl.statements import create_script
from drystone.db.slow_log import SLOW_LOGGER
from drystone.errors import Problem
from drystone.observe.logs import _formatter, _shared_processors
from drystone.schema.model.bodies import create_body
from drystone.schema.strict_json import JSONDecoder
from drystone.settings import Settings

MODELS = ROOT / "docs/models.md"
QUERIES = ROOT / "docs/queries.md"
_CODE = re.compile(r"`([^`]+)`")


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Size(msgspec.Struct):
    width: int
    height: int = 1


NAMES: dict[str, Any] = {
    **{name: getattr(drystone, name) for name in drystone.__all__},
    **{one.__name__: one for one in (Color, Size, Decimal, UUID, datetime, date, time, timedelta)},
    "Annotated": Annotated,
    "Any": Any,
    "Literal": Literal,
    "uuid4": uuid4,
}


def rows_below(page: Path, head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins so."""
    text = page.read_text("utf-8")
    begin = text.index(f"\n| {head}")
    lines = text[begin : text.index("\n\n", begin)].strip().splitlines()
    split = re.compile(r"(?<!\\) \| ")
    return [split.split(line.strip().removeprefix("| ").removesuffix(" |")) for line in lines[2:]]


def code_in(cell: str) -> list[str]:
    return [one.replace(r"\|", "|") for one in _CODE.findall(cell)]


def model_with(annotation: str, value: Any = None) -> type[Model]:
    """Return a model with a field of the type that a cell spells."""
    inner: Any = eval(annotation, NAMES)
    values = {} if value is None else {"value": value}
    body: dict[str, Any] = {"__annotations__": {"value": Field[inner]}, "__module__": __name__}
    make: Any = type(Model)
    made: Any = make("Probe", (Model,), body | values)
    return made  # type: ignore[no-any-return]  # made at run time


def accepts(model: type[Model], value: str) -> bool:
    try:
        JSONDecoder(create_body(model)).decode(b'{"value": %b}' % value.encode())
    except Problem:
        return False
    return True


# Models.


async def test_the_models_page_is_run_from_top_to_bottom() -> None:
    page = GuidePage(MODELS, {})
    for block in page.blocks:
        await page.run(block)
    assert len([one for one in page.blocks if one.kind == "python raises"]) > 12


@pytest.mark.parametrize(
    "row", rows_below(MODELS, "in `Field[…]` | column"), ids=lambda row: row[0]
)
def test_a_type_has_the_column_and_takes_what_the_table_says(row: list[str]) -> None:
    (annotation,), (column,), sent, refused = (code_in(cell) for cell in (*row, "")[:4])
    model = model_with(annotation)
    assert f"value {column} NOT NULL" in create_script([model])
    assert sent
    assert [one for one in sent if not accepts(model, one)] == []
    assert [one for one in refused if accepts(model, one)] == []


@pytest.mark.parametrize("row", rows_below(MODELS, "bound | for"), ids=lambda row: row[0])
def test_a_bound_becomes_the_check_that_the_table_says(row: list[str]) -> None:
    (bound,), (kind,), (check,) = map(code_in, row)
    annotation = bound if "(" not in bound else f"Annotated[{kind}, {bound}]"
    assert f"CHECK ({check})" in create_script([model_with(annotation)])


@pytest.mark.parametrize(
    "row", rows_below(MODELS, "written | the row in Python")[1:], ids=lambda row: row[0]
)
def test_a_default_becomes_what_the_table_says(row: list[str]) -> None:
    written, said = code_in(row[0])[0], code_in(row[2])[0]
    annotation = {"made(list)": "list[str]", "made(uuid4": "UUID"}
    kind = next((one for word, one in annotation.items() if word in written), "str")
    kind = "int" if "nextval" in written else kind
    script = create_script([_with_name(kind, eval(written.removeprefix("= "), NAMES))])
    assert said in script


def _with_name(kind: str, value: Any) -> type[Model]:
    """A model with a name besides, for what is computed of it."""
    inner: Any = eval(kind, NAMES)
    body: dict[str, Any] = {
        "__annotations__": {"name": Field[str], "value": Field[inner]},
        "__module__": __name__,
        "value": value,
    }
    make: Any = type(Model)
    made: Any = make("Probe", (Model,), body)
    return made  # type: ignore[no-any-return]  # made at run time


def test_a_reference_becomes_what_the_table_says() -> None:
    rows = rows_below(MODELS, "written | the other row goes")
    said = [code_in(row[2])[0] for row in rows]
    assert said == [f"ON DELETE {word}" for word in ("RESTRICT", "CASCADE", "SET NULL")]
    assert [code_in(row[0])[0].partition('OnDelete("')[2][:4] for row in rows] == [
        "",
        "casc",
        "null",
    ]


def test_every_table_has_what_the_page_says() -> None:
    class Probe(Model):
        value: Field[int] = default(0)

    named = [code_in(row[0])[0] for row in rows_below(MODELS, "column | kept by")]
    assert named == [one for one in Probe.__struct_fields__ if one != "value"]


@pytest.mark.slow
def test_a_type_checker_sees_what_the_page_says(tmp_path: Path) -> None:
    first, second = [one for one in GuidePage(MODELS, {}).blocks if one.kind == "python"][:2]
    rows = [[code_in(cell)[0] for cell in row] for row in rows_below(MODELS, "expression | type")]
    reveal = "\n".join(f"reveal_type({expression})" for expression, _ in rows)
    file = tmp_path / "guide.py"
    file.write_text(f"from __future__ import annotations\n{first.text}\n{second.text}\n{reveal}\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental", "--cache-dir=/dev/null", str(file)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    revealed = re.findall(r'Revealed type is "(.*)"', done.stdout)
    plain = [re.sub(r"[\w.]+\.(?=\w)", "", one).replace("?", "") for one in revealed]
    assert plain == [kind for _, kind in rows], done.stdout


# Queries.


async def test_the_queries_page_is_run_from_top_to_bottom(
    database_url: str, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    formatter = _formatter(_shared_processors(), style="json", colours=False)

    def last_log_line() -> str:
        (*_, last) = (one for one in caplog.records if one.name == SLOW_LOGGER)
        return formatter.format(last)

    async with open_database(database_url, read_url=database_url) as db:
        names = {"db": db, "url": database_url}
        page = GuidePage(QUERIES, names, last_log_line=last_log_line)
        blocks: Iterator[Any] = iter(page.blocks)
        await page.run(next(blocks))
        connection = await connect(database_url)
        await create(connection, page.models)
        await connection.close()
        for block in blocks:
            await page.run(block)


@pytest.mark.parametrize("row", rows_below(QUERIES, "written | SQL"), ids=lambda row: row[0])
def test_a_condition_becomes_what_the_table_says(row: list[str]) -> None:
    (written,), (said,) = map(code_in, row)
    condition = eval(written, NAMES | {"Task": query_models()["Task"]})
    text = select(query_models()["Task"].id).where(condition).with_deleted().sql
    assert text.partition(" WHERE ")[2] == said


def query_models() -> dict[str, Any]:
    """Return the models of the page, declared once."""
    if not _declared:
        first = next(one for one in GuidePage(QUERIES, {}).blocks)
        exec(compile(first.text, "queries.md", "exec"), _declared)
    return _declared


_declared: dict[str, Any] = {}


def test_a_failure_is_what_the_table_says() -> None:
    named: dict[str, str] = {}
    for row in rows_below(QUERIES, "SQLSTATE | raised"):
        (raised,), status, (code,) = code_in(row[1]), row[2].split()[0], code_in(row[2])
        problem = getattr(failures, raised)
        assert (str(problem.status), problem.code) == (status, code)
        named |= dict.fromkeys(row[0].split(", "), raised)
    for state, raised in named.items():
        told = failures.translate(asyncpg.PostgresError.new({"C": state, "S": "ERROR", "M": ""}))
        assert type(told).__name__ == raised, state


def test_settings_have_the_defaults_that_the_table_says() -> None:
    settings = {next(iter(one.metadata.values())): one.default for one in fields(Settings)}
    declared = {setting.variable: default for setting, default in settings.items()}
    for row in rows_below(QUERIES, "setting | default"):
        default = declared[code_in(row[0])[0]]
        assert row[1].strip() == ("none" if default is None else f"{default:g}"), row


@pytest.mark.parametrize("page", [MODELS, QUERIES], ids=lambda page: page.stem)
def test_pages_that_are_named_exist(page: Path) -> None:
    links: list[str] = re.findall(r"\]\(([^)#:]+)", page.read_text("utf-8"))
    assert links
    for link in links:
        assert (ROOT / "docs" / link).exists(), link


def test_a_table_is_read_cell_by_cell() -> None:
    rows: list[list[str]] = rows_below(MODELS, "expression | type")
    assert ["`task.assignee`", r"`UUID \| None`"] in rows
    kinds: Mapping[str, str] = {row[0]: code_in(row[1])[0] for row in rows}
    assert kinds["`task.assignee`"] == "UUID | None"
