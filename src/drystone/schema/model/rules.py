"""What a table holds its rows to, beyond single values: keys, checks, indexes.

Inside `Annotated` for one field, `Unique()` and `Index()` mean that field. Rules of
several fields are returned by a model's `rules`:

    class Member(Model):
        project: Ref[Project]
        user: Ref[User]

        @classmethod
        def rules(cls) -> Rules:
            return [Unique(cls.project, cls.user)]

Uniqueness and exclusion in a model with soft deletion hold for live rows only, unless
`deleted=True`: a value may be used again once its row is deleted. Indexes cover all rows,
unless `deleted=False`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from drystone.schema.expressions.expression import Expression
from drystone.schema.expressions.shapes import Call
from drystone.schema.model.column_types import DateType

if TYPE_CHECKING:
    from datetime import date

    from drystone.schema.expressions.expression import Order, Predicate

# The functions that make a period of two times (chapter 8.17), and what compares periods
# and other things between two rows.
PERIODS: Final = frozenset({"tstzrange", "daterange"})
EXCLUSIONS: Final = frozenset({"=", "<>", "&&", "-|-", "@>", "<@"})

Method = Literal["btree", "gin", "gist", "brin", "hash"]


class Unique:
    """No two rows agree in all of the fields.

    Args:
        fields: together they are unique; none inside `Annotated`.
        ignore_case: `a@b.org` and `A@B.ORG` are the same; for text.
        nulls_distinct: whether two NULLs differ, as they do in SQL.
        where: rows that it holds for; all, where not given.
        deleted: whether deleted rows count too.
    """

    __slots__ = ("deleted", "fields", "ignore_case", "name", "nulls_distinct", "where")

    def __init__(
        self,
        *fields: Expression[Any],
        ignore_case: bool = False,
        nulls_distinct: bool = True,
        where: Predicate | None = None,
        deleted: bool = False,
        name: str | None = None,
    ) -> None:
        self.fields = fields
        self.ignore_case = ignore_case
        self.nulls_distinct = nulls_distinct
        self.where = where
        self.deleted = deleted
        self.name = name


class Index:
    """A way for PostgreSQL to find and order rows (chapter 11).

    Args:
        fields: fields, expressions or orders such as `cls.due_at.desc()`; none inside
            `Annotated`.
        method: how it is built; `gin` for arrays, JSON and text search.
        trigram: serve `contains` and similarity of text, by `pg_trgm`.
        include: fields that ride along, so that the table need not be read.
        where: rows that it covers.
        deleted: whether deleted rows are covered too.
    """

    __slots__ = ("deleted", "fields", "include", "method", "name", "trigram", "where")

    def __init__(
        self,
        *fields: Expression[Any] | Order,
        method: Method = "btree",
        trigram: bool = False,
        include: Sequence[Expression[Any]] = (),
        where: Predicate | None = None,
        deleted: bool = True,
        name: str | None = None,
    ) -> None:
        self.fields = fields
        self.method: Method = "gin" if trigram and method == "btree" else method
        self.trigram = trigram
        self.include = tuple(include)
        self.where = where
        self.deleted = deleted
        self.name = name


class Check:
    """A predicate that every row fulfils; unknown counts as fulfilled, as in SQL.

    Args:
        predicate: over the fields of one row.
        name: of the constraint, and of the fault when a caller breaks it.
        detail: a sentence for that caller.
    """

    __slots__ = ("detail", "name", "predicate")

    def __init__(self, predicate: Predicate, *, name: str, detail: str | None = None) -> None:
        self.predicate = predicate
        self.name = name
        self.detail = detail


class Exclude:
    """No two rows for which all of the comparisons hold (chapter 5.5.6).

        Exclude((cls.room, "="), (period(cls.starts_at, cls.ends_at), "&&"))

    Args:
        elements: an expression and the operator that compares it between two rows.
        where: rows that it holds for.
        deleted: whether deleted rows count too.
    """

    __slots__ = ("deleted", "elements", "name", "where")

    def __init__(
        self,
        *elements: tuple[Expression[Any], str],
        where: Predicate | None = None,
        deleted: bool = False,
        name: str | None = None,
    ) -> None:
        self.elements = elements
        self.where = where
        self.deleted = deleted
        self.name = name


def period(start: Expression[Any], end: Expression[Any]) -> Expression[tuple[date, date]]:
    """Return the time from one field to another, the end left out; for `Exclude`.

    Args:
        start: a date, or a date and time; NULL for no beginning.
        end: the same, and not before it; NULL for no end.
    """
    kind = getattr(getattr(start, "info", None), "type", None)
    function = "daterange" if isinstance(kind, DateType) else "tstzrange"
    return Expression(Call(function, (start.shape, end.shape)), start.values + end.values)


class Comment:
    """What the database says of a column to whoever asks it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Secret:
    """No answer shows this field, and the history keeps nothing of it: a password's hash, a token.

    Whoever may write the row may set it. Its column is left out of rows as JSON and of what
    the history's trigger writes, as if the table had none; a PUT that leaves it out leaves
    it as it is.
    """

    __slots__ = ()


class OnDelete:
    """What happens to a row whose reference is deleted for good (chapter 5.5.5).

    Args:
        action: `restrict` refuses the deletion, `cascade` deletes this row too, `null`
            empties the reference.
        index: False declines the index that a reference gets.
    """

    __slots__ = ("action", "index")

    def __init__(
        self, action: Literal["restrict", "cascade", "null"] = "restrict", *, index: bool = True
    ) -> None:
        self.action: Literal["restrict", "cascade", "null"] = action
        self.index = index


Rule: TypeAlias = Unique | Index | Check | Exclude
Rules: TypeAlias = Sequence[Rule]
