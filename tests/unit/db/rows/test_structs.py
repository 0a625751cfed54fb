"""Records become Structs and models by the names of their columns, or it is said why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.query_models import Color, Label, Size, Thing

from drystone.db.query.raw import sql
from drystone.db.query.select import select
from drystone.db.rows.decode import model_decoder, scalar_decoder, tuple_decoder
from drystone.db.rows.structs import LateStructDecoder, RowMismatch
from drystone.schema.expressions.functions import count
from drystone.schema.model.column_types import IntegerType
from drystone.schema.model.model_meta import describe

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


class FakeRecord:
    """A record of the driver, as far as decoders see it."""

    def __init__(self, **values: Any) -> None:
        self._values = values

    def __getitem__(self, place: int, /) -> Any:
        return list(self._values.values())[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> Iterator[str]:
        return iter(self._values)


class Load(msgspec.Struct, rename={"total": "sum"}):
    status: str
    total: int
    share: float | None = None


LABEL = FakeRecord(
    id=UUID(int=1), name="a", uses=2, version=3, created_at=MOMENT, updated_at=MOMENT
)
TURNED = FakeRecord(
    updated_at=MOMENT, created_at=MOMENT, version=3, uses=2, name="a", id=UUID(int=1)
)


def test_a_struct_takes_columns_by_their_names() -> None:
    decode = LateStructDecoder(Load)
    assert decode(FakeRecord(sum=3, status="todo")) == Load("todo", 3)
    assert decode(FakeRecord(status="done", sum=1, share=0.5)) == Load("done", 1, 0.5)


def test_a_model_takes_columns_in_any_order() -> None:
    decode = LateStructDecoder(Label)
    label = decode(LABEL)
    assert isinstance(label, Label)
    assert (label.id, label.name, label.uses, label.version) == (UUID(int=1), "a", 2, 3)
    assert decode(TURNED) == label == model_decoder(describe(Label))(LABEL)


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (FakeRecord(status="todo"), "lacks sum:"),
        (FakeRecord(status="todo", sum=1, more=2), "has more, which Load has not:"),
        (FakeRecord(total=1), "lacks status, sum and has total, which Load has not:"),
        (FakeRecord(status="todo", sum=Decimal(3)), r"Expected `int`.*\$\.sum.*cast the column"),
        (FakeRecord(status=None, sum=3), r"Expected `str`, got `null`.*\$\.status"),
    ],
)
def test_columns_that_do_not_fit_are_named(record: FakeRecord, fault: str) -> None:
    with pytest.raises(RowMismatch, match=fault):
        LateStructDecoder(Load)(record)


def test_a_model_wants_all_of_its_columns() -> None:
    with pytest.raises(RowMismatch, match="lacks uses, version, created_at, updated_at:"):
        LateStructDecoder(Label)(FakeRecord(id=UUID(int=1), name="a"))


def test_a_select_that_does_not_fit_is_refused_before_it_is_sent() -> None:
    class Line(msgspec.Struct):
        name: str
        n: int

    with pytest.raises(RowMismatch, match="lacks n:"):
        select(Label.name).into(Line).prepare()
    with pytest.raises(RowMismatch, match=r"column 2 .* write .as_\('…'\).*a field of Line"):
        select(Label.name, count()).group_by(Label.name).into(Line).prepare()
    with pytest.raises(RowMismatch, match="has name twice"):
        select(Label.name, Label.name, count().as_("n")).into(Line).prepare()
    prepared = select(Label.name, Label.uses.as_("n")).into(Line).prepare()
    assert prepared.decode(FakeRecord(name="a", n=2)) == Line("a", 2)


def test_rows_of_sql_are_records_until_it_is_said_otherwise() -> None:
    record = FakeRecord(status="todo", sum=1)
    assert sql("SELECT 1").prepare().decode(record) is record
    assert sql("SELECT 1").into(Load).prepare().decode(record) == Load("todo", 1)


def test_enumerations_and_structs_are_made_of_what_is_stored() -> None:
    kinds = {column.attribute: column.type for column in describe(Thing).columns}
    names = ["color", "colors", "size", "text", "document"]
    record = FakeRecord(
        color="red", colors=["blue"], size={"width": 2}, text="a", document={"b": 1}
    )
    decode = tuple_decoder([kinds[name] for name in names])
    assert decode(record) == (Color.RED, [Color.BLUE], Size(2), "a", {"b": 1})
    assert decode(FakeRecord(**dict.fromkeys(names))) == (None, None, None, None, None)
    assert scalar_decoder(kinds["color"])(FakeRecord(color="blue")) is Color.BLUE
    assert scalar_decoder(kinds["color"])(FakeRecord(color=None)) is None
    assert tuple_decoder([IntegerType(), None])(FakeRecord(a=1, b=2)) == (1, 2)
