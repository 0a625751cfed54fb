from __future__ import annotations

import ipaddress
import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.schema.json_encode import encode_json

EAST = timezone(timedelta(hours=2))


class Invoice(msgspec.Struct):
    id: UUID
    total: Decimal
    issued_at: datetime
    note: str = ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 5, 1, 12, tzinfo=UTC), '"2026-05-01T12:00:00Z"'),
        (datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=EAST), '"2026-05-01T10:00:00.250000Z"'),
        ({datetime(2026, 5, 1, 12, tzinfo=EAST): 1}, '{"2026-05-01T10:00:00Z":1}'),
        ([(datetime(2026, 5, 1, 12, tzinfo=EAST), b"a")], '[["2026-05-01T10:00:00Z","YQ=="]]'),
        ({date(2026, 5, 1)}, '["2026-05-01"]'),
        (time(10, 20), '"10:20:00"'),
        (Decimal("1.50"), '"1.50"'),
        (UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (b"\xff\xfe", '"//4="'),
        (ipaddress.ip_network("10.0.0.0/8"), '"10.0.0.0/8"'),
        ({"é": None, "b": True}, '{"é":null,"b":true}'),
        ('T10:20:30"', '"T10:20:30\\""'),
        (["T10:20:30", "x T10:20:30+02:00"], '["T10:20:30","x T10:20:30+02:00"]'),
    ],
)
def test_values_are_written_by_the_conventions(value: Any, expected: str) -> None:
    assert encode_json(value).decode() == expected


def test_a_struct_is_written_by_the_same_conventions() -> None:
    invoice = Invoice(UUID(int=5), Decimal("1.0"), datetime(2026, 5, 1, 12, tzinfo=EAST))
    assert encode_json([invoice]) == (
        b'[{"id":"00000000-0000-0000-0000-000000000005","total":"1.0",'
        b'"issued_at":"2026-05-01T10:00:00Z","note":""}]'
    )


@pytest.mark.parametrize("micro", [0, 1, 250_000])
@pytest.mark.parametrize("wrap", [lambda at: at, lambda at: {"a": [at]}, lambda at: {at: 1}])
def test_a_time_without_an_offset_is_refused(micro: int, wrap: Any) -> None:
    with pytest.raises(TypeError, match="has no UTC offset"):
        encode_json(wrap(datetime(2026, 5, 1, 12, 0, 0, micro)))


def test_a_type_without_a_json_form_is_named() -> None:
    with pytest.raises(TypeError, match="type object has no JSON form"):
        encode_json({"a": object()})


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 2),
        max_value=datetime(9998, 1, 1),
        timezones=st.integers(-14 * 60, 14 * 60).map(
            lambda minutes: timezone(timedelta(minutes=minutes))
        ),
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_what_is_written_reads_back_as_the_same_instant(at: datetime, note: str) -> None:
    text = encode_json({"at": at, "note": note}).decode()
    sent = json.loads(text)
    assert sent["note"] == note
    assert sent["at"].endswith("Z")
    assert datetime.fromisoformat(sent["at"]) == at
