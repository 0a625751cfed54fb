"""Random models, over few names, so that two applications have much in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from hypothesis import strategies as st

from drystone import (
    Comment,
    Digits,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Range,
    Ref,
    Slug,
    Unique,
    default,
)
from drystone.schema.model.model_meta import ModelMeta

# What a field holds: its type, a default, and what rows that are there get.
TYPES: dict[str, tuple[Any, Any, str]] = {
    "text": (str, "none", "'filled'"),
    "title": (Annotated[str, Length(1, 200)], "none", "'filled'"),
    "line": (Annotated[str, Length(2, 80)], "a'b\\c", "'filled'"),
    "slug": (Slug, "none", "'filled'"),
    "choice": (Literal["todo", "doing", "done"], "todo", "'todo'"),
    "other choice": (Literal["todo", "it's"], "it's", "'todo'"),
    "number": (int, 7, "3"),
    "priority": (Annotated[int, Range(1, 5)], 3, "3"),
    "price": (Annotated[Decimal, Digits(10, 2)], Decimal("1.50"), "2"),
    "truth": (bool, False, "true"),
    "time": (datetime, None, "now()"),
    "day": (date, None, "CURRENT_DATE"),
    "id": (UUID, None, "gen_random_uuid()"),
    "words": (list[str], None, "'{}'"),
}
TABLES = ("users", "tasks", "order")
NAMES = ("title", "name", "state", "price", "select", "note")
INDEXED = ("text", "title", "number", "price", "time")


@dataclass(frozen=True)
class Application:
    """Models, and a value for each column that may have to be filled."""

    models: tuple[type[Model], ...]
    fills: dict[tuple[str, str], str]


@st.composite
def applications(draw: st.DrawFn) -> Application:
    made: dict[str, type[Model]] = {}
    fills: dict[tuple[str, str], str] = {}
    for table in TABLES:
        if draw(st.booleans()):
            made[table] = _draw_model(draw, table, made, fills)
    return Application(tuple(made.values()), fills)


def _draw_model(
    draw: st.DrawFn,
    table: str,
    others: dict[str, type[Model]],
    fills: dict[tuple[str, str], str],
) -> type[Model]:
    annotations: dict[str, Any] = {}
    body: dict[str, Any] = {"__module__": __name__, "__qualname__": table.title()}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4)):
        kind = draw(st.sampled_from(sorted(TYPES)))
        held, value, fills[table, name] = TYPES[kind]
        nullable = draw(st.booleans())
        annotation = Field[held | None] if nullable else Field[held]  # type: ignore[valid-type]  # made at run time
        extras = [Comment(f"The {kind}.")] if draw(st.booleans()) else []
        if kind in INDEXED:
            extras += draw(st.sampled_from(([], [Unique()], [Index()])))
        annotations[name] = Annotated[(annotation, *extras)] if extras else annotation
        if draw(st.booleans()) and (nullable or value is not None):
            body[name] = default(None if nullable else value)
    for other, model in others.items():
        match draw(st.integers(0, 3)):
            case 0:
                annotations[f"its_{other}"] = Ref[model]  # type: ignore[valid-type]  # made at run time
                # No expression finds a row that is there.
                fills[table, f"its_{other}_id"] = "gen_random_uuid()"
            case 1:
                action: Any = draw(st.sampled_from(("null", "cascade", "restrict")))
                annotations[f"its_{other}"] = Annotated[OptionalRef[model], OnDelete(action)]  # type: ignore[valid-type]  # made at run time
    if draw(st.booleans()):
        body["__doc__"] = f"What {table} are."
    body["__annotations__"] = annotations
    soft_delete = draw(st.booleans())
    made = ModelMeta(table.title(), (Model,), body, table=table, soft_delete=soft_delete)
    return cast("type[Model]", made)
