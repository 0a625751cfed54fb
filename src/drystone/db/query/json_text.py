"""Statements whose rows PostgreSQL writes as JSON.

A select of plain columns writes them where it stands; any other becomes a subquery, whose
columns are written around it, so that grouping and order stay what they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.rows.json_forms import json_object, json_pieces

from .beside_text import BesideText
from .clauses import count_parameters
from .columns import write_columns
from .select_text import SelectText
from .steps import AsJSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.db.rows.json_forms import Piece
    from drystone.schema.model.column_types import ColumnType

    from .clauses import Clauses
    from .columns import ResultColumn
    from .expression_text import ExpressionWriter
    from .frame import Frame
    from .select_text import WriteList
    from .write_text import WriteText

# What stands beside a stored row, for its address and its ETag: in the order of every model.
_BESIDE: Final = ("id", "version")


def write_json(
    statement: SelectText | WriteText, form: AsJSON, clauses: Clauses, writer: ExpressionWriter
) -> str:
    """Return the text of a statement with one column: JSON, as bytes in UTF-8.

    Raises:
        ValueError: a column has no name, or a type that cannot be told.
    """
    if form.form == "stored":
        return statement.write(_stored_list(form, clauses))
    if not isinstance(statement, SelectText):
        return statement.write(_write_bytes)
    if form.form == "each" and statement.is_plain:
        return statement.write(_write_bytes)
    if statement.is_plain:
        return _gather("q.item", statement.write(_write_item))
    item = json_object(_members_of_subquery(statement.columns))
    inner = statement.write(write_columns)
    if form.form == "array":
        return _gather(item, inner)
    return f"SELECT convert_to({item}, 'UTF8') AS json FROM ({inner}) AS q"  # noqa: S608  (names are declared)


def _gather(item: str, inner: str) -> str:
    listed = f"concat('[', string_agg({item}, ','), ']')"
    return f"SELECT convert_to({listed}, 'UTF8') AS json FROM ({inner}) AS q"  # noqa: S608  (names are declared)


def _write_bytes(writer: ExpressionWriter, columns: tuple[ResultColumn, ...], frame: Frame) -> str:
    return f"convert_to({json_object(_members(writer, columns, frame))}, 'UTF8') AS json"


def _stored_list(form: AsJSON, clauses: Clauses) -> WriteList:
    start = next(start for _, start in clauses.all(AsJSON))

    def write_stored(
        writer: ExpressionWriter, columns: tuple[ResultColumn, ...], frame: Frame
    ) -> str:
        computed = BesideText(writer, start).computed(form.computed, frame)
        item = json_object([*_members(writer, columns, frame), *computed])
        beside = write_columns(writer, [one for one in columns if one.name in _BESIDE], frame)
        if form.whole:
            beside += f", {_write_whole(writer, columns, frame)}"
        if form.test is not None:
            text = writer.write_scope(start + count_parameters(form.computed), form.test, frame)
            beside += f", coalesce({text}, false) AS holds"
        return f"convert_to({item}, 'UTF8') AS json, {beside}"

    return write_stored


def _write_whole(writer: ExpressionWriter, columns: tuple[ResultColumn, ...], frame: Frame) -> str:
    shown = tuple(one._replace(is_hidden=False) for one in columns)
    return f"convert_to({json_object(_members(writer, shown, frame))}, 'UTF8') AS whole"


def _write_item(writer: ExpressionWriter, columns: tuple[ResultColumn, ...], frame: Frame) -> str:
    return f"{json_object(_members(writer, columns, frame))} AS item"


def _members(
    writer: ExpressionWriter, columns: tuple[ResultColumn, ...], frame: Frame
) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    shown = tuple(one for one in columns if not one.is_hidden)
    for column, (name, kind) in zip(shown, _describe(shown), strict=True):
        text = writer.write(column.shape, frame)
        yield name, json_pieces(text, kind, nullable=column.may_be_null(frame))


def _members_of_subquery(
    columns: tuple[ResultColumn, ...],
) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    for name, kind in _describe(tuple(one for one in columns if not one.is_hidden)):
        yield name, json_pieces(f"q.{quote_identifier(name)}", kind, nullable=True)


def _describe(columns: tuple[ResultColumn, ...]) -> Iterator[tuple[str, ColumnType]]:
    """Yield each column's name and type.

    Raises:
        ValueError: one has none, or another's name.
    """
    seen = set()
    for column in columns:
        if column.name is None:
            raise ValueError("a column has no name in JSON: write .as_('…') behind it")
        if column.name in seen:
            raise ValueError(f"two columns are named {column.name!r}: write .as_('…') behind one")
        if column.kind is None:
            raise ValueError(f"the type of {column.name} cannot be told, so it has no form in JSON")
        seen.add(column.name)
        yield column.name, column.kind
