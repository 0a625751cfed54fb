"""SQL of one's own, and statements from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.integration.running import ROOT

from drystone.db.query.raw import load_sql, sql

REPORT = """\
-- Who is late?
-- By how much?
-- parameter: as_of timestamptz
-- parameter: least integer

SELECT name FROM tasks WHERE due_at < $1 AND priority >= $2;
-- $9 is only spoken of
"""


class Line(msgspec.Struct):
    name: str


def test_the_text_is_left_alone() -> None:
    text = "SELECT '{a} %s %(b)s' || $1 -- {}"
    assert sql(text, "x").prepare()[:2] == (text, ("x",))
    assert sql(text, "x").into(Line).sql == text


@pytest.mark.parametrize("value", ["a\0", ["a\0"], "\ud800"])
def test_texts_that_cannot_be_stored_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="holds"):
        sql("SELECT $1", value).prepare()


def test_rows_become_structs_or_models_only() -> None:
    with pytest.raises(TypeError, match="is neither"):
        sql("SELECT 1").into(dict).prepare()


def test_a_file_tells_what_it_takes(tmp_path: Path) -> None:
    path = tmp_path / "late.sql"
    path.write_text(REPORT, "utf-8")
    report = load_sql(path)
    assert report.about == "Who is late? By how much?"
    assert report.parameters == (("as_of", "timestamptz"), ("least", "integer"))
    assert report.with_values({"least": 3, "as_of": "now"}).prepare()[:2] == (REPORT, ("now", 3))
    with pytest.raises(TypeError, match="takes as_of, least; missing: least; unknown: most"):
        report.with_values({"as_of": 1, "most": 2})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-- parameter: a text\n-- parameter: a text\nSELECT $1, $2", "a is declared twice"),
        ("-- parameter: a text\nSELECT $1, $2", r"goes up to \$2, and 1 parameters"),
        ("-- Nothing.\nSELECT $1", r"goes up to \$1, and 0 parameters"),
        ("-- parameter: a text\nSELECT 1", r"goes up to \$0, and 1 parameters"),
    ],
)
def test_a_file_that_does_not_fit_its_head_is_refused(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "report.sql"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=fault):
        load_sql(path)


def test_a_file_may_take_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.sql"
    path.write_text("SELECT 1", "utf-8")
    report = load_sql(path)
    assert (report.about, report.with_values().values) == ("", ())
    with pytest.raises(TypeError, match="takes no parameters; unknown: a"):
        report.with_values({"a": 1})


@pytest.mark.parametrize("path", sorted((ROOT / "examples/tasks/reports").glob("*.sql")), ids=str)
def test_each_report_of_the_example_can_be_loaded(path: Path) -> None:
    report: Any = load_sql(path)
    assert report.about.endswith(".") or "?" in report.about
