"""Shapes → SQL text. The one place that writes an expression.

It is handed shapes, never a value: where a value belongs, `$1`, `$2`, … is written and the
value's place noted. Operators, functions and keywords come from the closed sets of
`shapes`, names from declarations, and each is checked against its set once more here.

Operands that are operations themselves stand in parentheses, so that nothing depends on
precedence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from drystone.db.catalog.identifiers import quote_identifier, quote_literal
from drystone.db.ddl.sql_types import sql_type
from drystone.schema.expressions.shapes import (
    FUNCTIONS,
    KEYWORDS,
    OPERATORS,
    SUFFIXES,
    Call,
    ColumnShape,
    Junction,
    Keyword,
    Negation,
    Operation,
    OrderShape,
    OutputShape,
    Parameter,
    Shape,
    Subquery,
    Suffix,
)
from drystone.schema.model.column_types import ChoiceType, ColumnType, IntegerType, TextType

from .bindings import Binding, binding_for, check_text
from .frame import Frame, Table, columns_of, name_table
from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .frame import PathJoin

_COMPOUND = (Operation, Junction, Negation, Suffix)


class WriteQuery(Protocol):
    """Writes a statement that stands inside another one."""

    def __call__(self, writer: ExpressionWriter, query: Subquery, frame: Frame) -> str:
        """Return its text, without parentheses."""


class ExpressionWriter:
    """Writes the expressions of one statement, those around and inside it included.

    Attributes:
        places: for `$1`, `$2`, …: the index of its value.
        bindings: for each of them, what its value goes through.
        next_value: the index of the value that the next parameter stands for.
        labels: what a label of the select that is being written stands for in its GROUP
            BY and ORDER BY.
        sees_all: whether references lead to rows out of sight (`Frame.sights`).
    """

    __slots__ = ("_write_query", "bindings", "labels", "next_value", "places", "sees_all")

    def __init__(self, write_query: WriteQuery) -> None:
        self._write_query = write_query
        self.places: list[int] = []
        self.bindings: list[Binding | None] = []
        self.next_value = 0
        self.labels: Mapping[str, str] = {}
        self.sees_all = False

    def write_at(self, start: int, shape: Shape, frame: Frame) -> str:
        """Return the text of an expression whose values begin at `start`."""
        self.next_value = start
        return self.write(shape, frame)

    def write_conditions(
        self, conditions: Iterable[tuple[Shape, int]], frame: Frame, *, others: tuple[str, ...] = ()
    ) -> str:
        """Return the text of conditions that all hold, and of others already written."""
        parts = []
        wanted = list(conditions)
        for shape, start in wanted:
            text = self.write_at(start, shape, frame)
            is_either = isinstance(shape, Junction) and shape.operator == "OR"
            parts.append(f"({text})" if is_either and len(wanted) + len(others) > 1 else text)
        return " AND ".join((*parts, *others))

    def write_scope(self, start: int, shape: Shape, frame: Frame) -> str:
        """Return the text of a condition of the platform's own, in parentheses where needed."""
        outer, self.sees_all = self.sees_all, True
        text = self.write_at(start, shape, frame)
        self.sees_all = outer
        return f"({text})" if isinstance(shape, Junction) else text

    def write_sight(self, join: PathJoin) -> str:
        """Return the text of the condition on the row that a join leads to; empty without."""
        if join.sight is None:
            return ""
        shape, start = join.sight
        # Over that model alone: it sees no other table around it.
        frame = Frame(joins_paths=False)
        frame.tables[join.info.table, None] = Table(join.info, join.alias)
        after, text = self.next_value, self.write_scope(start, shape, frame)
        self.next_value = after
        return text

    def write_order(self, start: int, term: OrderShape, frame: Frame) -> str:
        """Return the text of a term of an ORDER BY."""
        self.next_value = start
        return self._order(term, frame)

    def parameter(self, kind: ColumnType | None = None, *, cast: str | None = None) -> str:
        """Return the text of the next parameter."""
        self.places.append(self.next_value)
        self.bindings.append(check_text if cast == "text[]" else binding_for(kind))
        self.next_value += 1
        text = f"${len(self.places)}"
        return f"{text}::{cast}" if cast else text

    def write(self, shape: Shape, frame: Frame, *, meets: ColumnType | None = None) -> str:
        """Return the text of an expression.

        Args:
            shape: the expression.
            frame: the statement that it stands in.
            meets: the type that a parameter has to be of, where the place says it.
        """
        match shape:
            case ColumnShape():
                return self._column(shape, frame)
            case Parameter():
                return self.parameter(meets, cast=shape.cast or _wider(meets))
            case Keyword():
                return quote_literal(_known(shape.text, KEYWORDS))
            case OutputShape():
                return self.labels[shape.label]
            case Operation():
                return self._operation(shape, frame)
            case Suffix():
                return f"{self._operand(shape.operand, frame)} {_known(shape.suffix, SUFFIXES)}"
            case Junction():
                return self._junction(shape, frame)
            case Negation():
                return f"NOT {self._operand(shape.part, frame)}"
            case Call():
                return self._call(shape, frame)
            case Subquery():
                return self._subquery(shape, frame)

    def _column(self, shape: ColumnShape, frame: Frame) -> str:
        name = quote_identifier(shape.column.name)
        found, key = frame.find(shape)
        path = columns_of(shape.path)
        if not path:
            return f"{quote_identifier(found.tables[key].alias)}.{name}"
        if len(path) == 1 and shape.column.name == "id":
            # The row's key is in the reference already: no need to look at the row.
            alias = quote_identifier(found.tables[key].alias)
            return f"{alias}.{quote_identifier(path[0].name)}"
        if found.joins_paths:
            join = found.join_path(key, path, frame, sees_all=self.sees_all)
            return f"{quote_identifier(join.alias)}.{name}"
        return self._look_up(shape, found, frame)

    def _look_up(self, shape: ColumnShape, found: Frame, frame: Frame) -> str:
        """Return a subquery that follows a path where no join can stand."""
        first, *others = columns_of(shape.path)
        _, key = frame.find(shape)
        inner = Frame(parent=frame, tables={key: found.tables[key]}, sights=found.sights)
        start = inner.join_path(key, (first,), inner, sees_all=self.sees_all)
        end = inner.join_path(key, (first, *others), inner, sees_all=self.sees_all)
        condition = self.write_sight(start)
        joins = "".join(
            f" {join.text(self.write_sight(join))}" for join in list(inner.paths.values())[1:]
        )
        origin = f"{quote_identifier(start.origin)}.{quote_identifier(first.name)}"
        return (
            f"(SELECT {quote_identifier(end.alias)}.{quote_identifier(shape.column.name)} "  # noqa: S608  (names are declared)
            f"FROM {name_table(start.info.table, start.alias)}{joins} "
            f"WHERE {quote_identifier(start.alias)}.id = {origin}"
            f"{condition and f' AND {condition}'})"
        )

    def _operation(self, shape: Operation, frame: Frame) -> str:
        operator = _known(shape.operator, OPERATORS)
        left_kind, right_kind = kind_of(shape.left), kind_of(shape.right)
        left = self._operand(shape.left, frame, meets=right_kind)
        if operator in {"= ANY", "<> ALL"}:
            return f"{left} {operator}({self._choices(shape.right, frame, left_kind)})"
        return f"{left} {operator} {self._operand(shape.right, frame, meets=left_kind)}"

    def _choices(self, shape: Shape, frame: Frame, kind: ColumnType | None) -> str:
        if isinstance(shape, Parameter) and (wider := _wider(kind)) is not None:
            return self.parameter(kind, cast=f"{wider}[]")
        return self.write(shape, frame, meets=kind)

    def _operand(self, shape: Shape, frame: Frame, *, meets: ColumnType | None = None) -> str:
        text = self.write(shape, frame, meets=meets)
        return f"({text})" if isinstance(shape, _COMPOUND) else text

    def _junction(self, shape: Junction, frame: Frame) -> str:
        parts = (
            f"({self.write(part, frame)})"
            if isinstance(part, Junction)
            else self.write(part, frame)
            for part in _flatten(shape)
        )
        return f" {_known(shape.operator, _JUNCTIONS)} ".join(parts)

    def _call(self, shape: Call, frame: Frame) -> str:
        kind = kind_of(shape.arguments[0]) if shape.arguments else None
        meets = _MEETS.get(shape.name, kind)
        arguments = [self.write(one, frame, meets=meets) for one in shape.arguments]
        inner = ", ".join(arguments) or ("*" if shape.name == "count" else "")
        text = f"{_known(shape.name, FUNCTIONS)}({'DISTINCT ' * shape.distinct}{inner})"
        if shape.condition is not None:
            text += f" FILTER (WHERE {self.write(shape.condition, frame)})"
        if shape.window is not None:
            text += f" OVER ({self._window(shape, frame)})"
        # The sum of bigint is numeric; a sum of integers is an integer to everybody.
        return (
            f"({text})::bigint" if shape.name == "sum" and isinstance(kind, IntegerType) else text
        )

    def _window(self, shape: Call, frame: Frame) -> str:
        assert shape.window is not None, "only a call with a window has one"  # noqa: S101  (our own fault)
        parts = []
        if shape.window.partition_by:
            parts.append(f"PARTITION BY {self._list(shape.window.partition_by, frame)}")
        if shape.window.order_by:
            terms = ", ".join(self._order(term, frame) for term in shape.window.order_by)
            parts.append(f"ORDER BY {terms}")
        return " ".join(parts)

    def _list(self, shapes: Iterable[Shape], frame: Frame) -> str:
        return ", ".join(self.write(shape, frame) for shape in shapes)

    def _order(self, term: OrderShape, frame: Frame) -> str:
        text = self.write(term.operand, frame) + " DESC" * term.descending
        return f"{text} NULLS {_NULLS[term.nulls]}" if term.nulls else text

    def _subquery(self, shape: Subquery, frame: Frame) -> str:
        text = self._write_query(self, shape, frame)
        return f"{_FORMS[shape.form]}({text})"


# What a function's parameters are, where they are not as its first argument.
_MEETS: Final[Mapping[str, ColumnType]] = {
    "lag": IntegerType(),
    "lead": IntegerType(),
    "websearch_to_tsquery": TextType(),
}
_JUNCTIONS: Final = frozenset({"AND", "OR"})
_NULLS: Final = {"first": "FIRST", "last": "LAST"}
_FORMS: Final = {"EXISTS": "EXISTS ", "VALUE": "", "ARRAY": "ARRAY", "ROWS": ""}


def _flatten(shape: Junction) -> Iterator[Shape]:
    """Yield the parts of an AND or OR, those of the same kind inside it included."""
    for part in shape.parts:
        if isinstance(part, Junction) and part.operator == shape.operator:
            yield from _flatten(part)
        else:
            yield part


def _wider(kind: ColumnType | None) -> str | None:
    """Return the type for a number that meets a column of 32 bits.

    A number past those is no fault of the statement: no row has it.
    """
    if isinstance(kind, IntegerType | ChoiceType) and sql_type(kind) == "integer":
        return "bigint"
    return None


def _known(word: str, words: frozenset[str]) -> str:
    if word not in words:
        raise ValueError(f"{word!r} is not among the words that may stand in a statement")
    return word
