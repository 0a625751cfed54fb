"""The columns that every model has: the platform declares and keeps them.

`version` rises in the database itself at each change, so an edit in psql counts too;
`updated_at` is set there as well (the trigger `touch`).
"""

from __future__ import annotations

from drystone.schema.model.column_info import ColumnInfo
from drystone.schema.model.column_types import ColumnType, DateTimeType, IntegerType, UUIDType
from drystone.schema.model.defaults import Constant, DatabaseDefault, Default, Factory
from drystone.schema.model.plain_types import plain_type
from drystone.schema.model.uuid7 import uuid7


def first_columns(table: str) -> tuple[ColumnInfo, ...]:
    """Return the columns that stand before a model's own."""
    return (_standard(table, "id", UUIDType(), Factory(uuid7, sql="drystone.uuid7()")),)


def last_columns(table: str, *, soft_delete: bool) -> tuple[ColumnInfo, ...]:
    """Return the columns that stand behind a model's own."""
    columns = (
        _standard(table, "version", IntegerType(), DatabaseDefault("1")),
        _standard(table, "created_at", DateTimeType(), DatabaseDefault("now()")),
        _standard(table, "updated_at", DateTimeType(), DatabaseDefault("now()")),
    )
    if not soft_delete:
        return columns
    deleted_at = _standard(table, "deleted_at", DateTimeType(), Constant(None), nullable=True)
    return (*columns, deleted_at)


def _standard(
    table: str, name: str, kind: ColumnType, default: Default, *, nullable: bool = False
) -> ColumnInfo:
    return ColumnInfo(
        attribute=name,
        name=name,
        table=table,
        type=kind,
        nullable=nullable,
        default=default,
        plain_type=plain_type(kind, nullable=nullable),
        is_standard=True,
    )
