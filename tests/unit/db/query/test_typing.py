"""What a type checker says of statements: mypy accepts the right ones and refuses the wrong.

Each line of `WRONG` has to be an error; the types of `RIGHT` are as they are asserted.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api
from tests.integration.running import ROOT

HEAD = """
from __future__ import annotations
from datetime import datetime
from typing import Any, assert_type
from uuid import UUID
import msgspec
from tests.query_models import Color, Comment, Label, Person, Project, Task, Thing
from drystone.db.query.change import Update, delete, purge, restore, update
from drystone.db.query.insert import InsertStatement, excluded, insert
from drystone.db.query.json_rows import json_rows
from drystone.db.query.raw import SQL, sql
from drystone.db.query.returning import Written
from drystone.db.query.select import Select, count_of, exists, select
from drystone.db.query.sources import alias
from drystone.db.query.statement import Command, Statement
from drystone.schema.expressions.expression import Expression
from drystone.schema.expressions.functions import coalesce, count, lag, now, row_number

class Line(msgspec.Struct):
    title: str

task: Task
ann: Person
moment: datetime
"""

RIGHT = """
assert_type(select(Task), Select[Task])
assert_type(select(Task.title), Select[str])
assert_type(select(Task.title, Task.priority), Select[tuple[str, int]])
assert_type(select(Task.title, Task.due_at, count()), Select[tuple[str, datetime | None, int]])
assert_type(select(Task.project.to.owner.to.name.as_("owner")), Select[str])
assert_type(select(Task.project), Select[UUID])
assert_type(select(Task.title).into(Line), Select[Line])
assert_type(select(Task).where(Task.priority > 3).order_by(Task.id, Task.title.desc()).limit(3),
            Select[Task])
assert_type(select(Task.priority.max()), Select[int])
assert_type(select(lag(Task.title).over()), Select[str | None])
assert_type(select(coalesce(Task.due_at, moment)), Select[datetime])
assert_type(select(Comment.body).as_value(), Expression[str])
assert_type(select(Comment.body).as_array(), Expression[list[str]])
assert_type(select(alias(Task, "other")), Select[Task])
assert_type(count_of(select(Task)), Statement[int])
assert_type(json_rows(select(Task)), Statement[bytes])
assert_type(insert(task), InsertStatement[Task])
assert_type(insert(task, task).returning(), Written[Task])
assert_type(insert(task).returning(Task.id), Written[UUID])
assert_type(insert(task).without_rows(), Command)
assert_type(insert(task).returning(Task.id, Task.version), Written[tuple[UUID, int]])
assert_type(update(Task).set(Task.status, "done").where(Task.id == task.id), Update[Task])
assert_type(update(Task).everywhere().returning(Task.title).into(Line), Written[Line])
assert_type(delete(Task).everywhere().returning(), Written[Task])
assert_type(sql("SELECT 1").into(Task), SQL[Task])
update(Task).set(Task.assignee, ann).set(Task.assignee, None).set(Task.assignee, ann.id)
update(Task).set(Task.priority, Task.priority + 1).set(Task.due_at, now()).set(Task.due_at, None)
insert(task).on_conflict(Task.title).do_update().set(Task.priority, excluded(Task.priority))
select(Task).where(Task.id.in_query(select(Comment.task)), ~exists(select(Comment)))
select(Task).where(Task.title.in_(["a"]), Task.assignee == ann, Thing.color == Color.RED)
"""

WRONG = """
select(Task, Task.title)
select("title")
select(Task.titel)
select(Task).where(Task.priority)
select(Task).where(Task.priority > "3")
select(Task).where(True)
select(Task).order_by("title")
select(Task).limit("3")
select(Task).where(Task.title.in_query(select(Task.priority)))
select(Task).where(Task.assignee == task)
select(Task).where(Task.priority.contains("a"))
select(Task).for_update(wait=True)
select(Task).join(Comment, on=Comment.task == Task.id, kind="cross")
exists(Task)
insert(Task)
insert(task).on_conflict("title")
update(Task).set(Task.priority, "high")
update(Task).set(Task.status, "gone")
update(Task).set(Task.assignee, task)
update(Task).set("title", "x")
update(Task).set(Task.title, None)
delete(Task).with_deleted()
delete(Task).set(Task.title, "x")
restore(task)
json_rows(delete(Task))
"""


@pytest.mark.slow
def test_right_statements_pass_and_wrong_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    text = HEAD + RIGHT + WRONG
    path = tmp_path / "usages.py"
    path.write_text(text, "utf-8")
    cache = ROOT / ".mypy_cache"
    settings = ["--strict", "--cache-dir", str(cache), "--explicit-package-bases"]
    monkeypatch.setenv("MYPYPATH", f"{ROOT / 'src'}:{ROOT}")
    out, fault, _ = api.run([*settings, "--no-error-summary", "--hide-error-context", str(path)])
    assert not fault
    refused = {int(line.split(":")[1]) for line in out.splitlines() if ": error:" in line}
    first_wrong = (HEAD + RIGHT).count("\n") + 2
    wrong = range(first_wrong, first_wrong + WRONG.count("\n") - 1)
    lines = text.splitlines()
    assert [line for line in out.splitlines() if int(line.split(":")[1]) < first_wrong] == []
    assert [lines[number - 1] for number in wrong if number not in refused] == []
