"""Pages and single rows as JSON, with what stands beside them: places, totals, versions.

    SELECT array_agg(<object of q>) AS items, array_agg(q."Place") AS places,
           (SELECT count(*) FROM tasks WHERE …) AS total
    FROM (SELECT tasks.id, …, <place> AS "Place" FROM tasks WHERE … ORDER BY … LIMIT 21) AS q

JSON is written around the rows that were chosen, not where they are chosen: an OFFSET runs
through the columns of every row that it skips (measured on PostgreSQL 15, page 4,500 of 20
rows: 124 ms so, 1,190 ms otherwise). The total is a subquery, so it travels with the page
and agrees with it; `count(*) OVER ()` carries every row through the sort (35 against 120 ms
for 20,000 rows found). Rows of other tables and computed values
are written beside them (`beside_text.py`), for those rows alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.rows.json_forms import json_object, json_pieces
from drystone.schema.model.column_types import DateTimeType, DateType

from .beside_text import BesideText
from .columns import ResultColumn, write_columns
from .frame import Frame, Table
from .kinds import kind_of
from .select_text import SelectText
from .steps import AsItem, AsPage, Limit, Seek, Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from drystone.db.rows.json_forms import Piece

    from .clauses import Clauses
    from .expression_text import ExpressionWriter
    from .select_text import WriteList

    ValueOf = Callable[[ResultColumn], str]

# No model's column has a capital in its name.
_PLACE: Final = '"Place"'


def write_page(form: AsPage, clauses: Clauses, writer: ExpressionWriter) -> str:
    """Return the text of a statement with one row: the items, their places, the total.

    Raises:
        ValueError: a column has no name, or a type that cannot be told.
    """
    statement = SelectText(writer, clauses)
    seek = clauses.last(Seek)
    if seek is None or len(seek.ranges) == 1:
        inner = statement.write(_list_of(form, clauses))
    else:
        inner = _write_ranges(form, clauses, writer, count=len(seek.ranges))
    frame = Frame(joins_paths=False)
    if statement.source is not None:
        # Its columns are those of q, under their own names.
        key = (statement.source.info.table, statement.source.scope)
        frame.tables[key] = Table(statement.source.info, "q")
        frame.sights = statement.frame.sights
    columns = _columns(statement, lambda one: f"q.{quote_identifier(one.name or '')}")
    item = _object(form, columns, frame, "q", BesideText(writer, _start_of(form, clauses)))
    places = f"array_agg(q.{_PLACE})" if form.places else "NULL"
    total = f"({SelectText(writer, clauses).write_count()})" if form.total else "NULL::bigint"
    return (
        f"SELECT array_agg(convert_to({item}, 'UTF8')) AS items, {places} AS places, "  # noqa: S608  (names are declared)
        f"{total} AS total FROM ({inner}) AS q"
    )


def _write_ranges(form: AsPage, clauses: Clauses, writer: ExpressionWriter, *, count: int) -> str:
    """Return the rows of ranges that follow on each other, as many of each as are wanted.

    An index gives the first ones of each; joined by OR it would be walked from its start.
    """
    if any(step.kind == "OFFSET" for step, _ in clauses.all(Limit)):
        raise ValueError("a place in the order and an OFFSET exclude each other; say one of them")
    write_list = _list_of(form, clauses, keys=True)
    parts = [
        SelectText(writer, clauses, only_range=number).write(write_list) for number in range(count)
    ]
    terms = [step.term for step, _ in clauses.all(Sort)]
    order = ", ".join(
        f'u."Key{number}"{" DESC" * term.descending}' for number, term in enumerate(terms)
    )
    rows = " UNION ALL ".join(f"({part})" for part in parts)
    limit = SelectText(writer, clauses).write_limit()
    return f"SELECT * FROM ({rows}) AS u ORDER BY {order} {limit}"  # noqa: S608  (names are declared)


def _list_of(form: AsPage, clauses: Clauses, *, keys: bool = False) -> WriteList:
    """Return what writes the columns of the rows that are chosen."""

    def write_list(
        writer: ExpressionWriter, columns: tuple[ResultColumn, ...], frame: Frame
    ) -> str:
        parts = [write_columns(writer, columns, frame)]
        if form.places:
            parts.append(_place(clauses, writer, frame))
        if keys:
            sorts = list(clauses.all(Sort))
            parts += [
                f'{writer.write_at(start, step.term.operand, frame)} AS "Key{number}"'
                for number, (step, start) in enumerate(sorts)
            ]
        return ", ".join(parts)

    return write_list


def write_item(form: AsItem, clauses: Clauses, writer: ExpressionWriter) -> str:
    """Return the text of a statement that yields each row and its version.

    Raises:
        ValueError: the statement has no table of its own, or shows more than columns of it.
    """
    statement = SelectText(writer, clauses)
    if statement.source is None or not statement.is_plain:
        raise ValueError("only whole rows of a model, or columns of them, have a version")
    key = (statement.source.info.table, statement.source.scope)

    def write_list(writer: ExpressionWriter, _all: tuple[ResultColumn, ...], frame: Frame) -> str:
        table = quote_identifier(frame.tables[key].alias)
        columns = _columns(statement, lambda one: writer.write(one.shape, frame))
        beside = BesideText(writer, _start_of(form, clauses))
        item = _object(form, columns, frame, table, beside)
        return f"convert_to({item}, 'UTF8') AS json, {table}.version"

    return statement.write(write_list)


def _object(
    form: AsPage | AsItem,
    columns: Mapping[str, _Shown],
    frame: Frame,
    table: str,
    beside: BesideText,
) -> str:
    """Return SQL of a row's object: what is shown, in the order in which it was asked for."""
    expanded = list(beside.expanded(form.expand, table))
    computed = dict(beside.computed(form.computed, frame))
    names = form.shown
    if names is None:
        names = (*(name for name, one in columns.items() if not one.column.is_hidden), *computed)
    members = [
        (name, computed[name] if name in computed else columns[name].write()) for name in names
    ]
    return json_object([*members, *expanded])


class _Shown(NamedTuple):
    """A column of the rows that are shown, and SQL of its value."""

    column: ResultColumn
    value: str
    nullable: bool

    def write(self) -> tuple[Piece, ...]:
        assert self.column.kind is not None, "`_columns` looks at it"  # noqa: S101  (our own fault)
        return json_pieces(self.value, self.column.kind, nullable=self.nullable)


def _columns(statement: SelectText, value_of: ValueOf) -> dict[str, _Shown]:
    """Return the columns by name.

    Raises:
        ValueError: a column has no name, or a type that cannot be told.
    """
    found = {}
    for column in statement.columns:
        if column.name is None or column.kind is None:
            raise ValueError(
                f"{column.name or 'a column'} has no name, or no type that can be told"
            )
        nullable = column.may_be_null(statement.frame)
        found[column.name] = _Shown(column, value_of(column), nullable)
    return found


def _start_of(form: AsPage | AsItem, clauses: Clauses) -> int:
    """Return the place of the form's first value."""
    return next(start for _, start in clauses.all(type(form)))


def _place(clauses: Clauses, writer: ExpressionWriter, frame: Frame) -> str:
    """Return SQL of a row's place in the order: a JSON array of texts and nulls.

    PostgreSQL reads back what it wrote, so nothing is lost on the way: no digit of a
    number, no infinity, no time past what Python knows.
    """
    parts = []
    for step, start in clauses.all(Sort):
        text = writer.write_at(start, step.term.operand, frame)
        # JSON's form of dates and times is the same under every DateStyle.
        is_time = isinstance(kind_of(step.term.operand), DateTimeType | DateType)
        parts.append(text if is_time else f"({text})::text")
    return f"json_build_array({', '.join(parts)})::text AS {_PLACE}"
