"""Models → what a diagram shows: boxes of columns, and the references between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from drystone.db.ddl.sql_types import sql_type
from drystone.db.ddl.statements import build_tables
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from drystone.db.ddl.table import Table
    from drystone.schema.model.column_info import ColumnInfo

Key: TypeAlias = Literal["PK", "FK", "UK"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column.

    Attributes:
        name: in the table.
        type: PostgreSQL's.
        keys: what it is a key of: its own table (PK), another (FK), no two rows (UK).
        is_optional: whether it may be NULL.
    """

    name: str
    type: str
    keys: tuple[Key, ...]
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Entity:
    """A table.

    Attributes:
        table: its name.
        comment: what it is for; empty where nothing is said.
        attributes: its columns; those that every table has are left out, the key aside.
    """

    table: str
    comment: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A foreign key.

    Attributes:
        child: the table that refers.
        column: by which.
        parent: the table referred to.
        is_optional: whether a row may refer to none.
        is_single: whether no two rows refer to the same one.
    """

    child: str
    column: str
    parent: str
    is_optional: bool
    is_single: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that is drawn, in the order of the tables: a table behind those it refers to."""

    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]


def read_diagram(models: Sequence[type[Any]]) -> Diagram:
    """Return what a diagram of these models shows.

    Raises:
        DeclarationError: no tables can be made of them (`db/ddl`).
        TypeError: one of them is no model.
    """
    tables = build_tables(models)
    entities = [_entity(table) for table in tables]
    relations = [_relation(table, column) for table in tables for column in table.model.references]
    return Diagram(tuple(entities), tuple(relations))


def _entity(table: Table) -> Entity:
    unique = _unique_columns(table)
    shown = [one for one in table.model.columns if not one.is_standard or one.name == "id"]
    attributes = tuple(
        Attribute(one.name, sql_type(one.type), _keys(one, unique), one.nullable) for one in shown
    )
    return Entity(table.model.table, table.model.comment or "", attributes)


def _keys(column: ColumnInfo, unique: frozenset[str]) -> tuple[Key, ...]:
    if column.name == "id":
        return ("PK",)
    foreign: tuple[Key, ...] = ("FK",) if column.reference is not None else ()
    return (*foreign, "UK") if column.name in unique else foreign


def _relation(table: Table, column: ColumnInfo) -> Relation:
    assert column.reference is not None, "only references lead anywhere"  # noqa: S101  (our own fault)
    return Relation(
        child=table.model.table,
        column=column.name,
        parent=describe(column.reference.resolve()).table,
        is_optional=column.nullable,
        is_single=column.name in _unique_columns(table),
    )


def _unique_columns(table: Table) -> frozenset[str]:
    """Return the columns that are unique by themselves, among live rows at least."""
    faults = [one.fault for one in table.constraints if one.kind == "unique"]
    faults += [one.fault for one in table.indexes if one.fault is not None]
    return frozenset(fault.columns[0] for fault in faults if len(fault.columns) == 1)
