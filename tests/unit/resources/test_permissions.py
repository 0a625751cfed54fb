"""What the caller of a request may do: decisions, and the conditions that they become."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.query_models import Person, Project, Task

from drystone.db.query.expansions import all_visible
from drystone.db.query.select import select
from drystone.errors import Forbidden, NotFound, Problem, Unauthenticated
from drystone.resources.permission import UNRESTRICTED
from drystone.resources.permissions import Permissions, no_row
from drystone.schema.expressions.expression import Predicate
from drystone.security.caller import GUEST, Caller
from drystone.security.grants import Grants
from drystone.security.rules import RowRules, role

ADA, BOB = (Caller(id=UUID(int=number)) for number in (1, 2))
ADMIN = role("admin")
LIVE = "tasks.deleted_at IS NULL"


def own(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Task.assignee == caller.id


def urgent(_caller: Caller) -> Predicate:
    return Task.priority == 5


def nobody(_caller: Caller) -> bool:
    return False


def permissions(rules: RowRules, caller: Caller = ADA, **others: Any) -> Permissions:
    return Permissions(Task, rules, grants=Grants(caller), **others)


def text(condition: Predicate | None) -> str | None:
    if condition is None:
        return None
    return select(Task.id).where(condition).with_deleted().sql.partition(" WHERE ")[2]


# Reading.


def test_without_rules_nothing_is_added() -> None:
    free = permissions(RowRules())
    assert free.scope() is None
    assert free.scope("include") is None
    assert free.of("update").rows is free.of("purge").seen is None
    assert free.visible is all_visible is UNRESTRICTED.visible
    assert free.of_past("include").tells_gone


def test_a_list_shows_what_the_rule_grants() -> None:
    assert text(permissions(RowRules(read=own)).scope()) == "tasks.assignee_id = $1"
    for rule, caller, refusal in ((own, GUEST, NotFound), (nobody, ADA, Forbidden)):
        with pytest.raises(refusal):
            permissions(RowRules(read=rule), caller).scope()
        with pytest.raises(NotFound):
            permissions(RowRules(read=rule), caller).scope_of_one()


def test_deleted_rows_are_shown_to_those_who_may_see_them() -> None:
    rules = RowRules(read=urgent, deleted=own)
    assert text(permissions(rules).scope("include")) == (
        f"tasks.priority = $1 AND ({LIVE} OR tasks.assignee_id = $2)"
    )
    assert text(permissions(rules).scope()) == "tasks.priority = $1"
    for caller in (GUEST, ADA):
        with pytest.raises(Forbidden):
            permissions(RowRules(deleted=nobody), caller).scope_of_one("only")


# Writing.


def test_a_change_is_granted_for_rows_as_they_are_and_as_they_become() -> None:
    granted = permissions(RowRules(read=urgent, update=own)).of("update")
    assert (text(granted.seen), text(granted.rows), text(granted.result)) == (
        "tasks.priority = $1",
        "tasks.assignee_id = $1",
        "tasks.assignee_id = $1",
    )
    deleted = permissions(RowRules(read=urgent, delete=own)).of("delete")
    assert deleted.result is None


def test_one_rule_for_both_is_said_once() -> None:
    granted = permissions(RowRules(read=own, update=own)).of("update")
    assert (text(granted.seen), granted.rows) == ("tasks.assignee_id = $1", None)
    assert text(granted.result) == "tasks.assignee_id = $1"


def test_a_new_row_is_held_to_its_rule_alone() -> None:
    granted = permissions(RowRules(read=nobody, create=own)).of("create")
    assert (granted.seen, granted.rows) == (None, None)
    assert text(granted.result) == "tasks.assignee_id = $1"


@pytest.mark.parametrize(
    ("caller", "act", "refusal"),
    [
        (GUEST, "create", Unauthenticated),
        (GUEST, "update", Unauthenticated),
        (GUEST, "purge", Unauthenticated),
        (ADA, "create", Forbidden),
    ],
)
def test_what_no_row_can_change_about_needs_no_statement(
    caller: Caller, act: Any, refusal: type[Problem]
) -> None:
    rules = RowRules(create=nobody, update=nobody, purge=nobody)
    with pytest.raises(refusal):
        permissions(rules, caller).of(act)


def test_who_may_change_nothing_is_told_so_of_rows_that_are_seen() -> None:
    granted = permissions(RowRules(update=nobody)).of("update")
    assert text(granted.rows) == "tasks.id IS NULL"
    assert isinstance(granted.refuse(), Forbidden)
    with pytest.raises(NotFound):
        permissions(RowRules(read=nobody)).of("update")


def test_a_deleted_row_is_seen_by_those_who_may_see_or_restore_it() -> None:
    granted = permissions(RowRules(restore=own, deleted=urgent)).of("restore")
    assert text(granted.seen) == f"{LIVE} OR tasks.assignee_id = $1 OR tasks.priority = $2"
    neither = permissions(RowRules(purge=nobody, deleted=nobody)).of("purge")
    assert text(neither.seen) == LIVE
    assert permissions(RowRules(purge=nobody)).of("purge").seen is None


def test_some_act_has_to_be_granted() -> None:
    rules = RowRules(create=nobody, update=own)
    permissions(rules).check_any(("create", "update"))
    with pytest.raises(Unauthenticated):
        permissions(rules, GUEST).check_any(("create", "update"))


# Pasts.


def test_a_past_is_told_of_rows_that_are_seen() -> None:
    past = permissions(RowRules(read=urgent, history=own, deleted=nobody)).of_past()
    assert text(past.seen) == f"tasks.priority = $1 AND {LIVE}"
    assert text(past.rows) == "tasks.assignee_id = $1"
    assert not past.tells_gone
    assert isinstance(past.refuse(), Forbidden)
    with pytest.raises(NotFound):
        permissions(RowRules(history=nobody), GUEST).of_past()


@pytest.mark.parametrize("act", ["read", "history", "deleted"])
def test_what_is_gone_is_told_where_no_rule_restricts(act: str) -> None:
    assert not permissions(RowRules(**{act: own})).of_past().tells_gone
    admin = Caller(id=UUID(int=3), roles=frozenset({"admin"}))
    assert permissions(RowRules(**{act: ADMIN}), admin).of_past().tells_gone


# Rows of other models.


def test_rows_of_other_models_are_seen_by_their_own_rules() -> None:
    def named(caller: Caller) -> Predicate:
        return Project.name == caller.name

    others = {Project: RowRules(read=named, deleted=nobody), Person: RowRules(read=ADMIN)}
    visible = permissions(RowRules(), others=others).visible
    assert visible(Task) is None
    project, person = visible(Project), visible(Person)
    assert project is not None
    assert (
        select(Project.id)
        .where(project)
        .with_deleted()
        .sql.endswith("projects.name = $1 AND projects.deleted_at IS NULL")
    )
    assert person is not None
    assert person.shape == no_row(Person).shape


def test_the_rules_of_another_model_are_asked_by_the_same_grants() -> None:
    asked: list[Caller] = []

    def counted(caller: Caller) -> bool:
        asked.append(caller)
        return True

    mine = permissions(RowRules(read=counted), others={Project: RowRules(create=counted)})
    assert mine.scope() is None
    mine.for_model(Project).of("create")
    assert asked == [ADA]
    assert mine.for_model(Project).author is mine.author


def test_no_text_depends_on_who_asks() -> None:
    rules = RowRules(read=own, update=urgent, deleted=own)
    for act in ("update", "restore"):
        texts = {
            (text(one.seen), text(one.rows))
            for one in (permissions(rules, caller).of(act) for caller in (ADA, BOB))
        }
        assert len(texts) == 1
