"""Rows on their way to COPY, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from tests.integration.db.query.things import make_thing
from tests.query_models import Color, Label, Project, Thing

from drystone.db.copying import records_of
from drystone.schema.model.defaults import default, made_by_database
from drystone.schema.model.field import Field
from drystone.schema.model.model import Model
from drystone.schema.model.model_meta import describe


class Ticket(Model):
    number: Field[int] = made_by_database("nextval('tickets')")
    title: Field[str] = default("")


def copied(model: type[Any], rows: Any) -> tuple[list[str], list[list[Any]]]:
    columns, records = records_of(describe(model), rows)
    return columns, [list(record) for record in records]


def test_columns_are_those_that_the_first_row_gives() -> None:
    first, second = Label(name="a"), Label(name="b", uses=2)
    columns, records = copied(Label, [first, second])
    assert columns == ["id", "name", "uses"]
    assert records == [[first.id, "a", 0], [second.id, "b", 2]]


def test_columns_have_the_names_of_the_table() -> None:
    assert copied(Project, [Project(name="a", owner=UUID(int=1))])[0][1:3] == ["name", "owner_id"]


def test_members_of_enumerations_are_plain_and_generated_columns_left_out() -> None:
    columns, (record,) = copied(Thing, [make_thing(color=Color.RED, colors=[Color.BLUE])])
    row = dict(zip(columns, record, strict=True))
    assert (row["color"], row["colors"]) == ("red", ["blue"])
    assert "order" not in row


def test_no_rows_are_no_records() -> None:
    columns, records = copied(Label, iter(()))
    assert columns == ["id"]
    assert records == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([Ticket(number=1), Ticket()], "leaves out tickets.number, which the first row gives"),
        ([Ticket(), Ticket(number=1)], "gives tickets.number, which the first row leaves out"),
        ([Ticket(title="a\0b")], "NUL"),
        ([Ticket(title="\ud800")], "surrogate"),
    ],
)
def test_a_row_that_cannot_be_copied_is_refused(rows: list[Ticket], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        copied(Ticket, rows)


@pytest.mark.parametrize("place", [0, 1])
def test_a_row_of_another_model_is_refused(place: int) -> None:
    rows: list[Any] = [Ticket()]
    rows.insert(place, Label(name="a"))
    with pytest.raises(TypeError, match="Label among rows of Ticket"):
        copied(Ticket, rows)


def test_a_generator_is_read_as_far_as_the_records_are() -> None:
    read = []

    def rows() -> Iterator[Label]:
        for number in range(1_000_000):
            read.append(number)
            yield Label(name=str(number))

    _, records = records_of(describe(Label), rows())
    assert len(read) == 1
    next(records)
    next(records)
    assert len(read) == 2


def test_a_single_column_is_a_record_of_one() -> None:
    class Only(Model, soft_delete=False):
        number: Field[int] = made_by_database("1")

    row = Only()
    assert copied(Only, [row, row])[1] == [[row.id], [row.id]]
