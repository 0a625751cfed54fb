"""Simple filters: what each parameter means, and what is said of those that mean nothing."""

from __future__ import annotations

from typing import Any

import pytest
from examples.tasks.models import Task
from tests.query_models import Thing
from tests.unit.resources.asking.questions import READER, ask, faults_of, refusal

from drystone.db.query.select import select
from drystone.http.parts.query import Query
from drystone.http.parts.value_list import MAX_LIST_ITEMS
from drystone.resources.asking.filters.operators import operators_of
from drystone.schema.model.model_meta import describe

ONE = "0190163d-8694-739b-aea5-966c26f8ad91"
TWO = "0190163d-8694-739b-aea5-966c26f8ad92"

PROJECT_JOIN = "JOIN projects AS project ON project.id = tasks.project_id"


def sql_of(condition: Any) -> str:
    """Return what stands behind WHERE, and the joins before it."""
    text = select(Task.id).with_deleted().where(condition).sql
    return text.removeprefix("SELECT tasks.id FROM tasks ").removeprefix("WHERE ")


@pytest.mark.parametrize(
    ("text", "normal", "sql"),
    [
        ("status=todo", 'status = "todo"', "tasks.status = $1"),
        ("status[eq]=todo", 'status = "todo"', "tasks.status = $1"),
        ("status[ne]=todo", 'status != "todo"', "tasks.status <> $1"),
        ("priority[gt]=3", "priority > 3", "tasks.priority > $1::bigint"),
        ("priority[gte]=3", "priority >= 3", "tasks.priority >= $1::bigint"),
        ("priority[lt]=3", "priority < 3", "tasks.priority < $1::bigint"),
        ("priority[lte]=3", "priority <= 3", "tasks.priority <= $1::bigint"),
        ("priority[in]=3,1,3", "priority in (1, 3)", "tasks.priority = ANY($1::bigint[])"),
        ("status[nin]=todo", 'status nin ("todo")', "tasks.status <> ALL($1)"),
        (
            "priority[between]=4,2",
            "priority between (4, 2)",
            "tasks.priority >= $1::bigint AND tasks.priority <= $2::bigint",
        ),
        ("due_at[null]=true", "due_at = null", "tasks.due_at IS NULL"),
        ("due_at[null]=false", "due_at != null", "tasks.due_at IS NOT NULL"),
        ("title[contains]=a%b", 'title contains "a%b"', "tasks.title ILIKE $1"),
        ("title[starts]=a", 'title starts "a"', "tasks.title ILIKE $1"),
        ("title[ends]=a", 'title ends "a"', "tasks.title ILIKE $1"),
        ("title=", 'title = ""', "tasks.title = $1"),
        (f"assignee={ONE}", f'assignee_id = "{ONE}"', "tasks.assignee_id = $1"),
        (f"assignee_id={ONE.upper()}", f'assignee_id = "{ONE}"', "tasks.assignee_id = $1"),
        (f"id[in]={TWO},{ONE}", f'id in ("{ONE}", "{TWO}")', "tasks.id = ANY($1)"),
        (
            f"project.owner={ONE}",
            f'project.owner_id = "{ONE}"',
            f"{PROJECT_JOIN} WHERE project.owner_id = $1",
        ),
        (
            "project.is_public=true",
            "project.is_public = true",
            f"{PROJECT_JOIN} WHERE project.is_public = $1",
        ),
        ("estimate_hours=1.50", "estimate_hours = 1.5", "tasks.estimate_hours = $1"),
    ],
)
def test_a_parameter_is_a_comparison(text: str, normal: str, sql: str) -> None:
    asked = ask(text)
    assert asked.filter_text == normal
    assert asked.where is not None
    assert sql_of(asked.where) == sql


def test_wildcards_in_a_value_mean_themselves() -> None:
    where = ask("title[contains]=50%25_\\").where
    assert where is not None
    assert where.values == ("%50\\%25\\_\\\\%",)


def test_parameters_are_joined_by_and_in_an_order_of_their_own() -> None:
    one, other = ask("status=todo&priority[gte]=3"), ask("priority[gte]=3&status=todo")
    assert one.filter_text == other.filter_text == 'priority >= 3 AND status = "todo"'
    assert one.where is not None
    assert other.where is not None
    # Two orders of one question are one prepared statement.
    assert one.where.shape == other.where.shape
    assert sql_of(one.where) == "tasks.priority >= $1::bigint AND tasks.status = $2"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a,b", ["a", "b"]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""x"" now"', ['say "x" now']),
        ("a,", ["", "a"]),
        ('""', [""]),
        ('"a\nb"', ["a\nb"]),
        (" a, b", [" a", " b"]),
    ],
)
def test_lists_are_quoted_as_in_csv(text: str, values: list[str]) -> None:
    where = READER.read(Query([("title[in]", text)])).where
    assert where is not None
    assert where.values == (values,)


@pytest.mark.parametrize(
    ("text", "code", "phrase"),
    [
        ("title[in]=", "too_short", "must hold at least one value"),
        *(
            (f"title[in]={text}", "format", f"has a quotation mark out of place at character {at}")
            for text, at in (('a"b', 2), ('"a', 1), ('"a"b', 4), ('x,"a', 3), ('"a""', 4))
        ),
        ("title[in]=" + "a," * 200 + "a", "too_long", "must hold at most 200 values"),
        ('title[in]="a",' + "a," * 199 + "a", "too_long", "must hold at most 200 values"),
        (
            *("priority[between]=1", "format"),
            "must hold two values, the lowest and the highest",
        ),
        (
            *("priority[between]=1,2,3", "format"),
            "must hold two values, the lowest and the highest",
        ),
        ("priority[in]=1,x", "type", "holds what it cannot: value 2 must be an integer"),
        ("status=x", "enum", 'must be one of "todo", "doing", "done"'),
        (
            *("assignee=null", "format"),
            "must be a UUID; assignee_id[null]=true finds rows without one",
        ),
        ("due_at[null]=yes", "type", "must be true or false"),
        ("due_at[null]=null", "type", "must be true or false"),
        ("status=todo&status=todo", "duplicate", "is there more than once"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(text: str, code: str, phrase: str) -> None:
    parameter = text.partition("=")[0]
    ((place, found, detail),) = faults_of(text)
    assert (place, found) == (parameter, code)
    assert detail.startswith(f'The parameter "{parameter}" {phrase}')


def test_each_wrong_value_of_a_list_is_told() -> None:
    lead = 'The parameter "priority[in]" holds what it cannot: value'
    assert faults_of("priority[in]=x,1,y") == [
        ("priority[in]", "type", f"{lead} {number} must be an integer.") for number in (1, 3)
    ]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("status=todo&status[eq]=done", "status", "status[eq]"),
        (f"project_id={ONE}&project={ONE}", "project_id", "project"),
        (f"assignee[ne]={ONE}&assignee_id[ne]={TWO}", "assignee[ne]", "assignee_id[ne]"),
    ],
)
def test_one_comparison_by_two_names_is_there_twice(text: str, first: str, second: str) -> None:
    detail = f'The parameter "{second}" means the same as "{first}"; write one of them.'
    assert faults_of(text) == [(second, "duplicate", detail)]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("priorty", 'There is no parameter "priorty"; did you mean "priority"?'),
        ("priorty[gte]", 'There is no parameter "priorty[gte]"; did you mean "priority[gte]"?'),
        ("priorty[foo]", 'There is no parameter "priorty[foo]"; did you mean "priority"?'),
        ("priority[gtee]", 'The field "priority" has no operator "gtee"; did you mean "gte"?'),
        ("assignee[eqq]", 'The field "assignee_id" has no operator "eqq"; did you mean "eq"?'),
        (
            "status[contains]",
            'The field "status" has no operator "contains"; it has eq, ne, in, nin, null.',
        ),
        (
            "assignee[gt]",
            'The field "assignee_id" has no operator "gt"; it has eq, ne, in, nin, null.',
        ),
        (
            "project.is_public[]",
            'The field "project.is_public" has no operator ""; it has eq, ne, null.',
        ),
        ("description", 'There is no parameter "description".'),
        (
            "project.owner.name",
            'There is no parameter "project.owner.name"; did you mean "project.owner"?',
        ),
        ("Status", 'There is no parameter "Status"; did you mean "status"?'),
        ("sort[x]", 'There is no parameter "sort[x]"; did you mean "sort"?'),
        ("limit[eq]", 'There is no parameter "limit[eq]"; did you mean "limit"?'),
        ("status[eq", 'There is no parameter "status[eq"; did you mean "status"?'),
        ("[eq]", 'There is no parameter "[eq]".'),
        ("x" * 200, f'There is no parameter "{"x" * 100}".'),
    ],
)
def test_an_unknown_parameter_is_refused(name: str, sentence: str) -> None:
    code, faults = refusal(Query([(name, "1")]))
    assert code == "unknown_parameter"
    assert faults == [(name[:100], "unknown_field", sentence)]


def test_each_type_has_its_operators() -> None:
    equal, order, member = "eq ne", "gt gte lt lte between", "in nin"
    words = "contains starts ends"
    ordered = f"{equal} {order} {member} null"
    expected = {
        "id": ordered,
        "text": f"{equal} {order} {member} {words} null",
        **dict.fromkeys("number ratio price key moment day clock span grade".split(), ordered),
        "is_new": f"{equal} null",
        "data": f"{equal} {member} null",
        "color": f"{equal} {member} null",
        "size": "null",
        "document": "null",
        "texts": "contains null",
    }
    columns = {column.name: column for column in describe(Thing).columns}
    assert {name: " ".join(operators_of(columns[name])) for name in expected} == expected
    assignee = describe(Task).column("assignee")
    assert " ".join(operators_of(assignee)) == f"{equal} {member} null"


def test_a_list_may_be_as_long_as_the_bound() -> None:
    where = ask("title[in]=" + ",".join(map(str, range(MAX_LIST_ITEMS)))).where
    assert where is not None
    (values,) = where.values
    assert isinstance(values, list)
    assert len(values) == MAX_LIST_ITEMS
