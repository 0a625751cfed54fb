"""Computed members: what is shown of a row and is no column of it.

    app.resource(
        Project,
        computed={
            "open_tasks": select(count()).from_(Task).where(Task.project == Project.id),
            "is_late": Project.due_at < now(),
        },
        filters=["is_late"],
        sorts=["open_tasks"],
    )

An expression over the model, which PostgreSQL computes for each row that is shown. To the
stages of a request it is a column with a type like any other, but nobody writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

from drystone.db.query.kinds import kind_of
from drystone.db.query.nullness import may_be_null
from drystone.schema.expressions.expression import Expression, Predicate
from drystone.schema.expressions.shapes import Call, ColumnShape, Subquery
from drystone.schema.model.column import Column
from drystone.schema.model.column_info import ColumnInfo
from drystone.schema.model.plain_types import plain_type

if TYPE_CHECKING:
    from drystone.schema.expressions.expression import Named
    from drystone.schema.model.model_info import ModelInfo

T = TypeVar("T")

# What they yield is not said by the row.
_OF_THE_MOMENT: Final = frozenset({"now"})


class ComputedColumn(Column[T]):
    """A computed member, described as a column is.

    Args:
        info: of the model whose rows have it.
        name: of the member.
        expression: what is computed.

    Attributes:
        info: its name and type; `nullable` where nothing says that it is always there.
        named: the expression under its name.
        columns: those of the row that it is computed with, references on its paths included.
        is_of_row: whether it is the same as long as the row is: no other row, no clock has a
            part in it.

    Raises:
        ValueError: the type of the expression cannot be told.
    """

    __slots__ = ("columns", "is_of_row", "named")

    def __init__(self, info: ModelInfo, name: str, expression: Expression[T]) -> None:
        kind = kind_of(expression.shape)
        if kind is None:
            raise ValueError("is an expression whose type cannot be told")
        nullable = may_be_null(expression.shape)
        described = ColumnInfo(
            attribute=name,
            name=name,
            table=info.table,
            type=kind,
            nullable=nullable,
            default=None,
            plain_type=plain_type(kind, nullable=nullable),
        )
        super().__init__(described)
        Expression.__init__(self, expression.shape, expression.values)
        self.named: Named[T] = self.as_(name)
        self.columns = frozenset(_columns(self.shape))
        self.is_of_row = all(_is_of_row(part) for part in _walk(self.shape))

    def _compare(self, operator: str, other: object) -> Predicate:
        return Expression._compare(self, operator, other)  # noqa: SLF001  (past the shapes that columns keep)

    def __repr__(self) -> str:
        return f"{self.info.table}.{self.info.name}"


def _walk(node: object) -> Iterator[object]:
    yield node
    if isinstance(node, tuple):
        for part in node:
            yield from _walk(part)


def _columns(shape: object) -> Iterator[object]:
    for part in _walk(shape):
        if isinstance(part, ColumnShape):
            yield part.path[0] if part.path else part.column


def _is_of_row(part: object) -> bool:
    match part:
        case Subquery():
            return False
        case ColumnShape():
            return not part.path
        case Call():
            return part.name not in _OF_THE_MOMENT
        case _:
            return True


def shown_of(computed: Any, names: tuple[str, ...] | None) -> tuple[Named[Any], ...]:
    """Return those of some computed members that are shown; None shows all."""
    if not computed:
        return ()
    return tuple(one.named for name, one in computed.items() if names is None or name in names)
