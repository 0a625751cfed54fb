"""Queries of lists: every parameter, what it may be, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from examples.tasks.models import TaskTag
from tests.query_models import Label
from tests.unit.resources.asking.questions import READER, TASKS, ask, faults_of, query_of, refusal

from drystone.errors import InvalidParameter, UnknownParameter
from drystone.http.parts.query import Query
from drystone.resources.asking.read_list import ListReader, read_list_request
from drystone.resources.declaring.declare_resource import declare_resource


def test_a_query_without_parameters_has_the_defaults() -> None:
    asked = ask("")
    assert (asked.where, asked.filter_text, asked.sort, asked.search) == (None, "", (), None)
    assert (asked.page, asked.cursor, asked.limit, asked.count) == (1, None, 20, "exact")
    assert (asked.fields, asked.expand, asked.deleted) == (None, (), "exclude")


def test_a_reader_made_for_one_query_reads_the_same() -> None:
    asked = read_list_request(TASKS, query_of("limit=7&search=x"))
    assert (asked.limit, asked.search) == (7, "x")


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("limit=1", "limit", 1),
        ("limit=100", "limit", 100),
        ("page=2", "page", 2),
        ("page=92233720368547759&limit=100", "page", 92233720368547759),
        ("page=9223372036854775807&limit=1", "page", 9223372036854775807),
        ("cursor=", "cursor", ""),
        ("cursor=", "page", None),
        ("cursor=abc", "cursor", "abc"),
        ("cursor=", "count", "none"),
        ("cursor=&count=exact", "count", "exact"),
        ("count=estimated", "count", "estimated"),
        ("count=none", "count", "none"),
        ("deleted=include", "deleted", "include"),
        ("deleted=only", "deleted", "only"),
        ("deleted=exclude", "deleted", "exclude"),
        ("search= two words ", "search", "two words"),
        ("search=", "search", None),
        ("search=  ", "search", None),
        ("search=" + "x" * 200, "search", "x" * 200),
        ("fields=title,id", "fields", ("title", "id")),
        ("fields=assignee_id", "fields", ("assignee_id",)),
    ],
)
def test_a_parameter_is_read(text: str, attribute: str, value: Any) -> None:
    assert getattr(ask(text), attribute) == value


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("sort=title", [("title", False)]),
        ("sort=-created_at,title", [("created_at", True), ("title", False)]),
        ("sort=-id", [("id", True)]),
        ("sort=assignee_id,-project.name", [("assignee_id", False), ("project.name", True)]),
    ],
)
def test_a_sort_is_read(text: str, terms: list[tuple[str, bool]]) -> None:
    assert [(one.field.name, one.descending) for one in ask(text).sort] == terms


def test_references_are_expanded_by_the_name_of_the_reference() -> None:
    named = [one.name for one in ask("expand=project.owner,assignee,project").expand]
    assert named == ["project.owner", "assignee", "project"]


@pytest.mark.parametrize(
    ("text", "parameter", "code", "phrase"),
    [
        ("limit=0", "limit", "too_small", "is less than 1"),
        ("limit=101", "limit", "too_large", "is more than 100"),
        ("limit=ten", "limit", "type", "is not a whole number"),
        ("limit=", "limit", "type", "is not a whole number"),
        ("limit=5&limit=5", "limit", "duplicate", "is there more than once"),
        ("page=0", "page", "too_small", "is less than 1"),
        ("page=1.5", "page", "type", "is not a whole number"),
        (
            *("page=92233720368547760&limit=100", "page", "too_large"),
            "is more than 92233720368547759",
        ),
        (
            *("cursor=&page=1", "page", "format"),
            "cannot be combined with cursor; send one of them",
        ),
        ("cursor=a&cursor=b", "cursor", "duplicate", "is there more than once"),
        ("count=all", "count", "enum", "must be one of exact, estimated, none"),
        ("deleted=true", "deleted", "enum", "must be one of exclude, include, only"),
        ("search=" + "x" * 201, "search", "too_long", "must be at most 200 characters"),
        ("search=a&search=b", "search", "duplicate", "is there more than once"),
        (
            *("sort=", "sort", "format"),
            "must list names with commas between them, none of them empty",
        ),
        (
            *("sort=title,-", "sort", "format"),
            "must list names with commas between them, none of them empty",
        ),
        (
            *("fields=id,,title", "fields", "format"),
            "must list names with commas between them, none of them empty",
        ),
        ("fields=" + "x," * 200 + "x", "fields", "limit", "must list at most 200 names"),
        ("sort=title,-title", "sort", "duplicate", 'names "title" more than once'),
        ("fields=id,id", "fields", "duplicate", 'names "id" more than once'),
        ("expand=project,project", "expand", "duplicate", 'names "project" more than once'),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(
    text: str, parameter: str, code: str, phrase: str
) -> None:
    assert faults_of(text) == [(parameter, code, f'The parameter "{parameter}" {phrase}.')]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("sort=titel", 'names "titel", by which the list cannot be sorted; did you mean "title"?'),
        (
            "sort=--title",
            'names "-title", by which the list cannot be sorted; did you mean "title"?',
        ),
        ("sort=priority", 'names "priority", by which the list cannot be sorted.'),
        (
            "sort=-assignee",
            'names "assignee", by which the list cannot be sorted; did you mean "assignee_id"?',
        ),
        ("fields=assignee", 'names "assignee", which is no field; did you mean "assignee_id"?'),
        ("fields=-title", 'names "-title", which is no field; did you mean "title"?'),
        ("fields=" + "x" * 150, f'names "{"x" * 100}", which is no field.'),
        ("expand=done", 'names "done", which cannot be expanded.'),
        (
            "expand=project.owner_id",
            'names "project.owner_id", which cannot be expanded; did you mean "project.owner"?',
        ),
    ],
)
def test_an_unknown_name_in_a_list_is_told_the_nearest(text: str, detail: str) -> None:
    parameter = text.partition("=")[0]
    assert faults_of(text) == [
        (parameter, "unknown_field", f'The parameter "{parameter}" {detail}')
    ]


def test_an_unknown_parameter_is_told_the_nearest() -> None:
    code, faults = refusal(query_of("limti=5"))
    assert code == "unknown_parameter"
    assert faults == [
        ("limti", "unknown_field", 'There is no parameter "limti"; did you mean "limit"?')
    ]


def test_only_unknown_parameters_make_the_problem_that_of_unknown_ones() -> None:
    assert refusal(query_of("limti=5&foo=1&priority[foo]=1"))[0] == "unknown_parameter"
    assert refusal(query_of("limti=5&page=0"))[0] == "invalid_parameter"
    assert refusal(query_of("fields=foo"))[0] == "invalid_parameter"


def test_all_faults_are_told_in_the_order_of_the_query() -> None:
    code, faults = refusal(
        query_of("priority=x&limti=5&expand=x&filter=a = 1&fields=x&page=0&sort=x&limit=0&count=x")
    )
    assert code == "invalid_parameter"
    assert [parameter for parameter, _, _ in faults] == (
        "priority limti expand filter fields page sort limit count".split()
    )
    with pytest.raises(InvalidParameter, match=r"^The query has 2 faults\.$"):
        ask("page=0&limit=0")


def test_few_unknown_names_are_compared_with_the_known_ones() -> None:
    """Comparing is slow, so a query cannot have it done a hundred times."""
    names = "&".join(f"priorit{number}=1" for number in range(10))
    near = [detail for _, _, detail in faults_of(names) if "did you mean" in detail]
    assert len(near) == 5


def test_what_a_resource_does_not_have_is_no_parameter() -> None:
    reader = ListReader(declare_resource(Label))
    for name in ("search", "expand", "deleted"):
        with pytest.raises(UnknownParameter) as refused:
            reader.read(Query([(name, "x")]))
        assert [one.parameter for one in refused.value.errors] == [name]
    assert reader.read(Query([("sort", "-id")])).sort[0].descending
    with pytest.raises(InvalidParameter):
        reader.read(Query([("sort", "name")]))


def test_any_list_can_be_filtered_by_its_key() -> None:
    reader = ListReader(declare_resource(Label))
    row = "01890000-0000-7000-8000-000000000000"
    assert reader.read(Query([("id[in]", f"{row},{row}")])).where is not None
    assert reader.read(Query([("filter", f'id = "{row}"')])).where is not None


def test_a_model_that_is_deleted_softly_shows_deleted_rows() -> None:
    reader = ListReader(declare_resource(TaskTag))
    assert reader.read(Query([("deleted", "only")])).deleted == "only"


@pytest.mark.parametrize("words", ["a\0b", "a\ud800b"])
def test_a_search_that_no_text_is_is_refused(words: str) -> None:
    code, faults = refusal(Query([("search", words)]))
    assert code == "invalid_parameter"
    assert [fault[:2] for fault in faults] == [("search", "format")]


def test_a_plain_query_is_the_same_object_each_time() -> None:
    assert READER.read(Query.EMPTY) is READER.read(Query.parse(b""))
