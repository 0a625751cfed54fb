"""Row rules: which rows a caller may read, change, delete, as predicates over the model.

    def member(caller: Caller) -> Predicate:
        return exists(select(Member).where(Member.project == Task.project,
                                           Member.user == caller.id))

    app.resource(Task, read=member, write=editor, purge=role("admin"))

A rule is asked once per request and becomes part of the SQL of every statement that
touches rows of the model. It answers with a predicate, or with True (all rows) or False
(none). No rule is no restriction. Guests are asked about too; their `id` is None.

Since rules may answer with a bool, they are joined by functions:

    app.resource(Task, read=any_rule(role("admin"), member), create=every_rule(known, member))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.functions import all_of, any_of
from drystone.security.caller import Caller

Rule: TypeAlias = Callable[[Caller], Predicate | bool]

Act: TypeAlias = Literal[
    "read", "create", "update", "delete", "restore", "purge", "history", "deleted"
]

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRules:
    """The rules of a resource, one for each act; None is no restriction.

    Attributes:
        read: which rows are visible at all.
        create: what a new row must be like.
        update: which rows may be changed, and what they must be like afterwards.
        delete: which rows may be deleted.
        restore: which deleted rows may be brought back.
        purge: which rows may be removed for good.
        history: whose history may be read, `as_of` included.
        deleted: who may ask for deleted rows with `deleted=`, and which.
    """

    read: Rule | None = None
    create: Rule | None = None
    update: Rule | None = None
    delete: Rule | None = None
    restore: Rule | None = None
    purge: Rule | None = None
    history: Rule | None = None
    deleted: Rule | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether there is any rule."""
        return self != NO_RULES

    def of(self, act: Act) -> Rule | None:
        """Return the rule of an act."""
        rule: Rule | None = getattr(self, act)
        return rule


NO_RULES: Final = RowRules()


def ask_rule(rule: Rule, caller: Caller) -> Predicate | bool:
    """Return what a rule grants a caller.

    Raises:
        TypeError: it answers with anything else, such as None where a `return` is missing.
    """
    answer: object = rule(caller)
    if isinstance(answer, (bool, Predicate)):
        return answer
    raise TypeError(
        f"the rule {name_of_rule(rule)} answered {answer!r}: return True, False or a predicate"
    )


def name_of_rule(rule: Rule) -> str:
    """Return what a rule is called, with its place where that is known."""
    name = getattr(rule, "__qualname__", None) or repr(rule)
    code = getattr(rule, "__code__", None)
    return name if code is None else f"{name} ({code.co_filename}:{code.co_firstlineno})"


def role(*names: str) -> Rule:
    """Return the rule that holds for whoever has one of these roles.

    >>> role("admin")(Caller(roles=frozenset({"admin"})))
    True
    """
    wanted: Collection[str] = frozenset(names)

    def has_role(caller: Caller) -> bool:
        return not caller.roles.isdisjoint(wanted)

    return has_role


def known(caller: Caller) -> bool:
    """Hold for whoever is no guest.

    >>> known(Caller())
    False
    """
    return not caller.is_guest


def any_rule(*rules: Rule) -> Rule:
    """Return the rule that grants what one of these grants.

    >>> any_rule(role("admin"), known)(Caller(roles=frozenset({"admin"})))
    True
    """

    def any_of_them(caller: Caller) -> Predicate | bool:
        predicates: list[Predicate] = []
        for rule in rules:
            answer = ask_rule(rule, caller)
            if answer is True:
                return True
            if answer is not False:
                predicates.append(answer)
        joined = any_of(predicates)
        return False if joined is None else joined

    return any_of_them


def every_rule(*rules: Rule) -> Rule:
    """Return the rule that grants what each of these grants.

    >>> every_rule(role("admin"), known)(Caller(roles=frozenset({"admin"})))
    False
    """

    def all_of_them(caller: Caller) -> Predicate | bool:
        predicates: list[Predicate] = []
        for rule in rules:
            answer = ask_rule(rule, caller)
            if answer is False:
                return False
            if answer is not True:
                predicates.append(answer)
        joined = all_of(predicates)
        return True if joined is None else joined

    return all_of_them
