"""Limits are settings: each is documented, and none is one that nothing could keep."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from drystone.http.limits import Limits
from drystone.http.protocol.head import _MAX_REMEMBERED_LINE_BYTES

FIELDS = [field.name for field in dataclasses.fields(Limits)]
SIZES = [name for name in FIELDS if name.endswith("_bytes")]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "http-support.md"


def test_each_is_described_once_and_in_order() -> None:
    described = re.findall(r"^    (\w+): ", inspect.getdoc(Limits) or "", re.MULTILINE)
    assert [name for name in described if name in FIELDS] == FIELDS


@pytest.mark.parametrize("name", FIELDS)
def test_its_name_says_its_unit(name: str) -> None:
    counts = ("count", "connections", "requests", "connection")
    assert name.endswith(("_bytes", "_seconds", "_bytes_per_second", *counts))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("max_request_line_bytes", "a request line over 8 KiB"),
        ("max_field_count", "over 100 fields"),
        ("max_field_line_bytes", "a field over 8 KiB"),
        ("max_head_bytes", "a head over 32 KiB"),
        ("max_chunk_line_bytes", "a chunk line over 256 bytes"),
        ("max_trailer_count", "trailers over 16 or 4 KiB"),
        ("max_trailer_bytes", "trailers over 16 or 4 KiB"),
        ("max_unread_body_bytes", "up to 64 KiB is read and dropped"),
    ],
)
def test_the_document_says_what_is_the_default(name: str, said: str) -> None:
    assert said in DOCUMENT.read_text()
    default = getattr(Limits(), name)
    shown = f"{default // 1024} KiB" if default >= 1024 else str(default)
    assert shown in said


@pytest.mark.parametrize("name", FIELDS)
def test_each_can_be_set(name: str) -> None:
    assert getattr(Limits(**{name: 777}), name) == 777


def test_every_mistake_is_named_on_a_line_of_its_own() -> None:
    with pytest.raises(ValueError, match="write at least") as caught:
        Limits(max_connections=0, body_bytes_per_second=0)
    assert str(caught.value).splitlines() == [
        "DRYSTONE_BODY_BYTES_PER_SECOND: 0 is out of range; write at least 1",
        "DRYSTONE_MAX_CONNECTIONS: 0 is out of range; write at least 1",
    ]


@pytest.mark.parametrize("name", ["max_request_line_bytes", "max_field_line_bytes"])
def test_a_line_that_is_recognised_unmeasured_is_within_every_limit(name: str) -> None:
    Limits(**{name: _MAX_REMEMBERED_LINE_BYTES})
    with pytest.raises(ValueError, match=name.upper()):
        Limits(**{name: _MAX_REMEMBERED_LINE_BYTES - 1})


def test_defaults_fit_together() -> None:
    limits = Limits()
    assert limits.max_field_line_bytes <= limits.max_head_bytes
    assert limits.max_request_line_bytes <= limits.max_head_bytes
    assert limits.max_unread_body_bytes <= limits.max_body_bytes
    assert limits.linger_seconds < limits.drain_seconds
