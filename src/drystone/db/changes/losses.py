"""What a change would lose: said before it is done, and done only when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .change import AlterType, DropColumn, DropTable
from .type_change import judge_type_change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .change import Change


def losses(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return a sentence for each change that loses data, or may; empty when none does."""
    return tuple(sentence for change in changes if (sentence := _loss(change)))


def _loss(change: Change) -> str | None:
    match change:
        case DropTable(table):
            return f"table {table.name} is dropped, with every row."
        case DropColumn(table, column) if column.generated is None:
            return f"column {table}.{column.name} is dropped, with its values."
        case AlterType(table, before, after) if judge_type_change(before, after).narrows:
            return (
                f"column {table}.{after.name} goes from {before.type} to {after.type}: values that"
                " do not fit are refused, cut or rounded."
            )
        case _:
            return None
