"""Mistakes in row rules stop the start, with what is wrong and where."""

from __future__ import annotations

from typing import Any

import pytest
from tests.query_models import Comment, Task

from drystone.db.query.select import exists, select
from drystone.resources.declaring.check_rules import check_rules
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.schema.expressions.expression import Predicate
from drystone.schema.model.declaration_error import DeclarationError
from drystone.security.caller import Caller
from drystone.security.rules import any_rule, known, role


def own(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Task.assignee == caller.id


def for_known(caller: Caller) -> Predicate:
    return Task.assignee == caller.id  # type: ignore[return-value]  # the mistake that is made


def forgetful(caller: Caller) -> Any:
    return False if caller.is_guest else None


def of_another(_caller: Caller) -> Predicate:
    return Comment.body == "a"


def of_another_by_exists(caller: Caller) -> Predicate | bool:
    if caller.id is None:
        return False
    written = Comment.author == caller.id
    return exists(select(Comment).where(Comment.task == Task.id, written))


def through_a_reference(_caller: Caller) -> Predicate:
    return Task.project.to.owner.to.name == "ada"


@pytest.mark.parametrize(
    "rule",
    [own, of_another_by_exists, through_a_reference, known, role("a"), any_rule(own, role("a"))],
)
def test_rules_that_answer_are_taken(rule: Any) -> None:
    check_rules(declare_resource(Task, read=rule, purge=rule))


TOLD: dict[Any, str] = {
    for_known: r"read=for_known \(.*test_check_rules.py:\d+\), which fails for a guest: .*"
    r"write .is_null\(\); begin it with: if caller.id is None: return False",
    forgetful: r"read=forgetful .* fails for a caller without roles: .* answered None",
    of_another: r"read=of_another .* not about Task alone: .*; put what is of other models into",
}


@pytest.mark.parametrize("rule", TOLD)
def test_a_rule_without_a_usable_answer_stops_the_start(rule: Any) -> None:
    resource = declare_resource(Task, read=rule)
    with pytest.raises(DeclarationError, match=rf"^\S+:\d+: the resource of Task has {TOLD[rule]}"):
        check_rules(resource)
