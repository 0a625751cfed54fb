"""The text that models become, and what of several models is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from drystone import (
    Check,
    Comment,
    Digits,
    Exclude,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Pattern,
    Range,
    Ref,
    Rules,
    Unique,
    default,
    generated,
    made,
    made_by_database,
    period,
)
from drystone.db.ddl.constraint_fields import constraint_fields
from drystone.db.ddl.names import given_name, object_name
from drystone.db.ddl.records import Fault
from drystone.db.ddl.sql_types import sql_type
from drystone.db.ddl.statements import build_tables, create_script, create_statements
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.type_reader import read_type


class Shelf(Model, table="shelves", soft_delete=False):
    """Where books stand."""

    room: Field[Annotated[str, Length(1, 50), Comment("The library's own name.")]]
    height: Field[Annotated[Decimal, Digits(4, 1), Range(0)] | None] = default(None)
    order: Field[Annotated[int, Unique()]] = made_by_database("nextval('shelf_order')")


class Book(Model):
    shelf: Annotated[Ref[Shelf], OnDelete("cascade")]
    sequel: OptionalRef[Book] = default(None)
    lender: Annotated[OptionalRef[Reader], OnDelete("null", index=False)] = default(None)
    isbn: Field[Annotated[str, Pattern(r"^\d{13}$"), Unique(ignore_case=True)]]
    state: Field[Literal["in", "out"]] = default("in")
    tags: Field[list[str]] = made(list)
    until: Field[date | None] = default(None)
    title: Field[Annotated[str, Index(trigram=True)]]
    loud: Field[str] = generated("upper(title)")

    @classmethod
    def rules(cls) -> Rules:
        return [
            Unique(cls.shelf, cls.title, deleted=True, nulls_distinct=False),
            Check((cls.state == "in") | cls.until.is_not_null(), name="until_set"),
            Index(cls.state, cls.until.desc(nulls="last"), where=cls.state.in_(["out"])),
            Exclude((cls.isbn, "="), (period(cls.until, cls.until), "&&"), where=cls.tags.has("x")),
        ]


class Reader(Model):
    best: OptionalRef[Book] = default(None)


EXPECTED = Path(__file__).with_name("library.sql").read_text()


def test_models_become_this_text() -> None:
    assert create_script([Reader, Shelf, Book]) == EXPECTED
    assert create_script([]) == ""


def test_the_text_is_the_statements() -> None:
    statements = create_statements([Reader, Shelf, Book])
    assert ";\n\n".join(statements) + ";\n" == EXPECTED


def test_constraints_lead_back_to_fields() -> None:
    faults = constraint_fields(Book)
    assert faults["books_isbn_key"] == Fault(("isbn",), "duplicate", "is taken already")
    assert faults["books_shelf_id_title_key"] == Fault(
        ("shelf_id", "title"), "duplicate", "is taken already together with title"
    )
    assert faults["books_state_choice"].detail == 'must be one of "in", "out"'
    assert faults["books_until_set"].columns == ("state", "until")
    assert faults["books_shelf_id_fkey"] == Fault(
        ("shelf_id",), "not_found", "refers to none of the shelves there are"
    )
    assert "books_title_idx" not in faults


def refused(models: list[Any], said: str) -> None:
    with pytest.raises(DeclarationError, match=said) as caught:
        create_statements(models)
    assert str(caught.value).startswith("tests/unit/db/ddl/test_statements.py:")


def test_two_models_of_one_table_are_refused() -> None:
    class Other(Model, table="readers"):
        name: Field[str]

    refused([Reader, Shelf, Book, Other], "Other has the table 'readers', as Reader at .* does")


def test_a_reference_to_what_is_not_listed_is_refused() -> None:
    refused([Reader], "Reader refers to Book by 'best', which is not among the models; list it")


def test_two_constraints_of_one_name_are_refused() -> None:
    class Note(Model):
        text: Field[Annotated[str, Length(1)]]

        @classmethod
        def rules(cls) -> Rules:
            return [Check(cls.text != "x", name="text_length")]

    refused([Note], "has two constraints or indexes named 'notes_text_length'; give one a name")


def test_two_relations_of_one_name_are_refused() -> None:
    class Note(Model):
        text: Field[Annotated[str, Index()]]

    class Clash(Model, table="notes_text_idx"):
        text: Field[str]

    refused([Note, Clash], "has an index named 'notes_text_idx', as something of Clash is named")


@pytest.mark.parametrize(
    "rule",
    [
        lambda cls: Check(cls.shelf.to.room == "x", name="x"),
        lambda cls: Check(cls.text.count() > 1, name="x"),
        lambda cls: Check(cls.text == object(), name="x"),
    ],
)
def test_what_cannot_stand_in_a_table_is_refused(rule: Any) -> None:
    def declare() -> None:
        class Note(Model):
            shelf: Ref[Shelf]
            text: Field[str]

            @classmethod
            def rules(cls) -> Rules:
                return [rule(cls)]

        create_statements([Shelf, Note])

    with pytest.raises(DeclarationError, match=r"\.py:\d+: Note"):
        declare()


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Annotated[int, Range(1, 5)], "integer"),
        (Annotated[int, Range(1, 2**31)], "bigint"),
        (Annotated[int, Range(0)], "bigint"),
        (float, "double precision"),
        (Decimal, "numeric"),
        (Annotated[Decimal, Digits(5)], "numeric(5,0)"),
        (Literal[1, 2**40], "bigint"),
        (Literal["a"], "text"),
        (list[bytes], "bytea[]"),
        (dict[str, Any], "jsonb"),
    ],
)
def test_a_type_is_as_wide_as_its_bounds(field: Any, expected: str) -> None:
    assert sql_type(read_type(field).type) == expected


def test_an_index_is_not_made_twice_for_a_reference() -> None:
    class Seat(Model):
        shelf: Ref[Shelf]
        row: Field[int]

        @classmethod
        def rules(cls) -> Rules:
            return [Index(cls.shelf, cls.row)]

    class Lamp(Model, soft_delete=False):
        shelf: Ref[Shelf]

        @classmethod
        def rules(cls) -> Rules:
            return [Unique(cls.shelf)]

    *_, seats, lamps = build_tables([Shelf, Seat, Lamp])
    assert [index.name for index in seats.indexes] == ["seats_shelf_id_row_idx"]
    assert lamps.indexes == ()


def test_long_names_are_cut_and_still_differ() -> None:
    one, other = (object_name("t" * 40, "c" * 40 + end, "idx") for end in "ab")
    assert len(one) == len(other) == 63
    assert one != other
    assert one.endswith("_idx")
    assert one == object_name("t" * 40, "c" * 40 + "a", "idx")
    assert given_name("tasks", "tasks_x") == "tasks_x"
    assert given_name("tasks", "x") == "tasks_x"
