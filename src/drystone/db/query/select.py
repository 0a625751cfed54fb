"""SELECT, written with typed fields.

    select(Task).where((Task.priority >= 3) & (Task.status == "todo"))
                .order_by(Task.due_at.desc())
                .limit(20)
    select(Task.status, count()).group_by(Task.status)
    select(Task.title, Task.project.to.name.as_("project")).into(Line)

Of a model with soft deletion live rows are seen; `with_deleted` and `only_deleted` say
otherwise, of the statement's own model. References are followed by their path and become
joins by themselves; `join` is for what may have many rows.

Left out on purpose, because SQL says it better (`raw.sql`): WITH and recursion, UNION,
grouping sets, LATERAL, window frames.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, overload

from drystone.schema.expressions.expression import Expression, Named, Order, Predicate
from drystone.schema.expressions.shapes import OrderShape, OutputShape, Subquery

from .sources import find_source, source_of
from .statement import Statement
from .steps import (
    CountOf,
    Deleted,
    Distinct,
    EstimateOf,
    From,
    Group,
    Having,
    Into,
    Join,
    Limit,
    Lock,
    Output,
    Scope,
    Seek,
    SelectModel,
    SelectOutputs,
    Sort,
    Where,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from drystone.schema.expressions.shapes import Shape

    from .steps import JoinKind, Strength

T_co = TypeVar("T_co", covariant=True)
M = TypeVar("M")
S = TypeVar("S")
A_ = TypeVar("A_")
B_ = TypeVar("B_")
C_ = TypeVar("C_")
D_ = TypeVar("D_")
E_ = TypeVar("E_")
F_ = TypeVar("F_")
G_ = TypeVar("G_")
H_ = TypeVar("H_")

# OFFSET is a bigint; what is past it can be no place of a row.
_MAX_ROWS: Final = 2**63 - 1
_new: Final = tuple.__new__  # a named tuple's own costs three times as much
_LIMIT: Final = Limit("LIMIT")
_OFFSET: Final = Limit("OFFSET")


class Select(Statement[T_co]):
    """A SELECT whose rows are of type T_co."""

    __slots__ = ()

    def where(self, *conditions: Predicate) -> Select[T_co]:
        """Take rows for which all of the conditions are true."""
        steps, values = self.steps, self.values
        for one in conditions:
            steps += (_new(Where, (one.shape, "where")),)
            values += one.values
        return Select(steps, values)

    def within(self, *scopes: Predicate) -> Select[T_co]:
        """Take rows for which conditions of the platform's own are true as well.

        They are as `where`, but that references in them are followed to rows that
        `seeing` leaves out.
        """
        steps, values = self.steps, self.values
        for one in scopes:
            steps += (Scope(one.shape),)
            values += one.values
        return Select(steps, values)

    def seek(self, *ranges: Predicate) -> Select[T_co]:
        """Begin at a place in the order (`seek.py`); counts do not take part in it."""
        step = Seek(tuple(one.shape for one in ranges))
        return Select((*self.steps, step), self.values + values_of(ranges))

    def order_by(self, *terms: Order | Expression[Any]) -> Select[T_co]:
        """Sort the rows, by the first term first; expressions count ascending."""
        steps, values = self.steps, self.values
        for one in terms:
            if isinstance(one, Order):
                steps += (_new(Sort, (one.shape, "sort")),)
                values += one.values
            else:
                shape, own = self._reuse(one)
                steps += (Sort(OrderShape(shape)),)
                values += own
        return Select(steps, values)

    def limit(self, rows: int) -> Select[T_co]:
        """Take so many rows at most.

        Raises:
            ValueError: it is negative, or past 64 bits.
        """
        return Select((*self.steps, _LIMIT), (*self.values, _check_rows(rows)))

    def limit_in_text(self, rows: int) -> Select[T_co]:
        """Take so many rows at most, and let the statement's text say how many.

        For limits of which there are few. A plan that is kept for a limit it does not
        know expects a tenth of the table, so PostgreSQL plans such a statement each time
        it runs: a third of what a page of 20 rows costs.

        Raises:
            ValueError: it is negative, or past 64 bits.
        """
        return Select((*self.steps, Limit("LIMIT", _check_rows(int(rows)))), self.values)

    def offset(self, rows: int) -> Select[T_co]:
        """Skip so many rows.

        Raises:
            ValueError: it is negative, or past 64 bits.
        """
        return Select((*self.steps, _OFFSET), (*self.values, _check_rows(rows)))

    def distinct(self) -> Select[T_co]:
        """Take equal rows once."""
        return self._with(Distinct())

    def group_by(self, *terms: Expression[Any]) -> Select[T_co]:
        """Make one row of all that agree in the terms."""
        steps, values = self.steps, self.values
        for one in terms:
            shape, own = self._reuse(one)
            steps += (Group(shape),)
            values += own
        return Select(steps, values)

    def having(self, *conditions: Predicate) -> Select[T_co]:
        """Take groups for which all of the conditions are true."""
        steps, values = self.steps, self.values
        for one in conditions:
            steps += (Having(one.shape),)
            values += one.values
        return Select(steps, values)

    def from_(self, model: type[Any]) -> Select[T_co]:
        """Say the statement's own model, where its columns do not: `select(count())`."""
        return self._with(From(source_of(model)))

    def join(
        self,
        model: type[Any],
        *,
        on: Predicate,
        kind: JoinKind = "inner",
        deleted: bool = False,
    ) -> Select[T_co]:
        """Join the rows of another model, many to one as may be.

        Args:
            model: the model, or an alias of one.
            on: which of its rows belong to which.
            kind: `inner` leaves rows out that have no partner, `left` keeps those of the
                statement so far, `full` keeps those of both.
            deleted: whether its deleted rows take part.
        """
        step = Join(source_of(model), kind, on.shape, deleted)
        return Select((*self.steps, step), self.values + on.values)

    def with_deleted(self) -> Select[T_co]:
        """See deleted rows of the statement's own model as well."""
        return self._with(Deleted("with"))

    def only_deleted(self) -> Select[T_co]:
        """See deleted rows of the statement's own model, and no others."""
        return self._with(Deleted("only"))

    def for_update(self, *, nowait: bool = False, skip_locked: bool = False) -> Select[T_co]:
        """Lock the rows against every change and every other lock (chapter 13.3.2).

        Args:
            nowait: fail at once where another transaction has locked one.
            skip_locked: leave such rows out.
        """
        return self._lock("UPDATE", nowait=nowait, skip_locked=skip_locked)

    def for_no_key_update(self, *, nowait: bool = False, skip_locked: bool = False) -> Select[T_co]:
        """Lock the rows against changes, but let others refer to them."""
        return self._lock("NO KEY UPDATE", nowait=nowait, skip_locked=skip_locked)

    def for_share(self, *, nowait: bool = False, skip_locked: bool = False) -> Select[T_co]:
        """Keep the rows as they are until the transaction ends; others may do so too."""
        return self._lock("SHARE", nowait=nowait, skip_locked=skip_locked)

    def into(self, target: type[S]) -> Select[S]:
        """Make each row a Struct or model, by the names of the columns."""
        return Select((*self.steps, Into(target)), self.values)

    def as_value(self) -> Expression[T_co]:
        """Return the one row of the one column as a value; NULL without a row."""
        return Expression(Subquery("VALUE", self.steps), self.values)

    def as_array(self) -> Expression[list[T_co]]:
        """Return the rows of the one column as an array; empty without a row."""
        return Expression(Subquery("ARRAY", self.steps), self.values)

    def _with(self, step: Distinct | From | Deleted | Lock) -> Select[T_co]:
        return Select((*self.steps, step), self.values)

    def _lock(self, strength: Strength, *, nowait: bool, skip_locked: bool) -> Select[T_co]:
        if nowait and skip_locked:
            raise ValueError("nowait and skip_locked exclude each other; say one of them")
        wait: Literal["", "NOWAIT", "SKIP LOCKED"] = "NOWAIT" if nowait else ""
        return self._with(Lock(strength, "SKIP LOCKED" if skip_locked else wait))

    def _reuse(self, term: Expression[Any]) -> tuple[Shape, tuple[object, ...]]:
        """Return a term; the column that it names, if it is one that is selected."""
        head = self.steps[0]
        if isinstance(term, Named) and isinstance(head, SelectOutputs):
            for one in head.outputs:
                if one.label == term.label and one.shape == term.shape:
                    return OutputShape(term.label), ()
        return term.shape, term.values


@overload
def select(model: type[M], /) -> Select[M]: ...
@overload
def select(a: Expression[A_], /) -> Select[A_]: ...
@overload
def select(a: Expression[A_], b: Expression[B_], /) -> Select[tuple[A_, B_]]: ...
@overload
def select(
    a: Expression[A_], b: Expression[B_], c: Expression[C_], /
) -> Select[tuple[A_, B_, C_]]: ...
@overload
def select(
    a: Expression[A_], b: Expression[B_], c: Expression[C_], d: Expression[D_], /
) -> Select[tuple[A_, B_, C_, D_]]: ...
@overload
def select(
    a: Expression[A_],
    b: Expression[B_],
    c: Expression[C_],
    d: Expression[D_],
    e: Expression[E_],
    /,
) -> Select[tuple[A_, B_, C_, D_, E_]]: ...
@overload
def select(
    a: Expression[A_],
    b: Expression[B_],
    c: Expression[C_],
    d: Expression[D_],
    e: Expression[E_],
    f: Expression[F_],
    /,
) -> Select[tuple[A_, B_, C_, D_, E_, F_]]: ...
@overload
def select(
    a: Expression[A_],
    b: Expression[B_],
    c: Expression[C_],
    d: Expression[D_],
    e: Expression[E_],
    f: Expression[F_],
    g: Expression[G_],
    /,
) -> Select[tuple[A_, B_, C_, D_, E_, F_, G_]]: ...
@overload
def select(
    a: Expression[A_],
    b: Expression[B_],
    c: Expression[C_],
    d: Expression[D_],
    e: Expression[E_],
    f: Expression[F_],
    g: Expression[G_],
    h: Expression[H_],
    /,
) -> Select[tuple[A_, B_, C_, D_, E_, F_, G_, H_]]: ...
@overload
def select(first: Expression[Any], /, *others: Expression[Any]) -> Select[tuple[Any, ...]]: ...
def select(first: Any, /, *others: Any) -> Any:
    """Begin a SELECT.

    Args:
        first: a model, for whole rows; or the first column.
        others: more columns. One column makes rows of single values, several make tuples.

    Raises:
        TypeError: a column is no expression, or the model is none.
    """
    if not isinstance(first, Expression):
        if others:
            raise TypeError("a model is selected alone; name the columns that are meant")
        return _select_model(first)
    outputs = outputs_of((first, *others))
    source = find_source(tuple(one.shape for one in outputs))
    values = tuple(value for one in (first, *others) for value in one.values)
    return Select((SelectOutputs(outputs, source),), values)


@lru_cache(maxsize=1024)
def _select_model(model: Hashable) -> Select[Any]:
    # Immutable, so one of them serves all.
    return Select((SelectModel(source_of(model)),))


def values_of(parts: Iterable[Expression[Any]]) -> tuple[object, ...]:
    """Return the values of expressions, one after the other."""
    return tuple(value for one in parts for value in one.values)


def outputs_of(columns: tuple[Any, ...]) -> tuple[Output, ...]:
    """Return what expressions become in a result.

    Raises:
        TypeError: one of them is no expression.
    """
    for one in columns:
        if not isinstance(one, Expression):
            raise TypeError(f"{one!r} is no column; write fields, or one model alone")
    return tuple(
        Output(one.shape, one.label if isinstance(one, Named) else None) for one in columns
    )


def count_of(query: Select[Any]) -> Statement[int]:
    """Return a statement for how many rows a select has, its order and limits aside."""
    return Statement((*query.steps, CountOf()), query.values)


def estimate_of(query: Select[Any]) -> Statement[int]:
    """Return a statement for how many rows the planner expects, order and limits aside.

    It runs nothing (EXPLAIN): what it costs does not depend on how many rows there are.
    """
    return Statement((*query.steps, EstimateOf()), query.values)


def exists(query: Select[Any]) -> Predicate:
    """Test whether a select has any row; it may refer to the statement around it."""
    return Predicate(Subquery("EXISTS", query.steps), query.values)


def _check_rows(rows: int) -> int:
    if not 0 <= rows <= _MAX_ROWS:
        raise ValueError(f"{rows} is no number of rows: write 0 to {_MAX_ROWS}")
    return rows
