"""A place in an order as a condition: its text, term by term."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.query_models import Task, Thing

from drystone.db.query.seek import PlaceError, reverse, seek
from drystone.db.query.select import select
from drystone.schema.expressions.text_search import document

ID = Task.id.asc()
DUE = "tasks.due_at"


def where(order: Any, place: list[str | None], **more: Any) -> tuple[str, tuple[Any, ...]]:
    """Return the text of the condition and its values."""
    ranges = seek(order, json.dumps(place), **more)
    prepared = select(Task.id).with_deleted().seek(*ranges).prepare()
    text = prepared.sql.partition(" WHERE ")[2]
    for kind in ("timestamptz", "uuid", "text", "bigint", "real"):
        text = text.replace(f"::text::{kind}", "")
    return text, prepared.values


@pytest.mark.parametrize(
    ("order", "place", "text"),
    [
        ([ID], ["i"], "tasks.id > $1"),
        ([Task.id.desc()], ["i"], "tasks.id < $1"),
        (
            [Task.title.asc(), ID],
            ["a", "i"],
            "row(tasks.title, tasks.id) > row($1, $2)",
        ),
        (
            [Task.title.desc(), ID],
            ["a", "i"],
            "tasks.title <= $1 AND (tasks.title < $2 OR tasks.id > $3)",
        ),
        (
            [Task.priority.asc(), Task.title.desc(), Task.id.desc()],
            ["3", "a", "i"],
            (
                "tasks.priority >= $1 AND "
                "(tasks.priority > $2 OR row(tasks.title, tasks.id) < row($3, $4))"
            ),
        ),
        # NULLs are last, so they are behind a value, and a value is not behind them.
        (
            [Task.due_at.asc(), ID],
            ["t", "i"],
            f"row({DUE}, tasks.id) > row($1, $2) OR {DUE} IS NULL",
        ),
        ([Task.due_at.asc(), ID], [None, "i"], f"{DUE} IS NULL AND tasks.id > $1"),
        # And first when the order is turned round.
        (
            [Task.due_at.desc(), Task.id.desc()],
            ["t", "i"],
            f"row({DUE}, tasks.id) < row($1, $2)",
        ),
        (
            [Task.due_at.desc(), Task.id.desc()],
            [None, "i"],
            f"({DUE} IS NULL AND tasks.id < $1) OR {DUE} IS NOT NULL",
        ),
    ],
)
def test_the_rows_behind_a_place(order: Any, place: list[str | None], text: str) -> None:
    found, values = where(order, place)
    assert found == text
    assert set(values) == {one for one in place if one is not None}


def test_the_row_at_the_place_may_belong_to_them() -> None:
    assert where([Task.title.asc(), ID], ["a", "i"], inclusive=True)[0] == (
        "row(tasks.title, tasks.id) >= row($1, $2)"
    )
    assert where([Task.title.desc(), ID], ["a", "i"], inclusive=True)[0] == (
        "tasks.title <= $1 AND (tasks.title < $2 OR tasks.id >= $3)"
    )


def test_values_are_read_as_the_type_of_the_column() -> None:
    order = [Thing.price.asc(), Thing.grade.asc(), Thing.span.asc(), Thing.id.asc()]
    query = select(Thing.id).seek(*seek(order, '["1.50","2","1 mon","i"]'))
    assert "row($1::text::numeric, $2::text::integer, $3::text::interval, $4::text::uuid)" in (
        query.sql
    )


def test_a_term_with_values_of_its_own_keeps_them_in_order() -> None:
    rank = document(Task.title).rank("two words").desc()
    text, values = where([rank, Task.id.desc()], ["0.06", "i"])
    assert values.count("two words") == text.count("websearch_to_tsquery")
    assert "::text::real" not in text
    assert values[:2] == ("two words", "0.06")


def test_the_opposite_order_is_reversed_once_and_twice() -> None:
    order = (Task.title.desc(), ID)
    turned = reverse(order)
    assert [one.shape.descending for one in turned] == [False, True]
    assert [one.shape for one in reverse(turned)] == [one.shape for one in order]


@pytest.mark.parametrize(
    "place", ["", "{}", "[1]", '["a"]', '["a","i","x"]', '["a",null]', "\ud800"]
)
def test_a_place_of_another_order_is_refused(place: str) -> None:
    with pytest.raises(PlaceError):
        seek([Task.title.asc(), ID], place)


def test_a_term_without_a_type_has_no_place() -> None:
    # No column is below the first one: its type cannot be told.
    unknown = document(Task.title).asc()
    with pytest.raises(ValueError, match="cannot be told"):
        seek([unknown, ID], '["a","i"]')


def test_places_go_with_the_order_of_nulls_that_indexes_have() -> None:
    with pytest.raises(ValueError, match="where PostgreSQL puts them"):
        seek([Task.due_at.desc(nulls="last"), ID], '["t","i"]')
