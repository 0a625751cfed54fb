"""The types of expressions, as far as they can be told."""

from __future__ import annotations

from typing import Any

import pytest
from tests.query_models import Comment, Task, Thing

from drystone.db.query.kinds import kind_of
from drystone.db.query.select import exists, select
from drystone.schema.expressions.functions import coalesce, count, date_trunc, now
from drystone.schema.expressions.text_search import document
from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    DateTimeType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    JSONType,
    TextType,
    UUIDType,
)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        (Task.title, TextType),
        (Task.project, UUIDType),
        (Task.priority + 1, IntegerType),
        (Thing.price * 2, DecimalType),
        (Thing.ratio / 2, FloatType),
        (Thing.price * Thing.ratio, FloatType),
        (Thing.moment - Thing.maybe_moment, DurationType),
        (Thing.moment + Thing.span, DateTimeType),
        (Thing.day - Thing.maybe_day, IntegerType),
        (Thing.span * 2, DurationType),
        (Thing.document.at("a"), JSONType),
        (Thing.document.text_at("a"), TextType),
        (Task.title == "x", BooleanType),
        (~(Task.title == "x") & Task.due_at.is_null(), BooleanType),
        (Task.title.resembles("x"), BooleanType),
        (Task.title.lower(), TextType),
        (Task.title.length(), IntegerType),
        (Task.title.similarity("x"), FloatType),
        (Task.title.max(), TextType),
        (Task.title.collect(), ArrayType),
        (Task.priority.average(), DecimalType),
        (Thing.ratio.average(), FloatType),
        (Thing.price.sum(), DecimalType),
        (count(), IntegerType),
        (now(), DateTimeType),
        (date_trunc("day", Task.due_at), DateTimeType),
        (coalesce(Task.due_at, now()), DateTimeType),
        (document(Task.title).rank("x"), FloatType),
        (exists(select(Comment)), BooleanType),
        (select(Comment.body).as_value(), TextType),
        (select(Comment.body).as_array(), ArrayType),
    ],
)
def test_each_has_the_type_that_postgresql_gives(expression: Any, kind: type) -> None:
    assert isinstance(kind_of(expression.shape), kind)


@pytest.mark.parametrize(
    "expression", [Task.tags + Task.tags, document(Task.title), select(Comment).as_value()]
)
def test_others_have_none(expression: Any) -> None:
    assert kind_of(expression.shape) is None
