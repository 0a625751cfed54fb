"""Names that changed: given by a person, carried through a catalogue, and guessed at.

A table that is gone and another that has come may be one table renamed, or not: only
a person knows. `suggest_renames` finds what to ask about; what was answered comes
back as `Renames`, and the comparison starts from the old catalogue under the new
names, with every definition that mentions them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from drystone.db.catalog.expressions import replace_names
from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.catalog.records import Catalog

from .errors import ChangeRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from drystone.db.catalog.records import Column, Constraint, Table, Trigger

# Of the columns of two tables together, how many must be alike to ask.
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class TableRename:
    """A table that is called otherwise now."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ColumnRename:
    """A column that is called otherwise now; `table` is its table's new name."""

    table: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Renames:
    """Every name that is known to have changed."""

    tables: tuple[TableRename, ...] = ()
    columns: tuple[ColumnRename, ...] = ()

    @classmethod
    def of(cls, confirmed: Iterable[TableRename | ColumnRename]) -> Renames:
        """Return the renames that were confirmed out of those suggested."""
        known = tuple(confirmed)
        return cls(
            tuple(item for item in known if isinstance(item, TableRename)),
            tuple(item for item in known if isinstance(item, ColumnRename)),
        )


def suggest_renames(
    before: Catalog, after: Catalog, *, known: Renames | None = None
) -> tuple[TableRename | ColumnRename, ...]:
    """Return what may have been renamed, likeliest first: questions, not answers.

    Columns are looked at in tables that stay, so ask again with the tables that were
    confirmed as `known`.
    """
    renamed = rename_catalog(before, known or Renames())
    old = {table.name: table for table in renamed.tables}
    new = {table.name: table for table in after.tables}
    tables = [
        TableRename(gone, come)
        for gone in sorted(old.keys() - new.keys())
        for come in sorted(new.keys() - old.keys())
        if _likeness(old[gone], new[come]) >= _ALIKE
    ]
    columns = [
        ColumnRename(name, gone.name, come.name)
        for name in sorted(old.keys() & new.keys())
        for gone, come in _column_pairs(old[name], new[name])
    ]
    return (*sorted(tables, key=_unlikeness), *sorted(columns, key=_unlikeness))


def rename_catalog(catalog: Catalog, renames: Renames) -> Catalog:
    """Return a catalogue under the new names, in definitions as well.

    Raises:
        ChangeRefused: a name to change is not there, or the new one is taken.
    """
    tables = {rename.before: rename.after for rename in renames.tables}
    columns: dict[str, dict[str, str]] = {}
    for rename in renames.columns:
        columns.setdefault(rename.table, {})[rename.before] = rename.after
    _check("table", tables, {table.name for table in catalog.tables})
    renamed = tuple(_rename_table(table, tables, columns) for table in catalog.tables)
    _check_tables_known(columns, renamed)
    return replace(catalog, tables=tuple(sorted(renamed, key=lambda table: table.name)))


def _check(what: str, names: Mapping[str, str], present: set[str]) -> None:
    for old, new in names.items():
        if old not in present:
            raise ChangeRefused(f"{what} {old} cannot be renamed to {new}: there is no {old}.")
        if new in present or list(names.values()).count(new) > 1:
            raise ChangeRefused(f"{what} {old} cannot be renamed to {new}: that name is taken.")


def _check_tables_known(columns: Mapping[str, object], tables: tuple[Table, ...]) -> None:
    for unknown in sorted(columns.keys() - {table.name for table in tables}):
        raise ChangeRefused(f"no column of {unknown} can be renamed: there is no such table.")


def _rename_table(
    table: Table, tables: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]
) -> Table:
    name = tables.get(table.name, table.name)
    own = columns.get(name, {})
    _check(f"in {name}, column", own, {column.name for column in table.columns})
    return replace(
        table,
        name=name,
        partition_key=table.partition_key and replace_names(table.partition_key, own),
        columns=tuple(
            sorted((_rename_column(item, own) for item in table.columns), key=lambda c: c.name)
        ),
        constraints=tuple(
            _rename_constraint(item, own, tables, columns) for item in table.constraints
        ),
        indexes=tuple(
            replace(
                item,
                definition=replace_names(item.definition, own),
                columns=_through(own, item.columns),
            )
            for item in table.indexes
        ),
        triggers=tuple(_rename_trigger(item, table.name, name, own) for item in table.triggers),
    )


def _rename_column(column: Column, own: Mapping[str, str]) -> Column:
    generated = column.generated and replace_names(column.generated, own)
    return replace(column, name=own.get(column.name, column.name), generated=generated)


def _rename_constraint(
    constraint: Constraint,
    own: Mapping[str, str],
    tables: Mapping[str, str],
    columns: Mapping[str, Mapping[str, str]],
) -> Constraint:
    target = constraint.referenced_table
    new_target = target and tables.get(target, target)
    others = columns.get(new_target or "", {})
    renamed = replace(
        constraint,
        columns=_through(own, constraint.columns),
        referenced_table=new_target,
        referenced_columns=_through(others, constraint.referenced_columns),
    )
    # A foreign key speaks of two tables, which may use one name for two things.
    head = _reference(constraint)
    rest = constraint.definition.removeprefix(head)
    if head and rest != constraint.definition:
        return replace(renamed, definition=_reference(renamed) + replace_names(rest, own))
    return replace(renamed, definition=replace_names(constraint.definition, own))


def _reference(constraint: Constraint) -> str:
    if constraint.referenced_table is None:
        return ""
    own, other = (
        ", ".join(map(quote_identifier, names))
        for names in (constraint.columns, constraint.referenced_columns)
    )
    table = quote_identifier(constraint.referenced_table)
    return f"FOREIGN KEY ({own}) REFERENCES {table}({other})"


def _rename_trigger(trigger: Trigger, before: str, after: str, own: Mapping[str, str]) -> Trigger:
    place = f" ON {quote_identifier(before)} "
    head, on, rest = trigger.definition.partition(place)
    if not on:
        return trigger
    definition = (
        replace_names(head, own) + f" ON {quote_identifier(after)} " + replace_names(rest, own)
    )
    return replace(trigger, definition=definition)


def _through(names: Mapping[str, str], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(names.get(column, column) for column in columns)


def _likeness(old: Table, new: Table) -> float:
    left = {(column.name, column.type) for column in old.columns}
    right = {(column.name, column.type) for column in new.columns}
    return len(left & right) / (len(left | right) or 1)


def _column_pairs(old: Table, new: Table) -> list[tuple[Column, Column]]:
    left = {column.name: column for column in old.columns}
    right = {column.name: column for column in new.columns}
    return [
        (left[gone], right[come])
        for gone in sorted(left.keys() - right.keys())
        for come in sorted(right.keys() - left.keys())
        if left[gone].type == right[come].type
        and (left[gone].generated is None) == (right[come].generated is None)
    ]


def _unlikeness(rename: TableRename | ColumnRename) -> float:
    return -SequenceMatcher(None, rename.before, rename.after).ratio()
