"""A change as steps that a table in use can stand: what must be apart, is.

A migration has up to four stages, each a file of its own (chapter "Explicit Locking"
says which locks; "Building Indexes Concurrently" and the notes of ALTER TABLE, why):

| stage | in a transaction | what |
| --- | --- | --- |
| PREPARE | yes | everything that takes no longer than its locks, and what is refused half done |
| OUTSIDE | no | CONCURRENTLY, which no transaction may hold, and fills that commit as they go |
| VALIDATE | yes | reads whole tables under a lock that lets rows be written |
| FINISH | yes | short strong locks that rest on what was validated; then what loses data |

Stages run in this order and each keeps the order of the changes. A step has its own
way back; a migration's way back is all of them from the last to the first.

On the way back a constraint that was dropped is added in its plain form: to hold to
one transaction is worth more there, and a comment says that it reads the table.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from drystone.db.catalog.expressions import functions_in
from drystone.db.catalog.identifiers import quote_identifier as quoted

from .backfill import backfill_statement
from .change import (
    AddColumn,
    AddConstraint,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropExtension,
    DropIndex,
    DropNotNull,
    DropTable,
    SetIdentity,
    SetNotNull,
    ValidateConstraint,
)
from .clauses import create_index, deferral, type_clause
from .inverse import inverse
from .statements import add_constraint, alter, comments_on, note, plain_statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.db.catalog.records import Column, Index

    from .change import Change

_MAX_NAME_BYTES = 63
# A file whose way back has no statement would be one that cannot be taken back.
NOTHING = "SELECT 'nothing to take back';"
# The same for all rows of a statement, so ADD COLUMN stores it once for the table.
_STABLE = frozenset(
    "now statement_timestamp transaction_timestamp current_setting lower upper".split()
)


class Stage(IntEnum):
    """When a step comes."""

    PREPARE = 0
    OUTSIDE = 1
    VALIDATE = 2
    FINISH = 3


@dataclass(frozen=True, slots=True)
class Step:
    """Statements that belong to one stage, and what takes them back."""

    stage: Stage
    up: tuple[str, ...]
    down: tuple[str, ...] = ()


def steps_of(change: Change) -> tuple[Step, ...]:
    """Return the steps of a change, in the order of their stages."""
    return tuple(_steps(change))


def is_volatile(default: str) -> bool:
    """Tell whether a default may differ from row to row, so that each must be written.

    A function that is not known to be the same for all is taken for one that differs.

    >>> is_volatile("'todo'::text"), is_volatile("now()"), is_volatile("random()")
    (False, False, True)
    """
    return not functions_in(default) <= _STABLE


def _steps(change: Change) -> Iterator[Step]:
    match change:
        case AddColumn(_, column, fill) if fill is not None or _differs(column):
            yield from _add_filled(change)
        case SetNotNull(table, name, _, fill, key) if fill is not None:
            filling = backfill_statement(table, name, fill, key=key, may_be_null=True)
            yield from _require(table, name, filling)
        case SetNotNull(table, name, at_once=False):
            yield from _require(table, name, None)
        case DropNotNull(at_once=False):
            yield _plain(change, down_note=note("Reads the table while nobody can use it."))
        case AddConstraint(is_late=True):
            yield _plain(change, Stage.FINISH)
        case AddConstraint(at_once=False):
            yield from _add_constraint(change)
        case DropConstraint(at_once=False):
            yield _plain(
                change, down_note=note("Reads the table while its rows cannot be written.")
            )
        case CreateIndex(table, index, at_once=False):
            made = _create_concurrently(table, index)
            yield Step(Stage.OUTSIDE, made, (_drop_concurrently(index),))
        case DropIndex(table, index, at_once=False):
            made = _create_concurrently(table, index)
            yield Step(Stage.OUTSIDE, (_drop_concurrently(index),), made)
        case ValidateConstraint():
            yield _plain(change, Stage.VALIDATE)
        case SetIdentity(before=None) | DropColumn(is_early=False) | DropTable() | DropExtension():
            yield _plain(change, Stage.FINISH)
        case _:
            yield _plain(change)


def _plain(change: Change, stage: Stage = Stage.PREPARE, *, down_note: str = "") -> Step:
    first, *others = plain_statements(inverse(change))
    return Step(stage, plain_statements(change), (down_note + first, *others))


def _differs(column: Column) -> bool:
    return column.default is not None and is_volatile(column.default)


def _add_filled(change: AddColumn) -> Iterator[Step]:
    """Add a column in three moves: empty, then filled in batches, then required."""
    table, column = change.table, change.column
    name = quoted(column.name)
    up = [alter(table, f"ADD COLUMN {name} {type_clause(column)}")]
    if column.default is not None:
        up.append(alter(table, f"ALTER COLUMN {name} SET DEFAULT {column.default}"))
    up.extend(comments_on(table, column))
    yield Step(Stage.PREPARE, tuple(up), plain_statements(inverse(change)))
    filling = backfill_statement(
        table,
        column.name,
        change.backfill if change.backfill is not None else str(column.default),
        key=change.key,
        may_be_null=change.backfill is not None,
    )
    if column.is_nullable:
        yield Step(Stage.OUTSIDE, (filling,), (NOTHING,))
    else:
        yield from _require(table, column.name, filling)


def _require(table: str, column: str, filling: str | None) -> Iterator[Step]:
    """Make a column NOT NULL by a check that was validated, so that no lock waits for it."""
    check = quoted(_check_name(table, column))
    hold = alter(table, f"ADD CONSTRAINT {check} CHECK ({quoted(column)} IS NOT NULL) NOT VALID")
    free = alter(table, f"DROP CONSTRAINT {check}")
    may_be_gone = alter(table, f"DROP CONSTRAINT IF EXISTS {check}")
    if filling is None:
        yield Step(Stage.PREPARE, (hold,), (may_be_gone,))
    else:
        # Only then: the check would refuse updates of rows that are not filled yet.
        yield Step(Stage.OUTSIDE, (filling, hold), (may_be_gone,))
    yield _validation(table, check)
    required = "-- Takes no scan: the check that was validated says the same.\n" + alter(
        table, f"ALTER COLUMN {quoted(column)} SET NOT NULL"
    )
    optional = alter(table, f"ALTER COLUMN {quoted(column)} DROP NOT NULL")
    yield Step(Stage.FINISH, (required, free), (optional,))


def _check_name(table: str, column: str) -> str:
    name = f"{table}_{column}_filled"
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    return f"filled_{zlib.crc32(name.encode()):08x}"


def _add_constraint(change: AddConstraint) -> Iterator[Step]:
    table, constraint, index = change.table, change.constraint, change.index
    drop = alter(table, f"DROP CONSTRAINT {quoted(constraint.name)}")
    if index is not None and index.definition.startswith("USING btree"):
        yield from _add_by_index(change, index)
    elif constraint.kind == "exclude" or index is not None:
        said = note("Builds its index while the table cannot be written: there is no other way.")
        first, *others = plain_statements(change)
        yield Step(Stage.PREPARE, (said + first, *others), (drop,))
    else:
        up = (
            add_constraint(table, constraint, validate=False),
            *comments_on(table, constraint),
        )
        yield Step(Stage.PREPARE, up, (drop,))
        if constraint.is_validated:
            yield _validation(table, quoted(constraint.name))


def _validation(table: str, constraint: str) -> Step:
    validate = alter(table, f"VALIDATE CONSTRAINT {constraint}")
    return Step(Stage.VALIDATE, (validate,), (NOTHING,))


def _add_by_index(change: AddConstraint, index: Index) -> Iterator[Step]:
    table, constraint = change.table, change.constraint
    name = quoted(constraint.name)
    made = create_index(table, index, how="CONCURRENTLY ")
    yield Step(Stage.OUTSIDE, (made,), (_drop_concurrently(index),))
    kind = "PRIMARY KEY" if constraint.kind == "primary key" else "UNIQUE"
    by_index = f"ADD CONSTRAINT {name} {kind} USING INDEX {name}{deferral(constraint)}"
    up = (alter(table, by_index), *comments_on(table, constraint))
    # The index goes with it; the step before makes up for that by IF EXISTS.
    yield Step(Stage.FINISH, up, (alter(table, f"DROP CONSTRAINT {name}"),))


def _create_concurrently(table: str, index: Index) -> tuple[str, ...]:
    made = create_index(table, index, how="CONCURRENTLY ")
    return (made, *comments_on(table, index))


def _drop_concurrently(index: Index) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(index.name)};"
