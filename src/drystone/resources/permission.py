"""What a caller may do by one act: conditions that the statements of that act carry.

Plain data between what the rules grant (`permissions`) and the stages of a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drystone.db.query.expansions import all_visible
from drystone.security.caller import GUEST, Caller
from drystone.security.grants import refuse_read, refuse_write

if TYPE_CHECKING:
    from drystone.db.query.expansions import Visible
    from drystone.errors import Problem
    from drystone.schema.expressions.expression import Predicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a caller may do by one act.

    Attributes:
        seen: which rows are there for the caller; None for all.
        rows: which of those the act is granted for; None for all.
        result: what a row must be like once it is written; None for anything.
        visible: which rows of other models may be referred to.
        caller: whose it is.
    """

    seen: Predicate | None = None
    rows: Predicate | None = None
    result: Predicate | None = None
    visible: Visible = all_visible
    caller: Caller = GUEST

    def refuse(self) -> Problem:
        """Return the refusal of an act on a row that is seen."""
        return refuse_write(self.caller)


UNRESTRICTED: Final = Permission()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPermission:
    """Whose past a caller may read.

    Attributes:
        seen: which rows that are there, deleted or not, are there for the caller; None for
            all.
        rows: the past of which of those may be told; None for all.
        tells_gone: whether that of rows that are gone for good may: there is nothing left
            that a rule could look at.
        caller: whose it is.
    """

    seen: Predicate | None = None
    rows: Predicate | None = None
    tells_gone: bool = True
    caller: Caller = GUEST

    def refuse(self) -> Problem:
        """Return the refusal to tell the past of a row that is seen."""
        return refuse_read(self.caller)


ALL_PAST: Final = PastPermission()
