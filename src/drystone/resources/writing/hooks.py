"""What an application does before and after a write, inside of its transaction.

    @tasks.after("patch", "replace")
    async def close_tasks(tx: Transaction, change: Change, row: Task) -> None: …

An error that a hook raises ends the write: nothing of it is kept. A hook may run again
where its transaction lost against another one, so it has no effects but those in the
database. After a dry run they are taken back with the rest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from drystone.db.transaction.transaction import Transaction

from .change import Change, Operation

Before: TypeAlias = Callable[[Transaction, Change], Awaitable[Change]]
"""Takes a change that is to be made; returns the one that is made."""

After: TypeAlias = Callable[[Transaction, Change, Any], Awaitable[None]]
"""Takes a change that was made, and the row as it is now: an instance of the model."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What runs before and after each write of a resource, in the order of declaration.

    Attributes:
        before: hooks, each with the operations that it is for; none is all of them.
        after: likewise.
    """

    before: tuple[tuple[Before, tuple[Operation, ...]], ...] = ()
    after: tuple[tuple[After, tuple[Operation, ...]], ...] = ()

    def with_before(self, hook: Before, operations: Sequence[Operation] = ()) -> Hooks:
        """Return these hooks and one more."""
        return replace(self, before=(*self.before, (hook, tuple(operations))))

    def with_after(self, hook: After, operations: Sequence[Operation] = ()) -> Hooks:
        """Return these hooks and one more."""
        return replace(self, after=(*self.after, (hook, tuple(operations))))

    def before_of(self, operation: Operation) -> list[Before]:
        """Return those that run before a change of this kind."""
        return [hook for hook, those in self.before if not those or operation in those]

    def after_of(self, operation: Operation) -> list[After]:
        """Return those that run after a change of this kind."""
        return [hook for hook, those in self.after if not those or operation in those]

    def __bool__(self) -> bool:
        return bool(self.before or self.after)
