"""Queries of single rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.query_models import Label
from tests.unit.resources.asking.questions import TASKS, query_of

from drystone.errors import BadRequest
from drystone.resources.asking.read_single import SingleReader, read_single_request
from drystone.resources.declaring.declare_resource import declare_resource


def test_everything_is_read() -> None:
    asked = read_single_request(
        TASKS,
        query_of("fields=id,title&expand=project&deleted=include&as_of=2026-01-31T12:00:00+02:00"),
    )
    assert asked.fields == ("id", "title")
    assert [one.name for one in asked.expand] == ["project"]
    assert asked.deleted == "include"
    assert asked.as_of == datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_nothing_need_be_told() -> None:
    asked = read_single_request(TASKS, query_of(""))
    assert (asked.fields, asked.expand, asked.deleted, asked.as_of) == (None, (), "exclude", None)


@pytest.mark.parametrize(
    ("text", "code", "faults"),
    [
        (
            *("as_of=2026-01-31T12:00:00", "invalid_parameter"),
            [("as_of", "format", 'The parameter "as_of" must say its offset from UTC, such as Z.')],
        ),
        (
            *("as_of=a&as_of=b", "invalid_parameter"),
            [("as_of", "duplicate", 'The parameter "as_of" is there more than once.')],
        ),
        (
            *("field=id&page=1", "unknown_parameter"),
            [
                ("field", "unknown_field", 'There is no parameter "field"; did you mean "fields"?'),
                ("page", "unknown_field", 'There is no parameter "page".'),
            ],
        ),
        (
            *("deleted=yes&fields=nmae&status=todo", "invalid_parameter"),
            [
                (
                    "deleted",
                    "enum",
                    'The parameter "deleted" must be one of exclude, include, only.',
                ),
                (
                    "fields",
                    "unknown_field",
                    'The parameter "fields" names "nmae", which is no field.',
                ),
                ("status", "unknown_field", 'There is no parameter "status".'),
            ],
        ),
    ],
)
def test_faults_are_told_at_once(text: str, code: str, faults: list[tuple[str, str, str]]) -> None:
    with pytest.raises(BadRequest) as refused:
        read_single_request(TASKS, query_of(text))
    assert refused.value.code == code
    assert [(one.parameter, one.code, one.detail) for one in refused.value.errors] == faults


def test_what_a_resource_does_not_have_is_no_parameter() -> None:
    reader = SingleReader(declare_resource(Label, operations=["read"]))
    with pytest.raises(BadRequest) as refused:
        reader.read(query_of("expand=x&deleted=only&as_of=2026-01-31T12:00:00Z"))
    assert refused.value.code == "unknown_parameter"
    assert len(refused.value.errors) == 3
