"""What is wrong with a plan, and what mends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.unit.db.explain.captured import document, plan

from drystone import Field, Index, Model, Ref, Rules, default
from drystone.db.explain.findings import CostlyCount, FarOffset, LargeSort, UnservedFilter, judge
from drystone.db.explain.mending import Warned, advise
from drystone.db.explain.plan import Plan, read_plan
from drystone.schema.model.model_meta import describe


class Project(Model):
    name: Field[str]


class Task(Model):
    project: Ref[Project]
    title: Field[str]
    status: Field[str]
    priority: Field[int]
    is_open: Field[bool] = default(True)
    due_at: Field[datetime | None] = default(None)

    @classmethod
    def rules(cls) -> Rules:
        return [
            Index(cls.priority, cls.id),
            Index(cls.title, trigram=True),
            Index(cls.due_at.desc(), cls.id.desc(), where=cls.status != "done"),
        ]


MODELS = [describe(Project), describe(Task)]


def kinds(name: str) -> list[type]:
    return [type(one) for one in judge(plan(name))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("page_with_total", [UnservedFilter, LargeSort]),
        ("expected_only", [LargeSort]),
        ("far_offset", [FarOffset]),
        ("rare_value", [UnservedFilter]),
        ("loops", [UnservedFilter]),
        ("join", [LargeSort]),
        *((name, []) for name in ("trigram", "ordered_by_index", "never_run", "update")),
        ("incremental_sort", []),
    ],
)
def test_what_is_found(name: str, expected: list[type]) -> None:
    assert kinds(name) == expected


def test_a_count_that_costs_more_than_its_page_is_found() -> None:
    said = document("page_with_total")
    count = said[0]["Plan"]["Plans"][0]
    count["Actual Total Time"] = 8.0
    said[0]["Plan"]["Actual Total Time"] = 9.0
    found = [one for one in judge(read_plan(said)) if isinstance(one, CostlyCount)]
    assert [str(one) for one in found] == ["counting all rows took 8.0 ms, the page itself 1.0 ms"]
    (warned,) = advise(found, MODELS)
    assert warned.mend == "ask for count=estimated, or for count=none"


def test_a_small_table_is_read_as_a_whole_without_a_word() -> None:
    said = document("rare_value")
    scan = said[0]["Plan"]["Plans"][0]["Plans"][0]
    scan["Rows Removed by Filter"] = 900
    assert judge(read_plan(said)) == ()
    # The same table a thousand times is still one of a page or two.
    scan |= {"Rows Removed by Filter": 100, "Actual Loops": 1000}
    assert judge(read_plan(said)) == ()


def advice(found: Plan) -> list[Warned]:
    return [*advise(judge(found), MODELS)]


def filtered(condition: str, *, table: str = "tasks") -> Plan:
    """Return the plan of a sequential scan with a condition, as PostgreSQL prints it."""
    return read_plan(
        [
            {
                "Plan": {
                    "Node Type": "Seq Scan",
                    "Relation Name": table,
                    "Alias": table,
                    "Filter": condition,
                    "Plan Rows": 1,
                    "Actual Rows": 1,
                    "Actual Loops": 1,
                    "Rows Removed by Filter": 5000,
                }
            }
        ]
    )


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("((deleted_at IS NULL) AND (status = 'todo'::text))", ["Index(cls.status)"]),
        ("((status)::text = 'a = (priority = 3)'::text)", ["Index(cls.status)"]),
        (
            "((due_at > '2020-01-01'::timestamptz) AND (status = 'x'))",
            ["Index(cls.status, cls.due_at)"],
        ),
        ("(due_at > '2020-01-01 00:00:00+00'::timestamp with time zone)", ["Index(cls.due_at)"]),
        ("(due_at IS NULL)", ["Index(cls.due_at)"]),
        ("(status = ANY ('{a,b}'::text[]))", ["Index(cls.status)"]),
        ("(is_open AND (status = 'x'::text))", ["Index(cls.status, cls.is_open)"]),
        (
            "((due_at IS NULL) OR (status = 'x'::text))",
            ["Index(cls.status)", "Index(cls.due_at)"],
        ),
        # Nothing is said of what cannot be read.
        ("(lower(status) = 'x'::text)", []),
        ("(to_tsvector('simple'::regconfig, title) @@ '''x'''::tsquery)", []),
    ],
)
def test_the_index_for_a_condition(condition: str, wanted: list[str]) -> None:
    (warned,) = advice(filtered(condition))
    assert [one.declaration for one in warned.wishes] == wanted
    assert (warned.mend is not None) is bool(wanted)


def test_equal_values_come_first_then_the_order_of_the_list() -> None:
    warned = advice(plan("page_with_total"))
    assert [one.mend for one in warned] == [
        f"add Index(cls.status, cls.due_at, cls.id) to rules() of Task ({describe(Task).origin})"
    ] * 2
    assert warned[0].text == (
        "5,000 rows of tasks were read and 1,666 used: no index serves "
        "((deleted_at IS NULL) AND (status = 'todo'::text))"
    )


def test_mixed_directions_are_written_as_they_are() -> None:
    said: Any = document("page_with_total")
    said[0]["Plan"]["Plans"][1]["Plans"][0]["Sort Key"] = ["tasks.due_at DESC", "tasks.priority"]
    wishes = advice(read_plan(said))[1].wishes
    assert wishes[0].declaration == "Index(cls.status, cls.due_at.desc(), cls.priority)"


def test_an_order_that_is_no_column_gets_no_index() -> None:
    said: Any = document("page_with_total")
    sort = said[0]["Plan"]["Plans"][1]["Plans"][0]
    sort["Sort Key"] = ["(lower(tasks.title))", "tasks.id"]
    assert [one.declaration for one in advice(read_plan(said))[1].wishes] == ["Index(cls.status)"]
    sort["Sort Key"] = ["(ts_rank(to_tsvector('simple'::regconfig, title), '''a'''::tsquery)) DESC"]
    assert "search for more words" in (advice(read_plan(said))[1].mend or "")


def test_what_is_declared_and_was_not_used_is_said_so() -> None:
    for condition in ("(priority = 3)", "(title ~~* '%a%'::text)"):
        (warned,) = advice(filtered(condition))
        assert warned.wishes == ()
        assert "is declared and was not used: it is not migrated yet" in (warned.mend or "")
    # A reference has its index by itself.
    (warned,) = advice(filtered("(project_id = 'x'::uuid)"))
    assert (warned.mend or "").startswith("Index(cls.project) is declared")


def test_live_rows_are_no_condition_and_other_tables_have_no_model() -> None:
    assert advice(filtered("(deleted_at IS NULL)")) == []
    (warned,) = advice(filtered("(a = 1)", table="others"))
    assert warned.mend is None


def test_a_far_page_is_better_walked() -> None:
    (warned,) = advice(plan("far_offset"))
    assert warned.text.startswith("4,000 rows were read to be skipped")
    assert warned.mend == "walk by cursor: add cursor=, and leave page= out"


def walked(index: str, condition: str) -> Plan:
    """Return the plan of an index that was read for its order."""
    said: Any = document("ordered_by_index")
    said[0]["Plan"]["Plans"][0] |= {
        "Index Name": index,
        "Filter": condition,
        "Rows Removed by Filter": 3000,
    }
    return read_plan(said)


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        ("tasks_priority_id_idx", "Index(cls.status, cls.priority, cls.id)"),
        ("tasks_pkey", "Index(cls.status, cls.id)"),
        # Of some rows only, and the other way round.
        ("tasks_due_at_id_idx", "Index(cls.status, cls.due_at, cls.id)"),
        ("another", "Index(cls.status)"),
    ],
)
def test_the_order_that_an_index_was_read_for_is_kept(index: str, wanted: str) -> None:
    (warned,) = advice(walked(index, "((deleted_at IS NULL) AND (status = 'x'::text))"))
    assert [one.declaration for one in warned.wishes] == [wanted]


def test_a_small_table_whose_index_is_left_aside_is_no_fault() -> None:
    said: Any = document("loops")
    scan = said[0]["Plan"]["Plans"][0]["Plans"][0]
    scan |= {"Filter": "(id = p.id)", "Actual Rows": 1, "Rows Removed by Filter": 300}
    assert advice(read_plan(said)) == []
    scan["Filter"] = "(status = p.name)"
    assert [one.declaration for one in advice(read_plan(said))[0].wishes] == ["Index(cls.status)"]
