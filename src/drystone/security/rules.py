"""Row rules: which rows a caller may read, change, delete, as predicates over the model.

    def member(caller: Caller) -> Predicate:
        return exists(select(Member).where(Member.project == Task.project,
                                           Member.user == caller.id))

    app.resource(Task, read=member, write=editor, purge=role("admin"))

A rule is asked once per request and becomes part of the SQL of every statement that
touches rows of the model. It answers with a predicate, or with True (all rows) or False
(none). No rule is no restriction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from drystone.schema.expressions.expression import Predicate
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

    def of(self, act: Act) -> Rule | None:
        """Return the rule of an act."""
        rule: Rule | None = getattr(self, act)
        return rule


NO_RULES: Final = RowRules()


def role(*names: str) -> Rule:
    """Return the rule that holds for whoever has one of these roles.

    >>> role("admin")(Caller(roles=frozenset({"admin"})))
    True
    """
    wanted: Collection[str] = frozenset(names)

    def has_role(caller: Caller) -> bool:
        return not caller.roles.isdisjoint(wanted)

    return has_role
