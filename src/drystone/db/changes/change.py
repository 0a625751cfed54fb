"""Everything that can differ between two schemas: a closed set of plain records.

A change holds both sides, so that `inverse.py` can turn it round; `statements.py` and
`steps.py` say it in SQL. Tables are named as they are when the change comes: what follows a
rename uses the new name.

`at_once` marks what needs no care for rows and readers, because its table is made or
rewritten by the same migration anyway: the plain form does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from drystone.db.catalog.records import Column, Constraint, Index, Table, Trigger

CommentTarget = Literal["table", "column", "constraint", "index"]


@dataclass(frozen=True, slots=True)
class CreateExtension:
    """An extension is needed."""

    name: str


@dataclass(frozen=True, slots=True)
class DropExtension:
    """An extension is no longer needed."""

    name: str


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A table comes, with all of it but the constraints that are added after it."""

    table: Table
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropTable:
    """A table goes, and its rows."""

    table: Table
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenameTable:
    """A table is called otherwise."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A column comes; `backfill` is the expression that rows already there get.

    `key` is the primary key that these rows are found by.
    """

    table: str
    column: Column
    backfill: str | None = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropColumn:
    """A column goes, and its values.

    `is_early` when it stands in the way: it comes back, or is computed from a column
    that takes another type.
    """

    table: str
    column: Column
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """A column is called otherwise."""

    table: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AlterType:
    """A column takes another type or collation; its default is set anew with it."""

    table: str
    before: Column
    after: Column


@dataclass(frozen=True, slots=True)
class SetDefault:
    """Another default, or none, for rows to come."""

    table: str
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class SetIdentity:
    """A column is numbered by PostgreSQL from now on, otherwise, or no longer."""

    table: str
    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class SetNotNull:
    """A column must have a value; `backfill` is the one for rows without."""

    table: str
    column: str
    at_once: bool = False
    backfill: str | None = None
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropNotNull:
    """A column need not have a value."""

    table: str
    column: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """A constraint comes; `index` is the one that will serve it."""

    table: str
    constraint: Constraint
    index: Index | None = None
    at_once: bool = False
    is_late: bool = False
    """A foreign key whose target becomes unique only at the end of this migration."""


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """A constraint goes."""

    table: str
    constraint: Constraint
    index: Index | None = None
    at_once: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class ValidateConstraint:
    """A constraint that was added NOT VALID is held against the old rows."""

    table: str
    constraint: Constraint


@dataclass(frozen=True, slots=True)
class UnvalidateConstraint:
    """A constraint binds new rows alone from now on; its old rows stay looked at."""

    table: str
    constraint: Constraint


@dataclass(frozen=True, slots=True)
class RenameConstraint:
    """A constraint is called otherwise, and the index that serves it."""

    table: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """An index comes."""

    table: str
    index: Index
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class DropIndex:
    """An index goes."""

    table: str
    index: Index
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class RenameIndex:
    """An index is called otherwise."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CreateTrigger:
    """A trigger comes."""

    table: str
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class DropTrigger:
    """A trigger goes."""

    table: str
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class SetComment:
    """Another comment, or none, on something that stays; `name` is the table's own too."""

    target: CommentTarget
    table: str
    name: str
    before: str | None
    after: str | None


Change = (
    CreateExtension
    | DropExtension
    | CreateTable
    | DropTable
    | RenameTable
    | AddColumn
    | DropColumn
    | RenameColumn
    | AlterType
    | SetDefault
    | SetIdentity
    | SetNotNull
    | DropNotNull
    | AddConstraint
    | DropConstraint
    | ValidateConstraint
    | UnvalidateConstraint
    | RenameConstraint
    | CreateIndex
    | DropIndex
    | RenameIndex
    | CreateTrigger
    | DropTrigger
    | SetComment
)
