"""Turn a change round: what takes it back.

The way back of a migration is each of its changes turned round, in reverse order, so
it passes through the same states as the way there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from .change import (
    AddColumn,
    AddConstraint,
    AlterType,
    CreateExtension,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    DropColumn,
    DropConstraint,
    DropExtension,
    DropIndex,
    DropNotNull,
    DropTable,
    DropTrigger,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameTable,
    SetComment,
    SetDefault,
    SetIdentity,
    SetNotNull,
    UnvalidateConstraint,
    ValidateConstraint,
)

if TYPE_CHECKING:
    from .change import Change


def inverse(change: Change) -> Change:
    """Return the change that takes this one back."""
    match change:
        case CreateExtension(name):
            return DropExtension(name)
        case DropExtension(name):
            return CreateExtension(name)
        case CreateTable(table, without):
            return DropTable(table, without)
        case DropTable(table, without):
            return CreateTable(table, without)
        case AddColumn(table, column):
            return DropColumn(table, column)
        case DropColumn(table, column):
            return AddColumn(table, column)
        case SetNotNull(table, column_name, at_once):
            return DropNotNull(table, column_name, at_once)
        case DropNotNull(table, column_name, at_once):
            return SetNotNull(table, column_name, at_once)
        case AddConstraint(table, constraint, index, at_once, is_late):
            return DropConstraint(table, constraint, index, at_once, is_late)
        case DropConstraint(table, constraint, index, at_once, is_late):
            return AddConstraint(table, constraint, index, at_once, is_late)
        case ValidateConstraint(table, constraint):
            return UnvalidateConstraint(table, constraint)
        case UnvalidateConstraint(table, constraint):
            return ValidateConstraint(table, constraint)
        case CreateIndex(table, index, at_once):
            return DropIndex(table, index, at_once)
        case DropIndex(table, index, at_once):
            return CreateIndex(table, index, at_once)
        case CreateTrigger(table, trigger):
            return DropTrigger(table, trigger)
        case DropTrigger(table, trigger):
            return CreateTrigger(table, trigger)
        case RenameTable(before, after):
            return RenameTable(after, before)
        case RenameColumn(table, before, after):
            return RenameColumn(table, after, before)
        case AlterType(table, old, new):
            return AlterType(table, new, old)
        case SetDefault(table, column_name, old_text, new_text):
            return SetDefault(table, column_name, new_text, old_text)
        case SetIdentity(table, column_name, old_text, new_text):
            return SetIdentity(table, column_name, new_text, old_text)
        case RenameConstraint(table, before, after):
            return RenameConstraint(table, after, before)
        case RenameIndex(before, after):
            return RenameIndex(after, before)
        case SetComment(target, table, name, old_text, new_text):
            return SetComment(target, table, name, new_text, old_text)
        case _:
            assert_never(change)
