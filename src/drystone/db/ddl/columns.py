"""A column → its line in CREATE TABLE."""

from __future__ import annotations

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.ddl.literals import typed_literal
from drystone.db.ddl.sql_types import sql_type
from drystone.schema.model.column_info import ColumnInfo
from drystone.schema.model.defaults import Constant, DatabaseDefault, Factory, Generated


def column_text(column: ColumnInfo) -> str:
    """Return a column's name, type, default and NOT NULL."""
    parts = [quote_identifier(column.name), sql_type(column.type)]
    default = default_text(column)
    if default is not None:
        parts.append(f"DEFAULT {default}")
    if isinstance(column.default, Generated):
        parts.append(f"GENERATED ALWAYS AS ({column.default.sql}) STORED")
    if not column.nullable:
        parts.append("NOT NULL")
    return " ".join(parts)


def default_text(column: ColumnInfo) -> str | None:
    """Return the expression of a column's default in the table; None where it has none.

    A factory without SQL is known to Python alone, unless it is a class: `list` makes the
    same each time.
    """
    match column.default:
        case Constant(None):
            return None
        case Constant(value):
            return typed_literal(value, column.type)
        case Factory(sql=str(sql)) | DatabaseDefault(sql):
            return sql
        case Factory(function) if isinstance(function, type):
            return typed_literal(function(), column.type)
        case _:
            return None
