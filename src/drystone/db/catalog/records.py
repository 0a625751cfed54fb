"""A schema as plain records: what two of are compared, and DDL is written from.

Definitions are the text that PostgreSQL itself prints (chapter "System Information
Functions"), so that two schemas are equal where their records are: no SQL is parsed
here. Names in them that belong to the schema that was read stand unqualified. Every
tuple is sorted by name; the position of a column is kept, and is no difference.

Left out on purpose, because models never say them: owners and grants, tablespaces,
storage parameters and statistics, tables that inherit, partitions of a table. What
models never declare but migrations may hold (functions, views, sequences, types,
policies) is kept as one kind of record, so that drift in it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ConstraintKind = Literal["primary key", "unique", "foreign key", "check", "exclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Attributes:
        name: as it is, not quoted.
        type: as `format_type` prints it: "character varying(200)".
        is_nullable: whether NULL may stand in it.
        default: the expression, if any; None for a generated column.
        generated: "(expression) STORED" or "(expression) VIRTUAL", if computed.
        identity: "ALWAYS" or "BY DEFAULT" for an identity column.
        collation: quoted as in SQL, where it is not the type's own.
        comment: what COMMENT ON said.
        position: where it stands in the table; no difference.
    """

    name: str
    type: str
    is_nullable: bool = True
    default: str | None = None
    generated: str | None = None
    identity: str | None = None
    collation: str | None = None
    comment: str | None = None
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A constraint of a table; NOT NULL is a property of its column instead.

    Attributes:
        name: unique in its table.
        kind: in words; those of triggers are read as triggers.
        definition: all of it but the name: "CHECK (price > 0)"; never "NOT VALID".
        is_validated: False while old rows have not been looked at.
        columns: those of the table that it uses.
        referenced_table: of a foreign key; qualified when in another schema.
        referenced_columns: of a foreign key.
        comment: what COMMENT ON said.
    """

    name: str
    kind: ConstraintKind
    definition: str
    is_validated: bool = True
    columns: tuple[str, ...] = ()
    referenced_table: str | None = None
    referenced_columns: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index of a table.

    Attributes:
        name: unique in its schema.
        definition: what follows the table's name: "USING btree (lower(email))".
        is_unique: whether it is a unique one.
        is_valid: False for what a failed CREATE INDEX CONCURRENTLY has left.
        columns: its keys that are plain columns, in its order.
        constraint: the one that it serves, which makes and drops it.
        comment: what COMMENT ON said.
    """

    name: str
    definition: str
    is_unique: bool = False
    is_valid: bool = True
    columns: tuple[str, ...] = ()
    constraint: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger of a table.

    Attributes:
        name: unique in its table.
        definition: the whole CREATE TRIGGER statement.
    """

    name: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, partitioned or not, with all that belongs to it alone.

    Attributes:
        name: as it is, not quoted.
        columns: sorted by name.
        constraints: sorted by name.
        indexes: sorted by name; those that serve a constraint among them.
        triggers: sorted by name.
        partition_key: "RANGE (at)" for a partitioned table.
        comment: what COMMENT ON said.
    """

    name: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    partition_key: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Something of the schema that models never declare.

    Attributes:
        kind: "function", "view", "materialized view", "sequence", "type", "policy"
            or "row security".
        name: a function's with its arguments' types, a policy's with its table.
        text: its definition.
    """

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What a schema holds.

    Attributes:
        tables: sorted by name.
        extensions: names of the database's extensions, without plpgsql.
        definitions: everything else, sorted by kind and name.
    """

    tables: tuple[Table, ...] = ()
    extensions: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
