"""What an application does before and after a write, inside of its transaction.

    async def close_tasks(tx, change, row): …

    Hooks(after=(close_tasks,))

An error that a hook raises ends the write: nothing of it is kept. A hook may run again
where its transaction lost against another one, so it has no effects but those in the
database. After a dry run they are taken back with the rest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from drystone.db.transaction.transaction import Transaction

from .change import Change

Before: TypeAlias = Callable[[Transaction, Change], Awaitable[Change]]
"""Takes a change that is to be made; returns the one that is made."""

After: TypeAlias = Callable[[Transaction, Change, Any], Awaitable[None]]
"""Takes a change that was made, and the row as it is now: an instance of the model."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What runs before and after each write of a resource, in this order."""

    before: tuple[Before, ...] = ()
    after: tuple[After, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.before or self.after)
