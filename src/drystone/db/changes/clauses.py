"""Parts of statements: a column, a constraint, a whole table, written to be read.

Everything here is text from records; definitions are PostgreSQL's own words, so only
names are quoted and long names of types are said the short way.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from drystone.db.catalog.identifiers import quote_identifier, quote_literal

if TYPE_CHECKING:
    from drystone.db.catalog.records import Column, Constraint, Index, Table, Trigger

    from .change import CommentTarget

# format_type spells types as the SQL standard does; people write these.
_SHORT_TYPES = (
    (re.compile(r"^timestamp(\(\d\))? with time zone"), r"timestamptz\1"),
    (re.compile(r"^timestamp(\(\d\))? without time zone"), r"timestamp\1"),
    (re.compile(r"^time(\(\d\))? without time zone"), r"time\1"),
    (re.compile(r"^character varying"), "varchar"),
)
# What stands to the right is what PostgreSQL makes of it again; a list of one it would
# make an equality.
_TEXT = r"'(?:[^']|'')*'::text"
_ANY = re.compile(rf"(?P<column>[a-z_]\w*) = ANY \(ARRAY\[(?P<list>{_TEXT}(?:, {_TEXT})+)\]\)")
_LISTED = re.compile(r"('(?:[^']|'')*')::text")
_CAST = re.compile(r"(?P<text>'(?:[^']|'')*')::(?P<type>.*)\Z", re.DOTALL)
_DEFERRABLE = re.compile(r"(?: (?:NOT )?DEFERRABLE| INITIALLY (?:DEFERRED|IMMEDIATE))+\Z")


def short_type(name: str) -> str:
    """Return the usual spelling of a type as `format_type` prints it.

    >>> short_type("timestamp with time zone"), short_type("character varying(20)[]")
    ('timestamptz', 'varchar(20)[]')
    """
    for pattern, short in _SHORT_TYPES:
        name = pattern.sub(short, name)
    return name


def column_clause(column: Column) -> str:
    """Return a column as it stands in CREATE TABLE and ADD COLUMN."""
    return " ".join(
        part
        for part in (
            quote_identifier(column.name),
            type_clause(column),
            "NOT NULL" if not column.is_nullable else "",
            f"DEFAULT {default_clause(column)}" if column.default is not None else "",
            f"GENERATED ALWAYS AS {column.generated}" if column.generated else "",
            f"GENERATED {column.identity} AS IDENTITY" if column.identity else "",
        )
        if part
    )


def type_clause(column: Column) -> str:
    """Return a column's type, with its collation where it has one of its own."""
    collation = f" COLLATE {column.collation}" if column.collation else ""
    return short_type(column.type) + collation


def default_clause(column: Column) -> str:
    """Return a column's default, without the cast that its type implies."""
    found = _CAST.match(column.default or "")
    if found and found["type"] == column.type:
        return found["text"]
    return str(column.default)


def constraint_clause(constraint: Constraint) -> str:
    """Return a constraint as it stands in CREATE TABLE and ADD CONSTRAINT."""
    return f"CONSTRAINT {quote_identifier(constraint.name)} {readable(constraint.definition)}"


def readable(definition: str) -> str:
    """Return a definition with choices among texts written as people write them.

    >>> readable("CHECK (state = ANY (ARRAY['on'::text, 'off'::text]))")
    "CHECK (state IN ('on', 'off'))"
    """
    return _ANY.sub(
        lambda found: f"{found['column']} IN ({_LISTED.sub(_only_text, found['list'])})", definition
    )


def _only_text(found: re.Match[str]) -> str:
    return found[1]


def deferral(constraint: Constraint) -> str:
    """Return what a constraint says of its deferral, with a space before it, or nothing."""
    found = _DEFERRABLE.search(constraint.definition)
    return found.group() if found else ""


def create_table(table: Table, without: tuple[str, ...]) -> str:
    """Return CREATE TABLE, a line for each column and each constraint but those left out."""
    columns = sorted(table.columns, key=lambda column: column.position)
    constraints = sorted(
        (item for item in table.constraints if item.name not in without and item.is_validated),
        key=_place,
    )
    lines = [*map(column_clause, columns), *map(constraint_clause, constraints)]
    body = ",\n".join(f"    {_indented(line)}" for line in lines)
    partition = f" PARTITION BY {table.partition_key}" if table.partition_key else ""
    return f"CREATE TABLE {quote_identifier(table.name)} (\n{body}\n){partition};"


def create_index(table: str, index: Index, *, how: str = "") -> str:
    """Return CREATE INDEX; `how` stands before its name, such as "CONCURRENTLY "."""
    unique = "UNIQUE " if index.is_unique else ""
    return (
        f"CREATE {unique}INDEX {how}{quote_identifier(index.name)}"
        f" ON {quote_identifier(table)} {index.definition.removeprefix('USING btree ')};"
    )


def create_trigger(trigger: Trigger) -> str:
    """Return CREATE TRIGGER."""
    return f"{trigger.definition};"


def comment_on(target: CommentTarget, table: str, name: str, text: str | None) -> str:
    """Return COMMENT ON a table or something that belongs to it; None takes it away."""
    own, of_table = quote_identifier(name), quote_identifier(table)
    match target:
        case "column":
            place = f"COLUMN {of_table}.{own}"
        case "constraint":
            place = f"CONSTRAINT {own} ON {of_table}"
        case _:
            place = f"{target.upper()} {own}"
    return f"COMMENT ON {place} IS {'NULL' if text is None else quote_literal(text)};"


def _place(constraint: Constraint) -> tuple[int, str]:
    order = ("primary key", "unique", "exclude", "check", "foreign key")
    return order.index(constraint.kind), constraint.name


def _indented(line: str) -> str:
    # A CASE that PostgreSQL prints over several lines keeps its shape.
    return line.replace("\n", "\n    ")
