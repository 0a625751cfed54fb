"""A change in SQL, in its plain form: right for new tables and small ones.

Each text is one statement with its semicolon, and above it, as comment lines, what a
reader of a migration would want to know and does not see. What a table in use needs
instead is in `steps.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from drystone.db.catalog.identifiers import quote_identifier as quoted
from drystone.db.catalog.identifiers import quote_literal

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
from .clauses import (
    column_clause,
    comment_on,
    constraint_clause,
    create_index,
    create_table,
    create_trigger,
    short_type,
    type_clause,
)
from .columns import is_unfilled
from .matching import is_free_standing
from .type_change import judge_type_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.db.catalog.records import Column, Constraint, Index, Table

    from .change import Change


def plain_statements(change: Change) -> tuple[str, ...]:
    """Return the statements that make a change, in order."""
    return tuple(_statements(change))


def note(sentence: str) -> str:
    """Return a comment to stand above a statement: one line, whatever names are in it."""
    return f"-- {' '.join(sentence.split())}\n"


_OLD_NAME = note("Programs that still use the old name fail from here on.")


def alter(table: str, action: str) -> str:
    """Return an ALTER TABLE statement."""
    return f"ALTER TABLE {quoted(table)} {action};"


def comments_on(table: str, part: Column | Constraint | Index) -> Iterator[str]:
    """Yield the comment of something that was just made, if it has one."""
    if part.comment is not None:
        target = type(part).__name__.lower()
        match target:
            case "column" | "constraint" | "index":
                yield comment_on(target, table, part.name, part.comment)


def add_constraint(table: str, constraint: Constraint, *, validate: bool) -> str:
    """Return ADD CONSTRAINT; not validated, it binds new rows alone."""
    until = "" if validate else " NOT VALID"
    return alter(table, f"ADD {constraint_clause(constraint)}{until}")


def _statements(change: Change) -> Iterator[str]:
    match change:
        case CreateExtension(name):
            yield f"CREATE EXTENSION IF NOT EXISTS {quoted(name)};"
        case DropExtension(name):
            yield f"DROP EXTENSION IF EXISTS {quoted(name)};"
        case CreateTable(table, without):
            yield from _create_table(table, without)
        case DropTable(table):
            yield f"{note(f'Loses every row of {table.name}.')}DROP TABLE {quoted(table.name)};"
        case RenameTable(before, after):
            yield _OLD_NAME + alter(before, f"RENAME TO {quoted(after)}")
        case RenameColumn(table_name, before, after):
            action = f"RENAME COLUMN {quoted(before)} TO {quoted(after)}"
            yield _OLD_NAME + alter(table_name, action)
        case RenameConstraint(table_name, before, after):
            yield alter(table_name, f"RENAME CONSTRAINT {quoted(before)} TO {quoted(after)}")
        case RenameIndex(before, after):
            yield f"ALTER INDEX {quoted(before)} RENAME TO {quoted(after)};"
        case CreateIndex(table_name, index):
            yield create_index(table_name, index)
            yield from comments_on(table_name, index)
        case DropIndex(_, index):
            yield f"DROP INDEX {quoted(index.name)};"
        case CreateTrigger(_, trigger):
            yield create_trigger(trigger)
        case DropTrigger(table_name, trigger):
            yield f"DROP TRIGGER {quoted(trigger.name)} ON {quoted(table_name)};"
        case SetComment(target, table_name, name, _, text):
            yield comment_on(target, table_name, name, text)
        case AddConstraint() | DropConstraint() | ValidateConstraint() | UnvalidateConstraint():
            yield from _constraint(change)
        case _:
            yield from _column(change)


def _constraint(
    change: AddConstraint | DropConstraint | ValidateConstraint | UnvalidateConstraint,
) -> Iterator[str]:
    table, constraint = change.table, change.constraint
    drop = f"DROP CONSTRAINT {quoted(constraint.name)}"
    match change:
        case AddConstraint():
            yield add_constraint(table, constraint, validate=constraint.is_validated)
            yield from comments_on(table, constraint)
        case DropConstraint():
            yield alter(table, drop)
        case ValidateConstraint():
            yield alter(table, f"VALIDATE CONSTRAINT {quoted(constraint.name)}")
        case UnvalidateConstraint():
            yield alter(table, drop)
            yield add_constraint(table, constraint, validate=False)
            yield from comments_on(table, constraint)
        case _:
            assert_never(change)


def _column(
    change: AddColumn
    | DropColumn
    | AlterType
    | SetDefault
    | SetIdentity
    | SetNotNull
    | DropNotNull,
) -> Iterator[str]:
    table = change.table
    match change:
        case AddColumn(_, column):
            yield _add_column(table, column)
            yield from comments_on(table, column)
        case DropColumn(_, column):
            yield _drop_column(table, column)
        case AlterType(_, before, after):
            yield _alter_type(table, before, after)
        case SetDefault(_, name, _, default):
            yield _alter_column(table, name, _set_default(default))
        case SetIdentity(_, name, before_text, after_text):
            yield from _set_identity(table, name, before_text, after_text)
        case SetNotNull(_, name):
            yield _alter_column(table, name, "SET NOT NULL")
        case DropNotNull(_, name):
            yield _alter_column(table, name, "DROP NOT NULL")
        case _:
            assert_never(change)


def _create_table(table: Table, without: tuple[str, ...]) -> Iterator[str]:
    yield create_table(table, without)
    for constraint in table.constraints:
        if not constraint.is_validated and constraint.name not in without:
            yield add_constraint(table.name, constraint, validate=False)
    for index in filter(is_free_standing, table.indexes):
        yield create_index(table.name, index)
    for trigger in table.triggers:
        yield create_trigger(trigger)
    if table.comment is not None:
        yield comment_on("table", table.name, table.name, table.comment)
    for column in sorted(table.columns, key=lambda column: column.position):
        yield from comments_on(table.name, column)
    for constraint in table.constraints:
        if constraint.name not in without:
            yield from comments_on(table.name, constraint)
    for index in filter(is_free_standing, table.indexes):
        yield from comments_on(table.name, index)


def _add_column(table: str, column: Column) -> str:
    said = ""
    if is_unfilled(column):
        said = note(f"Refused where {table} has rows: give the column a default first.")
    elif column.identity or (column.generated or "").endswith("STORED"):
        said = note(f"Rewrites {table} while nobody can use it: each row gets its value.")
    return said + alter(table, f"ADD COLUMN {column_clause(column)}")


def _drop_column(table: str, column: Column) -> str:
    said = "" if column.generated else note(f"Loses the values of {table}.{column.name}.")
    return said + alter(table, f"DROP COLUMN {quoted(column.name)}")


def _alter_column(table: str, column: str, action: str) -> str:
    return alter(table, f"ALTER COLUMN {quoted(column)} {action}")


def _set_default(default: str | None) -> str:
    return "DROP DEFAULT" if default is None else f"SET DEFAULT {default}"


def _alter_type(table: str, before: Column, after: Column) -> str:
    judged, name = judge_type_change(before, after), quoted(after.name)
    using = f" USING {name}::text::{short_type(after.type)}" if judged.needs_using else ""
    # An old default may have no cast to the new type, so it goes first.
    actions = [
        *(["DROP DEFAULT"] if before.default is not None else []),
        f"TYPE {type_clause(after)}{using}",
        *([_set_default(after.default)] if after.default is not None else []),
    ]
    lines = ",\n".join(f"    ALTER COLUMN {name} {action}" for action in actions)
    return _type_note(table, before, after) + f"ALTER TABLE {quoted(table)}\n{lines};"


def _type_note(table: str, before: Column, after: Column) -> str:
    judged = judge_type_change(before, after)
    rewrites = note(f"Rewrites {table} or its indexes while nobody can use it.")
    narrows = note(f"Values of {after.name} that do not fit are refused, cut or rounded.")
    return (rewrites if judged.rewrites else "") + (narrows if judged.narrows else "")


def _set_identity(table: str, column: str, before: str | None, after: str | None) -> Iterator[str]:
    if after is None:
        yield _alter_column(table, column, "DROP IDENTITY")
    elif before is not None:
        yield _alter_column(table, column, f"SET GENERATED {after}")
    else:
        yield _alter_column(table, column, f"ADD GENERATED {after} AS IDENTITY")
        place = f"{quote_literal(quoted(table))}, {quote_literal(column)}"
        last = f"coalesce(max({quoted(column)}), 0)"
        said = note("Numbers go on after those that are there.")
        numbers = f"setval(pg_get_serial_sequence({place}), {last} + 1, false)"
        yield f"{said}SELECT {numbers} FROM {quoted(table)};"  # noqa: S608  (all quoted)
