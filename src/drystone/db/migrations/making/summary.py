"""Changes in a few words, for whoever has to read the file that makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.changes import change as changes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.db.changes.change import Change


def summarize(made: Iterable[Change]) -> tuple[str, ...]:
    """Return a line for each change, without those that only prepare or end another."""
    # What goes and comes back changed is told once.
    lines = dict.fromkeys(line for change in made if (line := _line(change)))
    gone = {line[2:] for line in lines if line[0] == "-"}
    come = {line[2:] for line in lines if line[0] == "+"}
    told = (f"~ {line[2:]}" if line[2:] in gone & come else line for line in lines)
    return tuple(dict.fromkeys(told))


def _line(change: Change) -> str | None:
    match change:
        case changes.CreateExtension(name):
            return f"+ extension {name}"
        case changes.CreateTable(table):
            return f"+ table {table.name}"
        case changes.DropTable(table):
            return f"- table {table.name}"
        case changes.RenameTable(before, after):
            return f"~ table {before} is {after} now"
        case changes.AddColumn(table_name, column):
            return f"+ column {table_name}.{column.name}"
        case changes.DropColumn(table_name, column):
            return f"- column {table_name}.{column.name}"
        case changes.RenameColumn(table_name, before, after):
            return f"~ column {table_name}.{before} is {after} now"
        case changes.AlterType(table_name, _, after_column):
            return f"~ column {table_name}.{after_column.name} is {after_column.type} now"
        case changes.SetNotNull(table_name, name):
            return f"~ column {table_name}.{name} must have a value"
        case changes.DropNotNull(table_name, name):
            return f"~ column {table_name}.{name} may be null"
        case changes.SetDefault(table_name, name, _, default):
            return f"~ default of {table_name}.{name} is {default or 'none'} now"
        case changes.AddConstraint(table_name, constraint):
            return f"+ {constraint.kind} {constraint.name} of {table_name}"
        case changes.DropConstraint(table_name, constraint):
            return f"- {constraint.kind} {constraint.name} of {table_name}"
        case changes.CreateIndex(table_name, index):
            return f"+ index {index.name} of {table_name}"
        case changes.DropIndex(table_name, index):
            return f"- index {index.name} of {table_name}"
        case changes.CreateTrigger(table_name, trigger):
            return f"+ trigger {trigger.name} of {table_name}"
        case changes.DropTrigger(table_name, trigger):
            return f"- trigger {trigger.name} of {table_name}"
        case changes.SetComment(target, table_name, name):
            place = table_name if target == "table" else f"{table_name}.{name}"
            return f"~ comment on {target} {place}"
        case _:
            return None
