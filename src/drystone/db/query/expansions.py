"""Rows of other tables beside a row: which ones, as a tree of what is written inside of what.

    Task.project                      the row that a reference leads to: an object, or null
    Task.project.to.owner             the same inside of that object
    ReferringRows(Comment.task, …)    the rows that refer to the row: a bounded list
    ReferringRows(Member.project, of=Task.project, …)    those that refer to its project

However many of them are asked for, they cost no statement: each is a subquery on a key or
an index, for the rows that are shown and no others (`beside_text.py`).

What may be seen of other models than the statement's own is said by `Visible`: it is asked
once for each place at which rows of a model would be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column import Column
from drystone.schema.model.model_meta import describe

from .frame import columns_of, target_of
from .steps import Beside, Collection, Expansion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.expressions.expression import Order
    from drystone.schema.model.column_info import ColumnInfo

Visible: TypeAlias = Callable[[type[Any]], Predicate | None]
"""Tells which rows of a model may be shown; None is all of them."""


def all_visible(_model: type[Any]) -> None:
    """Show every row of every model."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferringRows:
    """Rows that refer to a row, to be shown beside it.

    Attributes:
        name: of the member.
        model: theirs.
        reference: the column of theirs that leads to the row.
        of: the reference that leads to the row from the statement's own; None where it is
            the statement's own row.
        limit: how many are shown at most.
        sort: which come first, by columns of theirs; the last one is their key.
        expand: references of theirs to follow.
    """

    name: str
    model: type[Any]
    reference: ColumnInfo
    of: Column[Any] | None
    limit: int
    sort: tuple[Order, ...]
    expand: tuple[Column[Any], ...] = ()


Wanted: TypeAlias = Column[Any] | ReferringRows


@dataclass(slots=True)
class _Node:
    """A row, and what is shown inside of it."""

    one: dict[ColumnInfo, _Node] = field(default_factory=dict)
    many: dict[str, tuple[ReferringRows, _Node]] = field(default_factory=dict)

    def follow(self, reference: Column[Any]) -> _Node:
        node = self
        shape = cast("ColumnShape", reference.shape)
        if reference.info.reference is None:
            raise ValueError(f"{reference!r} leads to no row; expand a reference")
        for step in (*columns_of(shape.path), reference.info):
            node = node.one.setdefault(step, _Node())
        return node

    def collect(self, rows: ReferringRows) -> _Node:
        begin = self if rows.of is None else self.follow(rows.of)
        return begin.many.setdefault(rows.name, (rows, _Node()))[1]

    def branches(self) -> tuple[Beside, ...]:
        ones = (Expansion(one, target_of(one), node.branches()) for one, node in self.one.items())
        return (*ones, *(_collection(rows, node) for rows, node in self.many.values()))


def expansions_of(wanted: Sequence[Wanted]) -> tuple[Beside, ...]:
    """Return what is wanted as a tree, rows on the way to others included.

    Raises:
        ValueError: a column is no reference.
    """
    key = tuple(map(id, wanted))
    known = _trees.get(key)
    if known is None:
        if len(_trees) >= _MAX_TREES:
            _trees.clear()
        known = _trees[key] = (tuple(wanted), _tree_of(wanted))
    return known[1]


# By the ids of what is wanted, which is kept beside the tree, so that no id comes to mean
# something else: a column cannot be compared, as `==` makes a predicate of it.
_trees: Final[dict[tuple[int, ...], tuple[tuple[Wanted, ...], tuple[Beside, ...]]]] = {}
_MAX_TREES: Final = 1024


def _tree_of(wanted: Sequence[Wanted]) -> tuple[Beside, ...]:
    root = _Node()
    for one in wanted:
        if isinstance(one, ReferringRows):
            node = root.collect(one)
            for reference in one.expand:
                node.follow(reference)
        else:
            root.follow(one)
    return root.branches()


def hold_expansions(
    tree: Sequence[Beside], visible: Visible
) -> tuple[tuple[Beside, ...], tuple[object, ...]]:
    """Return expansions that show what may be seen, and the values of their conditions."""
    if visible is all_visible:
        return tuple(tree), ()
    held: list[Beside] = []
    values: tuple[object, ...] = ()
    for one in tree:
        scope = visible(one.info.model)
        if scope is not None:
            values += scope.values
        inner, below = hold_expansions(one.inner, visible)
        values += below
        held.append(one._replace(inner=inner, scope=None if scope is None else scope.shape))
    return tuple(held), values


def _collection(rows: ReferringRows, node: _Node) -> Collection:
    return Collection(
        name=rows.name,
        reference=rows.reference,
        info=describe(rows.model),
        limit=rows.limit,
        sort=tuple(one.shape for one in rows.sort),
        inner=node.branches(),
    )
