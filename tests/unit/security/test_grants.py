"""What rules grant: how answers are joined, kept and refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests import client
from tests.query_models import Task

from drystone.db.query.select import select
from drystone.errors import Forbidden, NotFound, Unauthenticated
from drystone.schema.expressions.expression import Predicate
from drystone.security.caller import GUEST, Caller, set_caller
from drystone.security.grants import Grants, both, grants_of, refuse_read, refuse_write
from drystone.security.rules import any_rule, every_rule, known, role

ADA = Caller(id=UUID(int=1), roles=frozenset({"editor"}))


def own(caller: Caller) -> Predicate | bool:
    return False if caller.id is None else Task.assignee == caller.id


def urgent(_caller: Caller) -> Predicate:
    return Task.priority == 5


def always(_caller: Caller) -> bool:
    return True


def text(answer: Predicate | bool) -> str:
    assert not isinstance(answer, bool)
    return select(Task.id).where(answer).with_deleted().sql.partition(" WHERE ")[2]


def test_a_role_is_had_or_not() -> None:
    assert role("admin", "editor")(ADA) is True
    assert role("admin")(ADA) is False
    assert role("guest")(GUEST) is True
    assert (known(ADA), known(GUEST)) == (True, False)


def test_one_of_several_rules_is_enough() -> None:
    assert any_rule(always, own)(ADA) is True
    assert any_rule(own, always)(ADA) is True
    assert any_rule(own, role("admin"))(GUEST) is False
    assert text(any_rule(own, urgent)(ADA)) == "tasks.assignee_id = $1 OR tasks.priority = $2"
    assert text(any_rule(own, urgent)(GUEST)) == "tasks.priority = $1"
    assert any_rule()(ADA) is False


def test_each_of_several_rules_is_needed() -> None:
    assert every_rule(always, role("editor"))(ADA) is True
    assert every_rule(own, role("admin"))(ADA) is False
    assert text(every_rule(own, urgent)(ADA)) == ("tasks.assignee_id = $1 AND tasks.priority = $2")
    assert text(every_rule(always, own)(ADA)) == "tasks.assignee_id = $1"
    assert every_rule()(ADA) is True


def test_what_two_grants_have_in_common() -> None:
    answer = urgent(ADA)
    assert both(True, answer) is answer
    assert both(answer, True) is answer
    assert both(answer, answer) is answer
    assert both(answer, False) is False
    assert both(False, answer) is False
    assert " AND " in text(both(answer, urgent(GUEST)))


def test_a_rule_is_asked_once() -> None:
    asked: list[Caller] = []

    def counted(caller: Caller) -> bool:
        asked.append(caller)
        return True

    grants = Grants(ADA)
    assert grants.ask(counted) is True
    assert grants.ask(counted) is True
    assert grants.ask(None) is True
    assert asked == [ADA]


def test_answers_are_kept_with_the_request_and_its_caller() -> None:
    request = client.make_request("GET", "/")
    first = grants_of(request)
    assert first.caller is GUEST
    assert grants_of(request) is first
    set_caller(request, ADA)
    assert grants_of(request).caller is ADA
    assert grants_of(request) is grants_of(request)


@pytest.mark.parametrize("answer", [None, 1, "yes", Task.priority])
def test_what_is_no_answer_grants_nothing(answer: Any) -> None:
    def forgetful(_caller: Caller) -> Any:
        return answer

    for rule in (forgetful, any_rule(forgetful), every_rule(forgetful)):
        with pytest.raises(TypeError, match=r"forgetful \(.*test_grants.py:\d+\) answered"):
            Grants(ADA).ask(rule)


def test_refusals_tell_guests_apart() -> None:
    assert isinstance(refuse_write(GUEST), Unauthenticated)
    assert isinstance(refuse_write(ADA), Forbidden)
    assert isinstance(refuse_read(GUEST), NotFound)
    assert isinstance(refuse_read(ADA), Forbidden)
