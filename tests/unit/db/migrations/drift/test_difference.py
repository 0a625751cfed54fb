"""What differs is told once, with both sides; what `compare` finds, this finds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.db.changes.tables import catalog, table

from drystone.db.catalog.records import (
    Catalog,
    Column,
    Constraint,
    Definition,
    Index,
    Table,
    Trigger,
)
from drystone.db.changes.compare import EVERYTHING, MODELS, Scope, compare
from drystone.db.changes.errors import ChangeRefused
from drystone.db.migrations.drift.difference import find_differences

SIDES = ("the one", "the other")
CHECK = Constraint(name="c", kind="check", definition="CHECK (a > 0)")
KEY = Constraint(name="k", kind="unique", definition="UNIQUE (a)", columns=("a",))
SERVING = Index(name="k", definition="USING btree (a)", is_unique=True, constraint="k")
INDEX = Index(name="i", definition="USING btree (a)", columns=("a",))
TOUCH = Trigger(name="touch", definition="CREATE TRIGGER touch ON t")
OTHER = Trigger(name="audit", definition="CREATE TRIGGER audit ON t")
NUMBER = Column(name="a", type="integer", position=2)


def sentences(left: Catalog, right: Catalog, scope: Scope = EVERYTHING) -> list[str]:
    return [one.sentence for one in find_differences(left, right, names=SIDES, scope=scope)]


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (catalog(), catalog(table("t")), "table t is in the other, not in the one"),
        (catalog(table("t")), catalog(), "table t is in the one, not in the other"),
        (
            catalog(table("t", NUMBER)),
            catalog(table("t")),
            "column t.a is in the one, not in the other",
        ),
        (
            catalog(table("t", NUMBER)),
            catalog(table("t", replace(NUMBER, type="bigint"))),
            "column t.a: type integer in the one, bigint in the other",
        ),
        (
            catalog(table("t", NUMBER)),
            catalog(table("t", replace(NUMBER, is_nullable=False))),
            "column t.a: may be null yes in the one, no in the other",
        ),
        (
            catalog(table("t", NUMBER)),
            catalog(table("t", replace(NUMBER, default="1"))),
            "column t.a: default none in the one, 1 in the other",
        ),
        (
            catalog(table("t", constraints=(CHECK,))),
            catalog(table("t", constraints=(replace(CHECK, is_validated=False),))),
            "check t.c: validated yes in the one, no in the other",
        ),
        (
            catalog(table("t", constraints=(KEY,), indexes=(SERVING,))),
            catalog(table("t")),
            "unique t.k is in the one, not in the other",
        ),
        (
            catalog(table("t", indexes=(INDEX,))),
            catalog(table("t", indexes=(replace(INDEX, is_valid=False),))),
            "index t.i: valid yes in the one, no in the other",
        ),
        (
            catalog(table("t", indexes=(INDEX,))),
            catalog(table("t", indexes=(replace(INDEX, is_unique=True),))),
            "index t.i: says USING btree (a) in the one, UNIQUE USING btree (a) in the other",
        ),
        (
            catalog(table("t", triggers=(TOUCH,))),
            catalog(table("t", triggers=(replace(TOUCH, definition="else"),))),
            "trigger t.touch is not the same in the one and the other",
        ),
        (
            catalog(table("t")),
            catalog(replace(table("t"), comment="two\nlines")),
            "table t: comment none in the one, two lines in the other",
        ),
        (
            catalog(extensions=("pg_trgm",)),
            catalog(),
            "extension pg_trgm is in the one, not in the other",
        ),
        (
            Catalog(definitions=(Definition(kind="view", name="v", text="1"),)),
            Catalog(),
            "view v is in the one, not in the other",
        ),
        (
            Catalog(),
            Catalog(definitions=(Definition(kind="view", name="v", text="1"),)),
            "view v is in the other, not in the one",
        ),
        (
            Catalog(definitions=(Definition(kind="view", name="v", text="1"),)),
            Catalog(definitions=(Definition(kind="view", name="v", text="2"),)),
            "view v is not the same in the one and the other",
        ),
    ],
)
def test_each_difference_is_one_sentence(left: Catalog, right: Catalog, said: str) -> None:
    assert sentences(left, right) == [said]


def test_what_models_do_not_declare_is_not_held_against_them() -> None:
    made = Catalog(
        tables=(table("t", triggers=(OTHER,)),),
        extensions=("pg_trgm",),
        definitions=(Definition(kind="view", name="v", text="1"),),
    )
    assert sentences(made, catalog(table("t")), MODELS) == []
    assert sentences(made, catalog(table("t", triggers=(TOUCH,))), MODELS) == [
        "trigger t.touch is in the other, not in the one"
    ]
    assert len(sentences(catalog(), catalog(extensions=("pg_trgm",)), MODELS)) == 1


def test_a_schema_s_name_stands_before_all_that_is_in_it() -> None:
    left = Catalog(
        tables=(table("t", NUMBER),),
        definitions=(Definition(kind="function", name="f()", text=""),),
    )
    right = catalog(table("t"), table("u"))
    found = find_differences(left, right, names=SIDES, scope=EVERYTHING, prefix="drystone.")
    assert [one.name for one in found] == ["drystone.t.a", "drystone.u", "drystone.f()"]


columns = st.builds(
    Column,
    name=st.sampled_from("ab"),
    type=st.sampled_from(("text", "integer")),
    is_nullable=st.booleans(),
    default=st.sampled_from((None, "1")),
    comment=st.sampled_from((None, "x")),
    position=st.integers(2, 9),
)
checks = st.builds(
    replace,
    st.just(CHECK),
    name=st.sampled_from("cd"),
    definition=st.sampled_from(("CHECK (a > 0)", "CHECK (b > 0)")),
    is_validated=st.booleans(),
)
indexes = st.builds(
    replace,
    st.just(INDEX),
    name=st.sampled_from("ij"),
    is_unique=st.booleans(),
    comment=st.sampled_from((None, "x")),
)
triggers = st.sampled_from((TOUCH, OTHER, replace(TOUCH, definition="else")))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    return table(
        draw(st.sampled_from("tu")),
        *draw(st.lists(columns, max_size=2, unique_by=lambda part: part.name)),
        constraints=tuple(draw(st.lists(checks, max_size=2, unique_by=lambda part: part.name))),
        indexes=tuple(draw(st.lists(indexes, max_size=2, unique_by=lambda part: part.name))),
        triggers=tuple(draw(st.lists(triggers, max_size=2, unique_by=lambda part: part.name))),
    )


catalogs = st.builds(
    lambda found, extensions: catalog(*found, extensions=tuple(sorted(extensions))),
    st.lists(tables(), max_size=2, unique_by=lambda part: part.name),
    st.sets(st.sampled_from(("pg_trgm", "btree_gist"))),
)


@given(left=catalogs, right=catalogs, scope=st.sampled_from((MODELS, EVERYTHING)))
def test_there_is_a_difference_where_there_is_a_change(
    left: Catalog, right: Catalog, scope: Scope
) -> None:
    try:
        changes = bool(compare(left, right, scope=scope))
    except ChangeRefused:
        changes = True
    assert bool(sentences(left, right, scope)) == changes


@given(catalogs)
def test_a_catalogue_does_not_differ_from_itself(one: Catalog) -> None:
    assert sentences(one, one) == []
