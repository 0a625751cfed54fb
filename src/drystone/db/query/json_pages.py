"""Pages of rows and single rows as JSON, with what a list or an ETag needs beside them.

    json_page(select(Task).order_by(Task.id.desc()).limit_in_text(21), total=True)
    json_item(select(Task).where(Task.id == id), expand=[Task.project, Task.project.to.owner])

Expanded references are members beside the reference: `project` beside `project_id`. They
cost no statement, and no row is lost or repeated by them. Only references to one row are
expanded; rows that refer to this one would be a member of their own, an `ARRAY` subquery
with a limit, at the same place.

What may be seen of other models than the statement's own is said by `visible`: it is asked
once for each place at which rows of a model would be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from drystone.schema.expressions.expression import Predicate
from drystone.schema.expressions.shapes import ColumnShape

from .frame import columns_of, target_of
from .statement import Statement
from .steps import AsItem, AsPage, Expansion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.model.column import Column
    from drystone.schema.model.column_info import ColumnInfo

    from .page_rows import JSONItem, JSONPage
    from .select import Select

Visible: TypeAlias = Callable[[type[Any]], Predicate | None]
"""Tells which rows of a model may be shown; None is all of them."""


def all_visible(_model: type[Any]) -> None:
    """Show every row of every model."""


def json_page(
    query: Select[Any],
    *,
    shown: Sequence[str] | None = None,
    expand: Sequence[Column[Any]] = (),
    places: bool = False,
    total: bool = False,
    visible: Visible = all_visible,
) -> Statement[JSONPage]:
    """Return a statement of one row: the rows of a select, each as a JSON object.

    Args:
        query: a select of whole rows or of columns, with the references that are expanded.
        shown: the columns that become members, in this order; all where not given.
        expand: references to follow, of the statement's own model or further ones.
        places: whether each row's place in the order is wanted, for `seek.py`.
        total: whether the number of rows without order and limits is wanted.
        visible: which rows of other models may be shown.
    """
    tree, values = hold_expansions(expansions_of(expand), visible)
    step = AsPage(_shown(shown), tree, places, total)
    return Statement((*query.steps, step), query.values + values)


def json_item(
    query: Select[Any],
    *,
    shown: Sequence[str] | None = None,
    expand: Sequence[Column[Any]] = (),
    visible: Visible = all_visible,
) -> Statement[JSONItem]:
    """Return the statement with each row as a JSON object, its version beside it.

    See `json_page` for the arguments.
    """
    tree, values = hold_expansions(expansions_of(expand), visible)
    return Statement((*query.steps, AsItem(_shown(shown), tree)), query.values + values)


def expansions_of(references: Sequence[Column[Any]]) -> tuple[Expansion, ...]:
    """Return references as a tree, those on the way to another one included.

    Raises:
        ValueError: a column is no reference.
    """
    paths = []
    for one in references:
        shape = cast("ColumnShape", one.shape)
        if one.info.reference is None:
            raise ValueError(f"{one!r} leads to no row; expand a reference")
        paths.append((*columns_of(shape.path), one.info))
    return _tree(paths)


def hold_expansions(
    tree: Sequence[Expansion], visible: Visible
) -> tuple[tuple[Expansion, ...], tuple[object, ...]]:
    """Return expansions that show what may be seen, and the values of their conditions."""
    held: list[Expansion] = []
    values: tuple[object, ...] = ()
    for one in tree:
        scope = visible(one.info.model)
        if scope is not None:
            values += scope.values
        inner, below = hold_expansions(one.inner, visible)
        values += below
        held.append(one._replace(inner=inner, scope=None if scope is None else scope.shape))
    return tuple(held), values


def _tree(paths: Sequence[tuple[ColumnInfo, ...]]) -> tuple[Expansion, ...]:
    inner: dict[ColumnInfo, list[tuple[ColumnInfo, ...]]] = {}
    for first, *rest in paths:
        below = inner.setdefault(first, [])
        if rest:
            below.append(tuple(rest))
    return tuple(Expansion(one, target_of(one), _tree(below)) for one, below in inner.items())


def _shown(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
