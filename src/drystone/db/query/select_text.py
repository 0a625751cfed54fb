"""SELECT statements → text, from FROM to FOR UPDATE, subqueries included.

Of a model with soft deletion a statement sees live rows: `deleted_at IS NULL` is added
for its own table and for those it joins explicitly, not along references: the project of
a task is shown though it may be deleted. In a FULL JOIN the rows are left out before they
are joined, or a deleted one would come back as a row without a partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.schema.expressions.shapes import ColumnShape, Junction, Subquery

from .clauses import Clauses, count_parameters
from .columns import ResultColumn, columns_of_model, columns_of_outputs, write_columns
from .frame import Frame, name_table
from .steps import (
    Deleted,
    Distinct,
    From,
    Group,
    Having,
    Join,
    Limit,
    Lock,
    Scope,
    Seek,
    SelectModel,
    SelectOutputs,
    Sight,
    Sort,
    Source,
    Where,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from drystone.schema.expressions.shapes import Shape

    from .expression_text import ExpressionWriter

    WriteList = Callable[[ExpressionWriter, tuple[ResultColumn, ...], Frame], str]


class SelectText:
    """Writes one SELECT.

    Args:
        writer: writes its expressions.
        clauses: its steps.
        parent: the names of the statement around it.
        only_range: which range of its `Seek` is meant, where not all of them are.

    Attributes:
        columns: of its result.
        source: its own table, if it has one.
        frame: its names.
    """

    def __init__(
        self,
        writer: ExpressionWriter,
        clauses: Clauses,
        *,
        parent: Frame | None = None,
        only_range: int | None = None,
    ) -> None:
        self._writer = writer
        self._clauses = clauses
        self._only_range = only_range
        self.columns, self.source, self._start = _read_head(clauses)
        self.frame = Frame(parent=parent)
        self._enter_tables()

    def write(self, write_list: WriteList = write_columns) -> str:
        """Return the whole statement.

        Args:
            write_list: writes what stands behind SELECT, from the columns.
        """
        return f"{self._head(write_list)} {self._body()}".rstrip()

    def write_count(self) -> str:
        """Return a statement that counts its rows; order, limits and locks play no part."""
        if self.is_plain and Having not in self._clauses:
            return f"SELECT count(*) {self._body(is_counted=True)}"
        inner = f"{self._head(write_columns)} {self._body(is_counted=True)}".rstrip()
        return f"SELECT count(*) FROM ({inner}) AS counted"  # noqa: S608  (names are declared)

    def write_limit(self) -> str:
        """Return its LIMIT and OFFSET alone."""
        return " ".join(self._limits())

    def write_estimate(self) -> str:
        """Return a statement for the planner's view of `write_count`."""
        counted = f"{self._head(_write_nothing)} {self._body(is_counted=True)}"
        return f"EXPLAIN (FORMAT JSON) {counted}".rstrip()

    def _head(self, write_list: WriteList) -> str:
        self._writer.next_value = self._start
        listed = write_list(self._writer, self.columns, self.frame)
        return f"SELECT {'DISTINCT ' * (Distinct in self._clauses)}{listed}".rstrip()

    def _body(self, *, is_counted: bool = False) -> str:
        """Return everything from FROM on."""
        outer, self._writer.labels = self._writer.labels, self._labels()
        own = self._own_table()
        joins = [self._join(join, start) for join, start in self._clauses.all(Join)]
        begin = [] if is_counted else self._begin()
        others = (*self._scopes(), *self._liveness())
        where = self._condition(Where, "WHERE", begin, others=others)
        group = self._group()
        having = self._condition(Having, "HAVING")
        rest = [] if is_counted else [self._order(), *self._limits(), self._lock()]
        # Last, as the clauses above make them.
        paths = [join.text(self._writer.write_sight(join)) for join in self.frame.paths.values()]
        self._writer.labels = outer
        parts = (own, *joins, *paths, where, group, having, *rest)
        return " ".join(part for part in parts if part)

    @property
    def is_plain(self) -> bool:
        """Whether each row of the result is a row of the tables, shown by columns alone."""
        plain = all(isinstance(one.shape, ColumnShape) for one in self.columns)
        return plain and Distinct not in self._clauses and Group not in self._clauses

    def _labels(self) -> Mapping[str, str]:
        """Return what labels stand for: places, as a name could also mean a column."""
        if self.is_plain:
            shapes = {one.label: one.shape for one in self.columns if one.label}
            return {name: self._writer.write(shape, self.frame) for name, shape in shapes.items()}
        return {one.label: str(n) for n, one in enumerate(self.columns, 1) if one.label}

    def _enter_tables(self) -> None:
        if self.source is not None:
            self.frame.add(self.source)
        for join, _ in self._clauses.all(Join):
            if join.kind == "full":
                for table in self.frame.tables.values():
                    table.may_miss = True
            self.frame.add(join.source, may_miss=join.kind != "inner")

        if self.source is not None:
            self.frame.see(self.source, self._clauses.all(Sight))

    def _scopes(self) -> Iterator[str]:
        for scope, start in self._clauses.all(Scope):
            yield self._writer.write_scope(start, scope.shape, self.frame)

    def _own_table(self) -> str:
        if self.source is None:
            return ""
        table = self.frame.tables[self.source.info.table, self.source.scope]
        if self._has_full_join and (test := self._seen()):
            return f"FROM {_filtered(self.source, table.alias, test)}"
        return f"FROM {name_table(self.source.info.table, table.alias)}"

    @property
    def _has_full_join(self) -> bool:
        return any(join.kind == "full" for join, _ in self._clauses.all(Join))

    def _seen(self) -> str:
        """Return the test of `deleted_at` for the own table; empty without one."""
        if self.source is None or not self.source.info.soft_delete:
            return ""
        deleted = self._clauses.last(Deleted)
        return "IS NULL" if deleted is None else _SEEN[deleted.seen]

    def _liveness(self) -> tuple[str, ...]:
        test = self._seen()
        if self.source is None or not test or self._has_full_join:
            return ()
        table = self.frame.tables[self.source.info.table, self.source.scope]
        return (f"{quote_identifier(table.alias)}.deleted_at {test}",)

    def _join(self, join: Join, start: int) -> str:
        info = join.source.info
        alias = self.frame.tables[info.table, join.source.scope].alias
        table = name_table(info.table, alias)
        others: tuple[str, ...] = ()
        if info.soft_delete and not join.deleted:
            if join.kind == "full":
                table = _filtered(join.source, alias, "IS NULL")
            else:
                others = (f"{quote_identifier(alias)}.deleted_at IS NULL",)
        self.frame.joins_paths = False
        on = self._writer.write_conditions([(join.on, start)], self.frame, others=others)
        self.frame.joins_paths = True
        return f"{_JOINS[join.kind]} {table} ON {on}"

    def _begin(self) -> Iterator[tuple[Shape, int]]:
        """Yield the condition for where in the order the rows begin."""
        for seek, start in self._clauses.all(Seek):
            if self._only_range is not None:
                before = seek.ranges[: self._only_range]
                yield seek.ranges[self._only_range], start + count_parameters(before)
            elif len(seek.ranges) == 1:
                yield seek.ranges[0], start
            else:
                yield Junction("OR", seek.ranges), start

    def _condition(
        self,
        kind: type[Where | Having],
        word: str,
        more: Iterable[tuple[Shape, int]] = (),
        *,
        others: tuple[str, ...] = (),
    ) -> str:
        conditions = [(step.shape, start) for step, start in self._clauses.all(kind)]
        conditions.extend(more)
        text = self._writer.write_conditions(conditions, self.frame, others=others)
        return f"{word} {text}" if text else ""

    def _group(self) -> str:
        terms = [
            self._writer.write_at(start, step.shape, self.frame)
            for step, start in self._clauses.all(Group)
        ]
        return f"GROUP BY {', '.join(terms)}" if terms else ""

    def _order(self) -> str:
        terms = [
            self._writer.write_order(start, step.term, self.frame)
            for step, start in self._clauses.all(Sort)
        ]
        return f"ORDER BY {', '.join(terms)}" if terms else ""

    def _limits(self) -> Iterator[str]:
        for kind in ("LIMIT", "OFFSET"):
            said = [one for one in self._clauses.all(Limit) if one[0].kind == kind]
            if not said:
                continue
            step, self._writer.next_value = said[-1]
            yield f"{kind} {self._writer.parameter() if step.rows is None else step.rows}"

    def _lock(self) -> str:
        lock = self._clauses.last(Lock)
        if lock is None or self.source is None:
            return ""
        table = self.frame.tables[self.source.info.table, self.source.scope]
        others = len(self.frame.tables) > 1 or self.frame.paths
        of = f" OF {quote_identifier(table.alias)}" if others else ""
        return f"FOR {lock.strength}{of} {lock.wait}".rstrip()


_JOINS: Final = {"inner": "JOIN", "left": "LEFT JOIN", "full": "FULL JOIN"}
_SEEN: Final = {"with": "", "only": "IS NOT NULL"}


def write_subquery(writer: ExpressionWriter, query: Subquery, frame: Frame) -> str:
    """Return the text of a SELECT inside another statement, without parentheses.

    Raises:
        ValueError: it has several columns where one is wanted.
    """
    steps: Any = query.query
    clauses = Clauses(steps, writer.next_value)
    select = SelectText(writer, clauses, parent=frame)
    if query.form == "EXISTS":
        text = select.write(_write_nothing)
    elif len(select.columns) == 1:
        text = select.write()
    else:
        raise ValueError(
            f"a select of {len(select.columns)} columns stands where one value is wanted: "
            "select the one that is meant"
        )
    writer.next_value = clauses.end
    return text


def _write_nothing(
    _writer: ExpressionWriter, _columns: tuple[ResultColumn, ...], _frame: Frame
) -> str:
    return ""


def _read_head(clauses: Clauses) -> tuple[tuple[ResultColumn, ...], Source | None, int]:
    """Return the columns, the table, and the place of the first value of the columns."""
    given = clauses.last(From)
    for model, start in clauses.all(SelectModel):
        info, scope = model.source.info, model.source.scope
        return columns_of_model(info, scope), model.source, start
    for outputs, start in clauses.all(SelectOutputs):
        source = outputs.source if given is None else given.source
        return columns_of_outputs(outputs.outputs), source, start
    raise AssertionError("a select begins with what it selects")


def _filtered(source: Source, alias: str, test: str) -> str:
    name = quote_identifier(source.info.table)
    return f"(SELECT * FROM {name} WHERE deleted_at {test}) AS {quote_identifier(alias)}"  # noqa: S608  (names are declared)
