"""What rules grant a caller during one request: each of them is asked at most once.

Stands between the rules, which are declared, and the stages of a request, which hold their
statements to what is granted. The answers are kept with the request, for as long as its
caller is the same: a handler of an application's own and the generated one that it calls
go by one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from drystone.errors import Forbidden, NotFound, Unauthenticated
from drystone.schema.expressions.expression import Predicate
from drystone.security.caller import caller_of
from drystone.security.rules import ask_rule

if TYPE_CHECKING:
    from drystone.errors import Problem
    from drystone.http.request import Request
    from drystone.security.caller import Caller
    from drystone.security.rules import Rule

Grant: TypeAlias = Predicate | bool
"""All rows, none, or those for which a predicate is true."""

_KEY: Final = "drystone.grants"


class Grants:
    """What rules grant one caller.

    Args:
        caller: who is asked about.

    Attributes:
        caller: as given.
    """

    __slots__ = ("_answers", "caller")

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        # By identity, as a rule may be an object that cannot be hashed; kept beside the
        # answer, so that no other rule comes to stand at its address.
        self._answers: dict[int, tuple[Rule, Grant]] = {}

    def ask(self, rule: Rule | None) -> Grant:
        """Return what a rule grants; no rule grants all.

        Raises:
            TypeError: it answers with what is no grant.
        """
        if rule is None:
            return True
        known = self._answers.get(id(rule))
        if known is None:
            known = self._answers[id(rule)] = (rule, ask_rule(rule, self.caller))
        return known[1]


def grants_of(request: Request) -> Grants:
    """Return what rules grant the caller of a request."""
    caller = caller_of(request)
    kept = request.state.get(_KEY)
    if isinstance(kept, Grants) and kept.caller is caller:
        return kept
    grants = request.state[_KEY] = Grants(caller)
    return grants


def both(first: Grant, second: Grant) -> Grant:
    """Return what two grants have in common.

    >>> both(True, False), both(True, True)
    (False, True)
    """
    if first is False or second is False:
        return False
    if first is True or first is second:
        return second
    return first if second is True else first & second


def refuse_write(caller: Caller) -> Problem:
    """Return the refusal of a change that a caller may not make to what they may see."""
    return Unauthenticated() if caller.is_guest else Forbidden()


def refuse_read(caller: Caller) -> Problem:
    """Return the refusal to show what is for others: a guest is not told that it is there."""
    return NotFound() if caller.is_guest else Forbidden()
