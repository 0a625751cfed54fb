"""What a declared model is: its fields on the class, its rows, its description."""

from __future__ import annotations

import copy
import enum
import pickle
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid4

import msgspec
import pytest

from drystone import (
    Check,
    Comment,
    Digits,
    Email,
    Field,
    Index,
    Length,
    Model,
    OnDelete,
    OptionalRef,
    Range,
    Ref,
    Rules,
    Unique,
    default,
    generated,
    made,
    made_by_database,
)
from drystone.schema.model.column_types import (
    ArrayType,
    BooleanType,
    BytesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
    IntegerType,
    JSONType,
    TextType,
    TimeType,
    UUIDType,
)
from drystone.schema.model.model_meta import describe


class Grade(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Address(msgspec.Struct, frozen=True):
    city: str


class Account(Model):
    """A person who may log in.

    The rest of the docstring is not the table's comment.
    """

    email: Field[Annotated[Email, Unique(ignore_case=True)]]


class Task(Model):
    project: Annotated[Ref[Project], OnDelete("cascade", index=False)]
    title: Field[Annotated[str, Length(1, 200), Comment("What is to be done.")]]
    status: Field[Literal["todo", "done"]] = default("todo")
    priority: Field[Annotated[int, Range(1, 5)]] = default(3)
    assignee: Annotated[OptionalRef[Account], OnDelete("null")] = default(None)
    due_at: Field[Annotated[datetime | None, Index()]] = default(None)
    tags: Field[list[str]] = made(list)
    grade: Field[Grade] = default(Grade.LOW)
    number: Field[int] = made_by_database("1")
    shout: Field[str] = generated("upper(title)")

    KINDS: ClassVar[Sequence[str]] = ("a", "b")
    LIMIT = 7

    def label(self) -> str:
        """Return a name for people."""
        return f"{self.title} ({self.priority})"

    @property
    def is_open(self) -> bool:
        return self.status == "todo"

    @classmethod
    def rules(cls) -> Rules:
        return [Check(cls.priority >= 1, name="positive")]


class Project(Model, table="works", soft_delete=False):
    owner: Ref[Account]
    parent: OptionalRef[Project] = default(None)


PROJECT = uuid4()


def task(**values: Any) -> Task:
    return Task(**{"project": PROJECT, "title": "Sand the door", **values})


def test_a_row_holds_what_was_given_and_defaults() -> None:
    row = task(priority=4)
    assert (row.project, row.title, row.priority, row.status) == (
        PROJECT,
        "Sand the door",
        4,
        "todo",
    )
    assert (row.assignee, row.due_at, row.tags, row.deleted_at) == (None, None, [], None)
    assert row.id.version == 7
    assert row.grade is Grade.LOW
    for unknown in ("version", "created_at", "updated_at", "number", "shout"):
        assert getattr(row, unknown) is msgspec.UNSET


def test_methods_properties_and_constants_stay() -> None:
    assert task().label() == "Sand the door (3)"
    assert task().is_open
    assert Task.KINDS == ("a", "b")
    assert Task.LIMIT == 7
    assert Account.__doc__ is not None


def test_each_row_has_a_list_of_its_own() -> None:
    task().tags.append("x")
    assert task().tags == []


def test_a_row_cannot_be_changed_and_a_field_not_replaced() -> None:
    with pytest.raises(AttributeError):
        task().title = "x"  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(AttributeError, match=r"tasks\.title is a declared field"):
        Task.title = "x"  # type: ignore[assignment]  # wrong on purpose


def test_rows_are_values() -> None:
    row = task(id=UUID(int=1))
    for other in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):
        assert other == row
        assert type(other) is Task
    changed = msgspec.structs.replace(row, title="Paint it")
    assert (changed.title, changed.id) == ("Paint it", row.id)
    assert changed != row
    assert msgspec.structs.asdict(row)["project"] == PROJECT
    assert repr(row).startswith(f"Task(id={row.id!r}, project={PROJECT!r}, title='Sand the door'")


def test_rows_can_be_in_sets_if_what_they_hold_can() -> None:
    one = Account(id=UUID(int=1), email="a@b.org")
    assert hash(one) == hash(copy.copy(one))
    assert len({one, copy.copy(one), Account(email="a@b.org")}) == 2


def test_a_row_in_json_carries_the_names_of_columns() -> None:
    row = task(id=UUID(int=1))
    sent = msgspec.json.decode(msgspec.json.encode(row))
    assert sent["project_id"] == str(PROJECT)
    assert "project" not in sent
    assert "version" not in sent
    assert msgspec.json.decode(msgspec.json.encode(row), type=Task) == row


def test_a_table_is_named_after_its_class_unless_said() -> None:
    assert describe(Task).table == "tasks"
    assert describe(Project).table == "works"


def test_columns_come_in_the_order_of_the_declaration() -> None:
    assert [column.name for column in describe(Project).columns] == [
        *["id", "owner_id", "parent_id", "version", "created_at", "updated_at"]
    ]
    assert [column.name for column in describe(Task).columns][-1] == "deleted_at"
    assert describe(Task).column("project").name == "project_id"
    assert describe(Task).column("project_id") is Task.project.info
    with pytest.raises(KeyError):
        describe(Task).column("nothing")


def test_references_lead_to_models_declared_later_and_to_themselves() -> None:
    project, assignee = describe(Task).references
    assert project.reference is not None
    assert assignee.reference is not None
    assert project.reference.resolve() is Project
    assert (project.reference.on_delete, project.reference.has_index) == ("cascade", False)
    assert (assignee.reference.on_delete, assignee.nullable) == ("null", True)
    parent = describe(Project).column("parent").reference
    assert parent is not None
    assert parent.resolve() is Project


def test_a_model_is_described() -> None:
    info = describe(Account)
    assert info.comment == "A person who may log in."
    assert describe(Task).comment is None
    assert Task.title.info.comment == "What is to be done."
    assert info.origin.startswith("tests/unit/schema/model/test_model.py:")
    assert [rule.name for rule in describe(Task).rules] == ["positive"]
    assert isinstance(Account.email.info.unique, Unique)
    assert Task.due_at.info.index is not None


@pytest.mark.parametrize("thing", [int, Model, 3])
def test_what_is_no_model_is_not_described(thing: Any) -> None:
    with pytest.raises(TypeError, match="is no model"):
        describe(thing)


class Everything(Model):
    text: Field[Annotated[str, Length(1)]]
    whole: Field[Annotated[int, Range(None, 9)]]
    real: Field[Annotated[float, Range(0, 1)]]
    exact: Field[Annotated[Decimal, Digits(10, 2), Range(0)]]
    flag: Field[bool]
    key: Field[UUID]
    moment: Field[datetime]
    day: Field[date]
    hour: Field[time]
    span: Field[timedelta]
    raw: Field[Annotated[bytes, Length(32, 32)]]
    word: Field[Literal["a", "b"]]
    figure: Field[Literal[1, 2] | None]
    grade: Field[Grade]
    anything: Field[Any]
    object: Field[dict[str, Any]]
    address: Field[Address]
    words: Field[Annotated[list[Annotated[str, Length(1, 9)]], Length(0, 3)]]


def test_every_type_is_read() -> None:
    found = {one.name: one.type for one in describe(Everything).columns if not one.is_standard}
    assert found == {
        "text": TextType(min_length=1),
        "whole": IntegerType(maximum=9),
        "real": FloatType(minimum=0, maximum=1),
        "exact": DecimalType(precision=10, scale=2, minimum=Decimal(0)),
        "flag": BooleanType(),
        "key": UUIDType(),
        "moment": DateTimeType(),
        "day": DateType(),
        "hour": TimeType(),
        "span": DurationType(),
        "raw": BytesType(min_length=32, max_length=32),
        "word": ChoiceType(values=("a", "b"), kind="text"),
        "figure": ChoiceType(values=(1, 2), kind="integer"),
        "grade": ChoiceType(values=(1, 2), kind="integer", enum=Grade),
        "anything": JSONType(python=Any),
        "object": JSONType(python=dict[str, Any]),
        "address": JSONType(python=Address),
        "words": ArrayType(item=TextType(min_length=1, max_length=9), min_length=0, max_length=3),
    }
    assert [one.name for one in describe(Everything).columns if one.nullable] == [
        "figure",
        "deleted_at",
    ]


class Owned(Model, abstract=True):
    owner: Ref[Account]
    note: Field[str] = default("")

    def noted(self) -> str:
        return self.note.upper()

    @classmethod
    def rules(cls) -> Rules:
        return [Unique(cls.owner, cls.note), Index(cls.created_at)]


class Dated(Owned, abstract=True):
    day: Field[date]


class Meeting(Dated):
    place: Field[str]


class Trip(Dated):
    target: Field[str]

    @classmethod
    def rules(cls) -> Rules:
        return [Check(cls.target != cls.note, name="named"), *super().rules()]


def test_an_abstract_base_gives_its_fields_methods_references_and_rules() -> None:
    names = [one.name for one in describe(Meeting).columns if not one.is_standard]
    assert names == ["owner_id", "note", "day", "place"]
    assert {one.table for one in describe(Meeting).columns} == {"meetings"}
    assert [type(rule) for rule in describe(Meeting).rules] == [Unique, Index]
    assert Meeting.owner.info.reference is not None
    assert Meeting.owner.info.reference.resolve() is Account
    assert Meeting.owner.info is not Trip.owner.info
    meeting = Meeting(owner=PROJECT, day=date(2026, 1, 2), place="x", note="a")
    assert meeting.noted() == "A"
    with pytest.raises(TypeError):
        describe(Owned)


def test_rules_of_bases_hold_once_whether_asked_for_or_not() -> None:
    assert [type(rule) for rule in describe(Trip).rules] == [Unique, Index, Check]
    (unique, *_) = describe(Trip).rules
    assert isinstance(unique, Unique)
    assert [field.info for field in unique.fields if field is Trip.owner] == [Trip.owner.info]


def test_a_class_in_a_function_sees_the_names_around_it() -> None:
    class Inner(Model):
        name: Field[str]

    class Outer(Model):
        inner: Ref[Inner]
        moment: Field[datetime] = default(datetime(2026, 1, 1, tzinfo=UTC))

    reference = Outer.inner.info.reference
    assert reference is not None
    assert reference.resolve() is Inner


class Loud:
    __slots__ = ()

    def loud(self) -> str:
        return "loud"


def test_a_mixin_of_methods_is_welcome() -> None:
    class Noisy(Model, Loud):
        name: Field[str]

    assert Noisy(name="x").loud() == "loud"
