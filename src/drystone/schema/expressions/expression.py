"""Expressions and predicates: what is written with a model's fields.

    (Task.priority >= 3) & Task.due_at.is_null()
    Task.project.to.owner == user
    Task.title.contains("report") | Task.tags.has("urgent")

They are values, built by Python's operators and checked by the type checker; nothing
here knows SQL's text or a database. `&`, `|` and `~` stand for AND, OR and NOT; Python's
own `and`, `or`, `not`, `if` and chained comparisons cannot be taken over, so they raise
and say what to write instead.

SQL's logic has three values: a comparison with NULL is unknown, and an unknown row is
not selected. `is_null()`, `is_not_null()` and `same_as()` are the tests that see NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeAlias, TypeVar, overload

from drystone.schema.expressions.like import escape_like
from drystone.schema.expressions.shapes import (
    PARAMETER,
    Call,
    Junction,
    Negation,
    Operation,
    OrderShape,
    Parameter,
    Subquery,
    Suffix,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from drystone.schema.expressions.query import Query
    from drystone.schema.expressions.shapes import Nulls, Shape

T = TypeVar("T")
Number = TypeVar("Number")
Item = TypeVar("Item")

Values: TypeAlias = tuple[object, ...]

# A named tuple's own constructor costs three times as much.
_new: Final = tuple.__new__


class Expression(Generic[T]):
    """A value of type T that PostgreSQL computes.

    Attributes:
        shape: what is computed, without values; see `shapes`.
        values: what its parameters stand for, in the order of the text.
    """

    __slots__ = ("shape", "values")

    def __init__(self, shape: Shape, values: Values = ()) -> None:
        self.shape = shape
        self.values = values

    # Comparisons.

    def __eq__(self, other: T | Expression[Any]) -> Predicate:  # type: ignore[override]  # a predicate, not a bool: that is the point
        if other is None:
            raise TypeError(f"{self!r} == None is never true in SQL: write .is_null()")
        return self._compare("=", other)

    def __ne__(self, other: T | Expression[Any]) -> Predicate:  # type: ignore[override]  # as above
        if other is None:
            raise TypeError(f"{self!r} != None is never true in SQL: write .is_not_null()")
        return self._compare("<>", other)

    def __lt__(self, other: T | Expression[Any]) -> Predicate:
        return self._compare("<", other)

    def __le__(self, other: T | Expression[Any]) -> Predicate:
        return self._compare("<=", other)

    def __gt__(self, other: T | Expression[Any]) -> Predicate:
        return self._compare(">", other)

    def __ge__(self, other: T | Expression[Any]) -> Predicate:
        return self._compare(">=", other)

    __hash__ = object.__hash__

    def is_null(self) -> Predicate:
        """Test for NULL."""
        return Predicate(Suffix(self.shape, "IS NULL"), self.values)

    def is_not_null(self) -> Predicate:
        """Test for anything but NULL."""
        return Predicate(Suffix(self.shape, "IS NOT NULL"), self.values)

    def is_true(self: Expression[bool] | Expression[bool | None]) -> Predicate:
        """Test for true; NULL is not."""
        return Predicate(Suffix(self.shape, "IS TRUE"), self.values)

    def is_false(self: Expression[bool] | Expression[bool | None]) -> Predicate:
        """Test for false; NULL is not."""
        return Predicate(Suffix(self.shape, "IS FALSE"), self.values)

    def same_as(self, other: T | Expression[Any] | None) -> Predicate:
        """Test for equality where two NULLs are the same (IS NOT DISTINCT FROM)."""
        return self._compare("IS NOT DISTINCT FROM", other)

    def in_(self, choices: Iterable[T]) -> Predicate:
        """Test for being one of the values; none at all is false.

        Raises:
            ValueError: None is among them, which could never match.
        """
        return self._choose("= ANY", choices)

    def not_in(self, choices: Iterable[T]) -> Predicate:
        """Test for being none of the values; NULL is unknown, so not selected."""
        return self._choose("<> ALL", choices)

    def between(self, low: T | Expression[Any], high: T | Expression[Any]) -> Predicate:
        """Test for `low <= value <= high`."""
        return self._compare(">=", low) & self._compare("<=", high)

    @overload
    def in_query(self, query: Query[T]) -> Predicate: ...
    @overload
    def in_query(self, query: Query[T | None]) -> Predicate: ...
    def in_query(self, query: Query[Any]) -> Predicate:
        """Test for being among the rows of a `select` of one column.

        `~` of it selects nothing as soon as one of those rows is NULL: `~exists(…)` is
        what is meant then.
        """
        rows = Subquery("ROWS", query.steps)
        return Predicate(Operation("IN", self.shape, rows), self.values + query.values)

    # Text.

    def like(self: Expression[str] | Expression[str | None], pattern: str) -> Predicate:
        r"""Match a LIKE pattern: `%` any text, `_` any character, `\` takes them literally."""
        return self._compare("LIKE", pattern)

    def ilike(self: Expression[str] | Expression[str | None], pattern: str) -> Predicate:
        """Match a LIKE pattern, ignoring case."""
        return self._compare("ILIKE", pattern)

    def contains(self: Expression[str] | Expression[str | None], text: str) -> Predicate:
        """Test whether the text occurs, ignoring case; wildcards in it mean themselves."""
        return self._compare("ILIKE", f"%{escape_like(text)}%")

    def starts_with(self: Expression[str] | Expression[str | None], text: str) -> Predicate:
        """Test what it begins with, ignoring case."""
        return self._compare("ILIKE", f"{escape_like(text)}%")

    def ends_with(self: Expression[str] | Expression[str | None], text: str) -> Predicate:
        """Test what it ends with, ignoring case."""
        return self._compare("ILIKE", f"%{escape_like(text)}")

    def matches(self: Expression[str] | Expression[str | None], pattern: str) -> Predicate:
        """Match a regular expression of PostgreSQL's (chapter 9.7.3), anywhere in the text."""
        return self._compare("~", pattern)

    def similarity(self: Expression[str] | Expression[str | None], text: str) -> Expression[float]:
        """Return how much is common to both, 0 to 1, by groups of three letters (pg_trgm)."""
        return Expression(Call("similarity", (self.shape, PARAMETER)), (*self.values, text))

    def resembles(self: Expression[str] | Expression[str | None], text: str) -> Predicate:
        """Test for a similarity above `pg_trgm.similarity_threshold`, which is 0.3."""
        return self._compare("%", text)

    def lower(self: Expression[str] | Expression[str | None]) -> Expression[str]:
        """Return the text in lower case."""
        return self._call("lower")

    def upper(self: Expression[str] | Expression[str | None]) -> Expression[str]:
        """Return the text in upper case."""
        return self._call("upper")

    def length(self: Expression[str] | Expression[str | None]) -> Expression[int]:
        """Return the number of characters."""
        return self._call("char_length")

    # Arrays and JSON.

    def has(self: Expression[list[Item]] | Expression[list[Item] | None], item: Item) -> Predicate:
        """Test whether an array holds the item."""
        return self._compare("@>", [item])

    def has_all(
        self: Expression[list[Item]] | Expression[list[Item] | None], items: Sequence[Item]
    ) -> Predicate:
        """Test whether an array holds each of the items."""
        return self._compare("@>", list(items))

    def has_any(
        self: Expression[list[Item]] | Expression[list[Item] | None], items: Sequence[Item]
    ) -> Predicate:
        """Test whether an array holds one of the items."""
        return self._compare("&&", list(items))

    def includes(self, document: object) -> Predicate:
        """Test whether a JSON column holds the document (`@>`, chapter 8.14.3)."""
        return Predicate(Operation("@>", self.shape, Parameter("jsonb")), (*self.values, document))

    def at(self, *path: str | int) -> Expression[Any]:
        """Return what a JSON column holds under the path, as JSON."""
        return self._descend("#>", path)

    def text_at(self, *path: str | int) -> Expression[str]:
        """Return what a JSON column holds under the path, as text."""
        return self._descend("#>>", path)

    # Arithmetic.

    def __add__(self, other: Any) -> Expression[T]:
        return self._operate("+", other)

    def __sub__(self, other: Any) -> Expression[T]:
        return self._operate("-", other)

    def __mul__(self, other: Any) -> Expression[T]:
        return self._operate("*", other)

    def __truediv__(self, other: Any) -> Expression[T]:
        return self._operate("/", other)

    def __mod__(self, other: Any) -> Expression[T]:
        return self._operate("%", other)

    # Aggregates (chapter 9.21).

    def count(self, *, distinct: bool = False) -> Aggregate[int]:
        """Return how many rows have it not NULL; `distinct` counts equal ones once."""
        return Aggregate(Call("count", (self.shape,), distinct), self.values)

    def min(self) -> Aggregate[T]:
        """Return the least."""
        return Aggregate(Call("min", (self.shape,)), self.values)

    def max(self) -> Aggregate[T]:
        """Return the greatest."""
        return Aggregate(Call("max", (self.shape,)), self.values)

    def sum(self, *, distinct: bool = False) -> Aggregate[Any]:
        """Return the sum; NULL over no rows."""
        return Aggregate(Call("sum", (self.shape,), distinct), self.values)

    def average(self) -> Aggregate[Any]:
        """Return the mean; NULL over no rows."""
        return Aggregate(Call("avg", (self.shape,)), self.values)

    def collect(self) -> Aggregate[list[T]]:
        """Return the values of all rows as an array; NULL over no rows."""
        return Aggregate(Call("array_agg", (self.shape,)), self.values)

    # A name for the column that it becomes.

    def as_(self, label: str) -> Named[T]:
        """Name it, as a column of the statement that selects it."""
        return Named(self, label)

    # Order.

    def asc(self, *, nulls: Nulls | None = None) -> Order:
        """Sort by it, ascending; NULLs come last unless said."""
        return Order(_new(OrderShape, (self.shape, False, nulls, "order")), self.values)

    def desc(self, *, nulls: Nulls | None = None) -> Order:
        """Sort by it, descending; NULLs come first unless said."""
        return Order(_new(OrderShape, (self.shape, True, nulls, "order")), self.values)

    # What Python would do with it and must not.

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} has no truth value: PostgreSQL computes it. Join predicates by & | ~ "
            "with parentheses around each, in place of 'and', 'or', 'not' and 'a < b < c'; "
            "test for a column in a list with 'is'"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {self.shape!r}>"

    # How they are put together.

    def _compare(self, operator: str, other: object) -> Predicate:
        if isinstance(other, Expression):
            return Predicate(
                Operation(operator, self.shape, other.shape), self.values + other.values
            )
        return Predicate(Operation(operator, self.shape, PARAMETER), (*self.values, other))

    def _operate(self, operator: str, other: object) -> Expression[Any]:
        if isinstance(other, Expression):
            shape = Operation(operator, self.shape, other.shape)
            return Expression(shape, self.values + other.values)
        return Expression(Operation(operator, self.shape, PARAMETER), (*self.values, other))

    def _choose(self, operator: str, choices: Iterable[object]) -> Predicate:
        listed = list(choices)
        if None in listed:
            raise ValueError(
                f"None among the choices of {self!r} matches nothing: write .is_null()"
            )
        return Predicate(Operation(operator, self.shape, PARAMETER), (*self.values, listed))

    def _call(self, name: str) -> Expression[Any]:
        return Expression(Call(name, (self.shape,)), self.values)

    def _descend(self, operator: str, path: Sequence[str | int]) -> Expression[Any]:
        shape = Operation(operator, self.shape, Parameter("text[]"))
        return Expression(shape, (*self.values, [str(step) for step in path]))


class Predicate(Expression[bool]):
    """An expression that selects rows: true, false or, where NULL takes part, unknown."""

    __slots__ = ()

    def __and__(self, other: Predicate) -> Predicate:
        parts = (self.shape, other.shape)
        return Predicate(_new(Junction, ("AND", parts, "junction")), self.values + other.values)

    def __or__(self, other: Predicate) -> Predicate:
        parts = (self.shape, other.shape)
        return Predicate(_new(Junction, ("OR", parts, "junction")), self.values + other.values)

    def __invert__(self) -> Predicate:
        return Predicate(Negation(self.shape), self.values)


class Aggregate(Expression[T]):
    """A function of many rows, or of a window of them."""

    __slots__ = ()

    def where(self, condition: Predicate) -> Aggregate[T]:
        """Take only rows that fulfil the condition (FILTER)."""
        call = self._shape
        return Aggregate(call._replace(condition=condition.shape), self.values + condition.values)

    def over(
        self,
        *,
        partition_by: Sequence[Expression[Any]] = (),
        order_by: Sequence[Order] = (),
    ) -> Expression[T]:
        """Compute it over a window of rows, and keep each row (chapter 3.5)."""
        window = Window(
            tuple(part.shape for part in partition_by), tuple(term.shape for term in order_by)
        )
        inner = [value for part in partition_by for value in part.values]
        inner += [value for term in order_by for value in term.values]
        return Expression(self._shape._replace(window=window), (*self.values, *inner))

    @property
    def _shape(self) -> Call:
        if not isinstance(self.shape, Call):
            raise TypeError(f"{self!r} is no call")
        return self.shape


class Named(Expression[T]):
    """An expression under the name of a column.

    Attributes:
        label: the name. A `group_by` or `order_by` of the same statement that is given
            this expression means the column by it.
    """

    __slots__ = ("label",)

    def __init__(self, expression: Expression[T], label: str) -> None:
        super().__init__(expression.shape, expression.values)
        self.label = label


class Order:
    """One term of an ORDER BY."""

    __slots__ = ("shape", "values")

    def __init__(self, shape: OrderShape, values: Values = ()) -> None:
        self.shape = shape
        self.values = values

    def nulls_first(self) -> Self:
        """Put NULLs before everything else."""
        return type(self)(self.shape._replace(nulls="first"), self.values)

    def nulls_last(self) -> Self:
        """Put NULLs behind everything else."""
        return type(self)(self.shape._replace(nulls="last"), self.values)
