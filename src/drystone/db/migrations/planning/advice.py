"""Which statements would make others wait, and what to do instead.

Pure. A strong lock that is held for a moment harms nobody: `lock_timeout` bounds the wait
for it. What harms is a lock that keeps writers out while every row of a table that is
not small is read or written anew, be it this statement's lock or one that an earlier
statement of the same transaction still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .safe_form import SafeForm, batches, safe_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from drystone.db.migrations.sections import Section
    from drystone.db.migrations.statements import Statement

    from .measure import Measured, Touch
    from .sizes import TableSize

_GENERIC: Final = SafeForm("run it when nobody needs the table, or find a form in smaller steps")
_LATER: Final = SafeForm(
    "move this statement into a migration of its own, so that the lock is free before it begins"
)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why others would wait for a statement, and the safe form."""

    sentence: str
    safe: SafeForm


def advise(
    section: Section, measured: Sequence[Measured], sizes: Mapping[str, TableSize]
) -> list[Hindrance | None]:
    """Return a warning for each statement of a section that needs one.

    Args:
        section: whose statements were measured.
        measured: one for each statement.
        sizes: of the tables, in the database that is to be migrated.
    """
    held: dict[str, Touch] = {}
    warnings = []
    for statement, one in zip(section.statements, measured, strict=True):
        slow = [touch for touch in one.touches if _is_slow(statement, touch, sizes)]
        warnings.append(_warn(statement, one.touches, slow, held) if slow else None)
        if section.transactional:
            held |= {touch.table: touch for touch in one.touches if touch.lock.blocks_writes}
    return warnings


def _is_slow(statement: Statement, touch: Touch, sizes: Mapping[str, TableSize]) -> bool:
    # TRUNCATE gives the table new storage and DROP none, both without looking at a row.
    if statement.keys[0] in {"TRUNCATE", "DROP"}:
        return False
    size = sizes.get(touch.table)
    return (touch.scans or touch.rewrites) and size is not None and not size.is_small


def _warn(
    statement: Statement,
    touches: Iterable[Touch],
    slow: Sequence[Touch],
    held: Mapping[str, Touch],
) -> Hindrance | None:
    work = " and ".join(
        f"{'rewrites' if touch.rewrites else 'scans'} {touch.table}" for touch in slow
    )
    own = [touch for touch in touches if touch.lock.blocks_writes]
    if own:
        return Hindrance(f"blocks {_whom(own)} while it {work}", safe_form(statement) or _GENERIC)
    if held:
        return Hindrance(
            f"{work} while the transaction, by an earlier statement, blocks "
            f"{_whom(list(held.values()))}",
            batches(statement) if _changes_rows(statement) else _LATER,
        )
    if _changes_rows(statement) and not statement.repeat:
        return Hindrance(
            f"{work}, and keeps every row that it changes locked until it commits",
            batches(statement),
        )
    return None


def _whom(touches: Iterable[Touch]) -> str:
    return " and ".join(f"{touch.lock.blocks} of {touch.table}" for touch in touches)


def _changes_rows(statement: Statement) -> bool:
    return statement.keys[0] in {"UPDATE", "DELETE", "MERGE"}
