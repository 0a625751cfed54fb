"""What an expression looks like with its values taken out: a tree of plain tuples.

An expression is a *shape* and the *values* that go with it, kept apart from the moment it
is written. `Task.priority >= 3` has the shape `Operation(">=", <priority>, PARAMETER)` and
the values `(3,)`. The compiler in `db/query` is given the shape alone, so no text of a
statement can depend on a value; and two expressions of one shape share one prepared
statement, because shapes are hashable and compare by content.

The set is closed: whoever walks a shape handles the classes below and nothing else.
Being tuples, shapes of different classes could compare equal; each therefore begins with
a word of its own. PostgreSQL's documentation, chapter 4.2, lists what they stand for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

Nulls = Literal["first", "last"]


class AnyColumn(Protocol):
    """A column's description, as far as a shape knows it: `model.ColumnInfo` in full."""

    @property
    def table(self) -> str:
        """The name of its table."""

    @property
    def name(self) -> str:
        """Its name in the table."""


class ColumnShape(NamedTuple):
    """A column, or one of a row that references lead to.

    Attributes:
        column: the column that is meant.
        path: the references to follow, from the statement's model to the column's.
        scope: whose row it is: None for the statement's own, or that around it; else
            the alias that was declared for it.
        owner: the metaclass of the model at which the path begins; it leads to the
            model's description.
    """

    column: AnyColumn
    path: tuple[AnyColumn, ...] = ()
    scope: str | None = None
    owner: type | None = None
    word: Literal["column"] = "column"


class Parameter(NamedTuple):
    """A value that travels apart from the text.

    Attributes:
        cast: the SQL type to name beside it, where PostgreSQL cannot tell it.
    """

    cast: str | None = None
    word: Literal["parameter"] = "parameter"


class Keyword(NamedTuple):
    """A word that chooses what a function does; one of `KEYWORDS`, never a caller's."""

    text: str
    word: Literal["keyword"] = "keyword"


class OutputShape(NamedTuple):
    """What a select names by this label: in its GROUP BY and ORDER BY."""

    label: str
    word: Literal["output"] = "output"


class Operation(NamedTuple):
    """Two operands and what stands between them; `operator` is one of `OPERATORS`."""

    operator: str
    left: Shape
    right: Shape
    word: Literal["operation"] = "operation"


class Suffix(NamedTuple):
    """An operand and a test behind it, such as `IS NULL`; one of `SUFFIXES`."""

    operand: Shape
    suffix: str
    word: Literal["suffix"] = "suffix"


class Junction(NamedTuple):
    """Predicates joined by AND or OR; never empty."""

    operator: Literal["AND", "OR"]
    parts: tuple[Shape, ...]
    word: Literal["junction"] = "junction"


class Negation(NamedTuple):
    """NOT."""

    part: Shape
    word: Literal["negation"] = "negation"


class Call(NamedTuple):
    """A function or an aggregate; the name is written by the platform, never by a caller.

    Attributes:
        name: of a function, from `FUNCTIONS`.
        arguments: its operands; none for `count(*)`.
        distinct: whether equal inputs of an aggregate count once.
        condition: the aggregate's FILTER.
        window: what an OVER clause says.
    """

    name: str
    arguments: tuple[Shape, ...] = ()
    distinct: bool = False
    condition: Shape | None = None
    window: Window | None = None
    word: Literal["call"] = "call"


class Window(NamedTuple):
    """An OVER clause."""

    partition_by: tuple[Shape, ...] = ()
    order_by: tuple[OrderShape, ...] = ()
    word: Literal["window"] = "window"


class OrderShape(NamedTuple):
    """One term of an ORDER BY."""

    operand: Shape
    descending: bool = False
    nulls: Nulls | None = None
    word: Literal["order"] = "order"


class Subquery(NamedTuple):
    """A statement inside another one: the shape of a `select`, which `db/query` knows.

    Attributes:
        form: how it stands there: `EXISTS (…)`, `(…)` as a value, `ARRAY(…)` of all its
            rows, `IN (…)` behind an operand.
    """

    form: Literal["EXISTS", "VALUE", "ARRAY", "ROWS"]
    query: Hashable
    word: Literal["subquery"] = "subquery"


Shape: TypeAlias = (
    ColumnShape
    | Parameter
    | Keyword
    | OutputShape
    | Operation
    | Suffix
    | Junction
    | Negation
    | Call
    | Subquery
)

PARAMETER: Final = Parameter()

# Every operator and test that may reach a statement's text.
OPERATORS: Final = frozenset(
    {
        *("=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||"),
        *("IS DISTINCT FROM", "IS NOT DISTINCT FROM", "LIKE", "ILIKE", "NOT ILIKE", "~"),
        *("= ANY", "<> ALL", "@>", "<@", "&&", "->", "->>", "#>", "#>>", "?", "@@", "IN"),
    }
)
SUFFIXES: Final = frozenset({"IS NULL", "IS NOT NULL", "IS TRUE", "IS FALSE"})
FUNCTIONS: Final = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "bool_and", "bool_or", "array_agg"),
        *("lower", "upper", "char_length", "cardinality", "coalesce", "abs", "date_trunc"),
        *("to_tsvector", "websearch_to_tsquery", "ts_rank", "similarity", "now"),
        *("row", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value"),
    }
)
# The units of `date_trunc` (chapter 9.9.2) and the text search configurations that
# PostgreSQL brings along (chapter 12.1.3).
UNITS: Final = frozenset(
    "microseconds milliseconds second minute hour day week month quarter year decade".split()
)
LANGUAGES: Final = frozenset(
    """
    simple arabic armenian basque catalan danish dutch english finnish french german greek
    hindi hungarian indonesian irish italian lithuanian nepali norwegian portuguese romanian
    russian serbian spanish swedish tamil turkish yiddish
    """.split()
)
KEYWORDS: Final = UNITS | LANGUAGES | {"UTC", "", " "}
