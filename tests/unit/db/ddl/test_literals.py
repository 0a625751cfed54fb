"""Constants of a declaration, and expressions with their values in them."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from drystone import Field, Model
from drystone.db.ddl.expressions import UnwritableExpression, expression_text, term_text
from drystone.db.ddl.literals import json_literal, literal, typed_literal
from drystone.schema.model.column_types import ArrayType, JSONType, TextType


class Colour(enum.Enum):
    RED = "it's"


class Point(msgspec.Struct):
    x: int


class Note(Model):
    text: Field[str]
    order: Field[int]
    tags: Field[list[str]]
    data: Field[dict[str, Any]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a'b\\c", "E'a''b\\\\c'"),
        (Colour.RED, "'it''s'"),
        (True, "true"),
        (-3, "-3"),
        (0.1, "0.1"),
        (float("inf"), "'inf'::double precision"),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), "'NaN'::numeric"),
        (UUID(int=7), "'00000000-0000-0000-0000-000000000007'::uuid"),
        (b"\x00\xff", "'\\x00ff'::bytea"),
        (date(2026, 1, 31), "'2026-01-31'::date"),
        (time(12, 30), "'12:30:00'::time"),
        (
            datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2))),
            "'2026-01-31T10:00:00+00:00'::timestamptz",
        ),
        (timedelta(seconds=-1), "'-1 days 86399.000000 seconds'::interval"),
        ([1, 2], "ARRAY[1, 2]"),
        ([], "'{}'"),
        ({"a": "it's"}, "'{\"a\":\"it''s\"}'::jsonb"),
        (Point(1), "'{\"x\":1}'::jsonb"),
    ],
)
def test_a_value_becomes_a_constant_of_its_own_type(value: object, expected: str) -> None:
    assert literal(value) == expected


@pytest.mark.parametrize("value", [object(), datetime(2026, 1, 1), time(1, tzinfo=UTC), None])
def test_what_has_no_constant_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no constant in SQL"):
        literal(value)


def test_the_type_of_a_column_decides_where_the_value_cannot() -> None:
    texts = ArrayType(item=TextType())
    assert typed_literal(None, texts) == "NULL"
    assert typed_literal(["a"], texts) == "ARRAY['a']::text[]"
    assert typed_literal([], JSONType(python=Any)) == "'[]'::jsonb"
    assert json_literal(None) == "'null'::jsonb"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda: Note.order - -3 > 1, '("order" - (-3)) > 1'),
        (lambda: ~(Note.text == "a") & Note.order.is_null(), ""),
        (lambda: Note.text.in_(["a'", "b"]), "text = ANY (ARRAY['a''', 'b'])"),
        (lambda: Note.data.includes({"a": 1}), "data @> '{\"a\":1}'::jsonb"),
        (lambda: Note.tags.has("x"), "tags @> ARRAY['x']"),
        (lambda: Note.text.lower() == "x", "lower(text) = 'x'"),
    ],
)
def test_an_expression_is_written_with_its_values(expression: Any, expected: str) -> None:
    text = expression_text(expression())
    assert text == (expected or "(NOT (text = 'a')) AND (\"order\" IS NULL)")


def test_terms_of_an_index_keep_their_order() -> None:
    assert term_text(Note.order.desc(nulls="last")) == '"order" DESC NULLS LAST'
    assert term_text(Note.text.lower().asc()) == "(lower(text))"
    assert term_text(Note.text, operator_class="gin_trgm_ops") == "text gin_trgm_ops"


def test_what_needs_more_than_a_row_is_refused() -> None:
    with pytest.raises(UnwritableExpression, match="more than the columns of one row"):
        expression_text(Note.order.sum())
