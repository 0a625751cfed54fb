"""What only a person knows is given, asked for, or stops the work; never guessed."""

from __future__ import annotations

import pytest
from tests.unit.db.changes.tables import catalog, table, text

from drystone.db.changes.change import AddColumn, DropColumn, RenameColumn, RenameTable
from drystone.db.changes.renames import ColumnRename, TableRename
from drystone.db.migrations.making.decide import Answers, decide_changes
from drystone.db.migrations.making.errors import NotMade, RenameUnclear, ValueMissing, WouldLose

NAME = catalog(table("tasks", text("name")))
TITLE = catalog(table("tasks", text("title")))
RENAME = ColumnRename("tasks", "name", "title")


class Person:
    """Says yes to some renames, and gives the same value to all."""

    def __init__(self, *yes: TableRename | ColumnRename, value: str = "'x'") -> None:
        self.yes = yes
        self.value = value
        self.asked: list[object] = []

    def is_renamed(self, rename: TableRename | ColumnRename) -> bool:
        self.asked.append(rename)
        return rename in self.yes

    def value_for(self, table: str, column: str) -> str:
        self.asked.append((table, column))
        return self.value


def test_a_rename_that_is_confirmed_keeps_the_values() -> None:
    person = Person(RENAME)
    changes = decide_changes(NAME, TITLE, answers=Answers(), asked=person)
    assert changes == (RenameColumn("tasks", "name", "title"),)
    assert person.asked == [RENAME]


def test_one_that_is_denied_is_a_loss_that_has_to_be_allowed() -> None:
    with pytest.raises(WouldLose) as caught:
        decide_changes(NAME, TITLE, answers=Answers(), asked=Person())
    assert caught.value.losses == ("column tasks.name is dropped, with its values.",)
    assert "--lose-data" in str(caught.value)
    allowed = decide_changes(NAME, TITLE, answers=Answers(may_lose=True), asked=Person())
    assert [type(one) for one in allowed] == [AddColumn, DropColumn]


def test_nobody_to_ask_is_told_the_options_for_both_answers() -> None:
    with pytest.raises(RenameUnclear) as caught:
        decide_changes(NAME, TITLE, answers=Answers(may_lose=True), asked=None)
    assert caught.value.questions == (RENAME,)
    assert "--rename tasks.name=title  tasks.name is title now" in str(caught.value)
    assert "--no-renames" in str(caught.value)


def test_given_answers_are_not_asked_for() -> None:
    given = Answers(renames=(RENAME,))
    assert decide_changes(NAME, TITLE, answers=given, asked=None)
    dropped = Answers(nothing_else_renamed=True, may_lose=True)
    assert len(decide_changes(NAME, TITLE, answers=dropped, asked=None)) == 2


def test_columns_are_asked_about_under_their_table_s_new_name() -> None:
    before = catalog(table("tasks", text("name"), text("a"), text("b")))
    after = catalog(table("todos", text("title"), text("a"), text("b")))
    both = (TableRename("tasks", "todos"), ColumnRename("todos", "name", "title"))
    person = Person(*both)
    changes = decide_changes(before, after, answers=Answers(), asked=person)
    assert person.asked == [*both]
    assert changes[:2] == (
        RenameTable("tasks", "todos"),
        RenameColumn("todos", "name", "title"),
    )
    assert "--rename-table tasks=todos" in str(RenameUnclear(both))
    with_old_name = Answers(renames=(both[0], ColumnRename("tasks", "name", "title")))
    assert decide_changes(before, after, answers=with_old_name, asked=None) == changes


def test_a_name_that_was_given_away_is_not_asked_about_again() -> None:
    before = catalog(table("tasks", text("a"), text("b")))
    after = catalog(table("tasks", text("c"), text("d")))
    person = Person(ColumnRename("tasks", "a", "d"))
    decide_changes(before, after, answers=Answers(may_lose=True), asked=person)
    # a→c, a→d yes; then only b→c is left to ask.
    assert len(person.asked) == len(set(map(str, person.asked)))
    assert ColumnRename("tasks", "b", "d") not in person.asked[person.asked.index(person.yes[0]) :]


@pytest.mark.parametrize(
    ("rename", "said"),
    [
        (TableRename("tasks", "nothing"), "no model has the table nothing"),
        (ColumnRename("tasks", "name", "nothing"), "no model has a column tasks.nothing"),
        (ColumnRename("tasks", "nothing", "title"), "there is no nothing"),
    ],
)
def test_a_rename_that_cannot_be_is_refused(rename: TableRename | ColumnRename, said: str) -> None:
    with pytest.raises(NotMade, match=said):
        decide_changes(NAME, TITLE, answers=Answers(renames=(rename,)), asked=None)


def test_a_column_that_must_have_a_value_needs_one_for_rows_that_are_there() -> None:
    after = catalog(table("tasks", text("name"), text("kind", is_nullable=False)))
    with pytest.raises(ValueMissing) as caught:
        decide_changes(NAME, after, answers=Answers(), asked=None)
    assert caught.value.columns == (("tasks", "kind"),)
    assert '--backfill tasks.kind="…"' in str(caught.value)
    person = Person(value="'task'")
    asked = decide_changes(NAME, after, answers=Answers(), asked=person)
    assert person.asked == [("tasks", "kind")]
    given = Answers(backfills={("tasks", "kind"): "'task'"})
    assert decide_changes(NAME, after, answers=given, asked=None) == asked
    (change,) = asked
    assert isinstance(change, AddColumn)
    assert change.backfill == "'task'"


def test_a_backfill_for_no_column_is_refused() -> None:
    given = Answers(renames=(RENAME,), backfills={("tasks", "kind"): "0"})
    with pytest.raises(NotMade, match=r"no column tasks\.kind"):
        decide_changes(NAME, TITLE, answers=given, asked=None)


def test_nothing_to_do_is_no_change_and_no_question() -> None:
    assert decide_changes(NAME, NAME, answers=Answers(), asked=None) == ()
