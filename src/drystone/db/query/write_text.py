"""INSERT, UPDATE and DELETE → text.

References are looked up by subqueries here, since these statements take no outer joins.
Of a model with soft deletion only live rows are written to, unless the statement says
otherwise; `delete` marks them, `purge` removes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.ddl.sql_types import sql_type
from drystone.schema.model.column_types import ArrayType, TextType
from drystone.schema.model.rules import Unique

from .columns import ResultColumn, columns_of_model, columns_of_outputs, write_columns
from .frame import Frame, Table, name_table
from .steps import (
    Change,
    Conflict,
    Deleted,
    Everywhere,
    Insert,
    OnlyIf,
    Returning,
    Sight,
    Source,
    Where,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from drystone.schema.expressions.shapes import Shape
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

    from .clauses import Clauses
    from .expression_text import ExpressionWriter
    from .select_text import WriteList

# The table that ON CONFLICT calls the row that was to be inserted by.
EXCLUDED: Final = "excluded"


class WriteText:
    """Writes one INSERT, UPDATE or DELETE.

    Attributes:
        columns: of what it returns; None where it returns nothing.
        frame: its names.
    """

    def __init__(self, writer: ExpressionWriter, clauses: Clauses, info: ModelInfo) -> None:
        self._writer = writer
        self._clauses = clauses
        self._info = info
        self.frame = Frame(joins_paths=False)
        self._alias = quote_identifier(self.frame.add(Source(info)).alias)
        self.frame.see(Source(info), clauses.all(Sight))
        self.columns = _read_returning(clauses, info)

    def write(self, write_list: WriteList = write_columns) -> str:
        """Return the whole statement.

        Args:
            write_list: writes what stands behind RETURNING, from the columns.

        Raises:
            ValueError: it has no condition, and `everywhere()` was not said.
        """
        insert = self._clauses.last(Insert)
        # Which rows are written is for the platform to say: sights are of what is shown.
        self._writer.sees_all = True
        text = self._write_change() if insert is None else self._write_insert(insert)
        self._writer.sees_all = False
        if self.columns is None:
            return text
        for _, start in self._clauses.all(Returning):
            self._writer.next_value = start
        return f"{text} RETURNING {write_list(self._writer, self.columns, self.frame)}"

    def _write_insert(self, insert: Insert) -> str:
        self._writer.next_value = 0
        names = ", ".join(quote_identifier(one.name) for one in insert.columns)
        table = name_table(self._info.table, self._alias)
        text = f"INSERT INTO {table} ({names}) {self._rows(insert)}"
        for conflict, _ in self._clauses.all(Conflict):
            text += f" {self._conflict(conflict)}"
        return text

    def _rows(self, insert: Insert) -> str:
        if insert.rows == 0:
            arrays = (
                self._writer.parameter(ArrayType(item=one.type), cast=f"{sql_type(one.type)}[]")
                for one in insert.columns
            )
            return f"SELECT * FROM unnest({', '.join(arrays)}){self._only_if()}"  # noqa: S608  (names are declared)
        if OnlyIf in self._clauses:
            return self._row_only_if(insert)
        rows = (
            ", ".join(self._writer.parameter(one.type) for one in insert.columns)
            for _ in range(insert.rows)
        )
        return f"VALUES {', '.join(f'({row})' for row in rows)}"

    def _row_only_if(self, insert: Insert) -> str:
        if insert.rows != 1:
            raise ValueError("only_if(…) is for one row here: insert them by themselves")
        values = (
            self._writer.parameter(one.type, cast=sql_type(one.type)) for one in insert.columns
        )
        return f"SELECT {', '.join(values)}{self._only_if()}"

    def _only_if(self) -> str:
        conditions = [(step.shape, start) for step, start in self._clauses.all(OnlyIf)]
        # The table stands in no FROM, so conditions can be about others alone.
        text = self._writer.write_conditions(conditions, Frame(joins_paths=False))
        return f" WHERE {text}" if text else ""

    def _conflict(self, conflict: Conflict) -> str:
        text = f"ON CONFLICT{_target(self._info, conflict.columns)} DO "
        if not conflict.is_update:
            return f"{text}NOTHING"
        key = (self._info.table, EXCLUDED)
        self.frame.tables[key] = Table(self._info, EXCLUDED)
        text += f"UPDATE SET {self._changes()}"
        if conditions := self._conditions():
            text += f" WHERE {self._writer.write_conditions(conditions, self.frame)}"
        del self.frame.tables[key]
        return text

    def _write_change(self) -> str:
        write = self._clauses.last(Write)
        assert write is not None, "it is no insert, so it is one of these"  # noqa: S101  (our own fault)
        table = name_table(self._info.table, self._alias)
        if write.verb == "purge" or (write.verb == "delete" and not self._info.soft_delete):
            return f"DELETE FROM {table}{self._where()}"  # noqa: S608  (names are declared)
        changes = _MARKS.get(write.verb) or self._changes()
        return f"UPDATE {table} SET {changes}{self._where()}"  # noqa: S608  (names are declared)

    def _changes(self) -> str:
        return ", ".join(
            f"{quote_identifier(change.column.name)} = {self._set(change, start)}"
            for change, start in self._clauses.all(Change)
        )

    def _set(self, change: Change, start: int) -> str:
        if change.shape is None:
            return "DEFAULT"
        self._writer.next_value = start
        return self._writer.write(change.shape, self.frame, meets=change.column.type)

    def _where(self) -> str:
        conditions = self._conditions()
        if not conditions and Everywhere not in self._clauses:
            raise ValueError(
                f"the statement would change every row of {self._info.table}: write .where(…), "
                "or .everywhere() if that is meant"
            )
        text = self._writer.write_conditions(conditions, self.frame, others=self._liveness())
        return f" WHERE {text}" if text else ""

    def _conditions(self) -> list[tuple[Shape, int]]:
        return [(step.shape, start) for step, start in self._clauses.all(Where)]

    def _liveness(self) -> tuple[str, ...]:
        deleted = self._clauses.last(Deleted)
        if not self._info.soft_delete or (deleted is not None and deleted.seen == "with"):
            return ()
        return (f"{self._alias}.deleted_at {'IS NULL' if deleted is None else 'IS NOT NULL'}",)


_MARKS: Final = {"delete": "deleted_at = now()", "restore": "deleted_at = NULL"}


def _read_returning(clauses: Clauses, info: ModelInfo) -> tuple[ResultColumn, ...] | None:
    returning = clauses.last(Returning)
    if returning is None:
        return None
    if returning.outputs is None:
        return columns_of_model(info)
    return columns_of_outputs(returning.outputs)


def _target(info: ModelInfo, columns: tuple[ColumnInfo, ...]) -> str:
    """Return the unique index that a conflict is looked for in; any of them without columns.

    Raises:
        ValueError: no rule of the model makes these columns unique.
    """
    if not columns:
        return ""
    if [one.name for one in columns] == ["id"]:
        return " (id)"
    for rule, found in _uniques(info):
        if set(found) == set(columns) and rule.where is None:
            live = " WHERE deleted_at IS NULL" if info.soft_delete and not rule.deleted else ""
            return f" ({', '.join(_index_terms(rule, columns))}){live}"
    names = ", ".join(one.attribute for one in columns)
    raise ValueError(
        f"no Unique of {info.model.__name__} is over exactly ({names}) and all rows: "
        "declare one, or write the statement as SQL"
    )


def _uniques(info: ModelInfo) -> Iterator[tuple[Unique, tuple[ColumnInfo, ...]]]:
    for column in info.columns:
        if column.unique is not None:
            yield column.unique, (column,)
    for rule in info.rules:
        if isinstance(rule, Unique):
            shapes = (getattr(field, "info", None) for field in rule.fields)
            yield rule, tuple(one for one in shapes if one is not None)


def _index_terms(rule: Unique, columns: Iterable[ColumnInfo]) -> Iterator[str]:
    for column in columns:
        name = quote_identifier(column.name)
        is_text = isinstance(column.type, TextType)
        yield f"lower({name})" if rule.ignore_case and is_text else name
