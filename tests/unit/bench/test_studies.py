"""The parts of the studies that need no database."""

from __future__ import annotations

import pytest
from bench.studies import document
from bench.studies.depth import Depth
from bench.studies.indexes import TARGETS, IndexStudy, Served
from bench.studies.n_plus_one import Way
from bench.studies.plans import Measured, describe, walk
from bench.studies.pool_size import Throughput
from bench.studies.questions import ask
from bench.studies.section import Studies
from bench.studies.slow_queries import BY_CURSOR, STORIES, SlowQuery

ID = "01890000-0000-7000-8000-000000000000"
QUICK = Measured(0.2, 4, ("tasks_due_at_id_idx",), ("Limit", "Index Scan on tasks"))
SLOW = Measured(50.0, 4_000, (), ("Limit", "Sort by due_at", "Seq Scan on tasks"))


@pytest.mark.parametrize("target", [*TARGETS, *(one.target for one in STORIES)])
def test_each_question_is_one_that_the_tracker_answers(target: str) -> None:
    subjects = dict.fromkeys(("project", "user", "parent", "task"), ID)
    assert " LIMIT 21" in ask(target.format(**subjects)).sql


def test_only_an_exact_total_is_counted() -> None:
    assert "count(*)" in ask("/tasks?count=exact").sql
    assert "count(*)" not in ask("/tasks").sql


def test_what_is_asked_instead_is_answered_too() -> None:
    for story in STORIES:
        if story.instead not in (None, BY_CURSOR):
            assert ask(story.instead).sql


def test_a_plan_is_told_from_the_top_with_what_it_dropped() -> None:
    plan = {
        "Node Type": "Sort",
        "Sort Key": ["tasks.due_at", "tasks.id"],
        "Plans": [
            {"Node Type": "Seq Scan", "Relation Name": "tasks", "Rows Removed by Filter": 6393}
        ],
    }
    assert [describe(one) for one in walk(plan)] == [
        "Sort by tasks.due_at, tasks.id",
        "Seq Scan on tasks (6,393 rows dropped)",
    ]


def test_the_page_compares_each_index_on_both_sizes() -> None:
    served = Served("/tasks?sort=due_at", QUICK, SLOW)
    index = IndexStudy("i", "tasks", "btree (due_at, id)", 5_000_000, False, (served,), 0.07)
    idle = IndexStudy("k", "tasks", "btree (title)", 1_000_000, False, (), 0.0)
    studies = Studies(
        machine={"PostgreSQL": "18.6", "processor": "one", "measured": "today"},
        indexes={100: [index, idle], 200: [index]},
        slow=[SlowQuery(STORIES[3], 300.0, 30.0, 1, before=SLOW, after=QUICK)],
        depth=[Depth(5_000, 44.0, 0.4)],
        ways=[Way("many", 41, 8.0), Way("one", 1, 1.0)],
        pool=[Throughput(8, 4_000.0, 12.0, 30.0)],
    )
    page = document.render(studies)
    assert "5.0 MB with 100 tasks; 5 MB with 200; write 7%." in page
    row = "| 0.20 ms | 50.0 ms | 250× | Seq Scan on tasks |"
    assert f"| `/tasks?sort=due_at` | 100 {row}" in page
    assert f"| `/tasks?sort=due_at` | 200 {row}" in page
    assert "None of these requests uses it." in page
    assert "Afterwards: the same page, by its cursor." in page
    assert "| many | 41 | 8.0 ms | 8.0× |" in page
    assert "| 5,000 | 44.0 ms | 0.40 ms |" in page
    assert "| 8 | 4,000 | 12.0 ms | 30.0 ms |" in page
