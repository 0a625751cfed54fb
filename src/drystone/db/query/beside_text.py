"""Members of a row's JSON that are no columns of it: rows of other tables, computed values.

    "project":  coalesce((SELECT <object> FROM projects AS x1 WHERE x1.id = q.project_id), 'null')
    "comments": (SELECT concat('{"data":[', <the first 10>, '],"has_more":', <an 11th>, '}')
                 FROM (SELECT … FROM comments WHERE task_id = q.id ORDER BY … LIMIT 11) AS x2)

All of them are subqueries on one row that is shown, so the number of rows and their order
stay what they are. Of models with soft deletion live rows are shown. Secret columns are
left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.rows.json_forms import json_object, json_pieces, json_value
from drystone.schema.model.column_types import (
    BooleanType,
    ChoiceType,
    IntegerType,
    JSONType,
    TextType,
    UUIDType,
)

from .clauses import count_parameters
from .frame import Frame, Table
from .kinds import kind_of
from .nullness import may_be_null
from .steps import Collection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from drystone.db.rows.json_forms import Piece
    from drystone.schema.expressions.shapes import Shape
    from drystone.schema.model.model_info import ModelInfo

    from .expression_text import ExpressionWriter
    from .steps import Beside, Expansion, Output

    Member = tuple[str, tuple[Piece, ...]]

# Their JSON mentions the value once, so it may be long.
_SAID_ONCE: Final = (IntegerType, BooleanType, JSONType, TextType, ChoiceType, UUIDType)


class BesideText:
    """Writes such members of one statement.

    Args:
        writer: of the statement.
        start: the place of the first of their values.
    """

    def __init__(self, writer: ExpressionWriter, start: int) -> None:
        self._writer = writer
        self._start = start

    def expanded(self, expand: Sequence[Beside], table: str, prefix: str = "x") -> Iterator[Member]:
        """Yield rows of other tables, in the order of their values.

        Args:
            expand: what they are.
            table: that of the row beside which they are shown, as the statement calls it.
            prefix: of the names of the tables inside.
        """
        for number, one in enumerate(expand, 1):
            alias = f"{prefix}{number}"
            if isinstance(one, Collection):
                yield one.name, ((self._collection(one, table, alias), False),)
            else:
                found = self._row(one, table, alias)
                yield one.reference.attribute, ((f"coalesce(({found}), 'null')", False),)

    def computed(self, outputs: Sequence[Output], frame: Frame) -> Iterator[Member]:
        """Yield values that are computed, in the order in which they were given.

        Args:
            outputs: expressions with labels.
            frame: where their columns are found.

        Raises:
            ValueError: the type of one cannot be told.
        """
        for one in outputs:
            kind = kind_of(one.shape)
            if kind is None:
                raise ValueError(
                    f"the type of {one.label} cannot be told, so it has no form in JSON"
                )
            text = f"({self._write(one.shape, frame)})"
            nullable = may_be_null(one.shape)
            if isinstance(kind, _SAID_ONCE):
                pieces = json_pieces(text, kind, nullable=nullable)
            else:
                # Its JSON says the value several times, and it is to be computed once.
                inner = f"(SELECT {text} AS value OFFSET 0) AS v"
                value = json_value(json_pieces("v.value", kind, nullable=nullable))
                pieces = ((f"(SELECT {value} FROM {inner})", False),)  # noqa: S608  (as above)
            yield one.label or "", pieces

    def _row(self, one: Expansion, table: str, alias: str) -> str:
        # Before what is inside of it, as its values come first.
        scope = self._scope(one, alias)
        return (
            f"SELECT {self._object(one, alias)} "  # noqa: S608  (names are declared)
            f"FROM {quote_identifier(one.info.table)} AS {alias} "
            f"WHERE {alias}.id = {table}.{quote_identifier(one.reference.name)}"
            f"{_live(one.info, alias)}{scope}"
        )

    def _collection(self, one: Collection, table: str, alias: str) -> str:
        """Return the list, and whether there are more: one row more than shown tells it."""
        scope = self._scope(one, alias)
        frame = _frame_of(one.info, alias)
        order = ", ".join(self._writer.write_order(0, term, frame) for term in one.sort)
        columns = ", ".join(
            f"{alias}.{quote_identifier(column.name)}"
            for column in one.info.columns
            if not column.is_secret
        )
        rows = (
            f"SELECT {columns} FROM {quote_identifier(one.info.table)} AS {alias} "  # noqa: S608  (names are declared)
            f"WHERE {alias}.{quote_identifier(one.reference.name)} = {table}.id"
            f"{_live(one.info, alias)}{scope} ORDER BY {order} LIMIT {one.limit + 1}"
        )
        listed = f"array_to_string((array_agg({self._object(one, alias)}))[1:{one.limit}], ',')"
        has_more = f"CASE WHEN count(*) > {one.limit} THEN 'true' ELSE 'false' END"
        return (
            f"(SELECT concat('{{\"data\":[', {listed}, '],\"has_more\":', {has_more}, '}}') "  # noqa: S608  (as above)
            f"FROM ({rows}) AS {alias})"
        )

    def _object(self, one: Beside, alias: str) -> str:
        members = [
            (
                column.name,
                json_pieces(
                    f"{alias}.{quote_identifier(column.name)}",
                    column.type,
                    nullable=column.nullable,
                ),
            )
            for column in one.info.columns
            if not column.is_secret
        ]
        return json_object([*members, *self.expanded(one.inner, alias, f"{alias}_")])

    def _scope(self, one: Beside, alias: str) -> str:
        if one.scope is None:
            return ""
        # The condition is over this model alone, so it sees no other table around it.
        return f" AND ({self._write(one.scope, _frame_of(one.info, alias))})"

    def _write(self, shape: Shape, frame: Frame) -> str:
        text = self._writer.write_at(self._start, shape, frame)
        self._start += count_parameters(shape)
        return text


def _frame_of(info: ModelInfo, alias: str) -> Frame:
    frame = Frame(joins_paths=False)
    frame.tables[info.table, None] = Table(info, alias)
    return frame


def _live(info: ModelInfo, alias: str) -> str:
    return f" AND {alias}.deleted_at IS NULL" if info.soft_delete else ""
