"""Pages of rows and single rows as JSON, with what a list or an ETag needs beside them.

    json_page(select(Task).order_by(Task.id.desc()).limit_in_text(21), total=True)
    json_item(select(Task).where(Task.id == id), expand=[Task.project, Task.project.to.owner])

Expanded references are members beside the reference: `project` beside `project_id`. They
cost no statement, and no row is lost or repeated by them. Only references to one row are
expanded; rows that refer to this one would be a member of their own, an `ARRAY` subquery
with a limit, at the same place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

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


def json_page(
    query: Select[Any],
    *,
    shown: Sequence[str] | None = None,
    expand: Sequence[Column[Any]] = (),
    places: bool = False,
    total: bool = False,
) -> Statement[JSONPage]:
    """Return a statement of one row: the rows of a select, each as a JSON object.

    Args:
        query: a select of whole rows or of columns, with the references that are expanded.
        shown: the columns that become members, in this order; all where not given.
        expand: references to follow, of the statement's own model or further ones.
        places: whether each row's place in the order is wanted, for `seek.py`.
        total: whether the number of rows without order and limits is wanted.
    """
    step = AsPage(_shown(shown), expansions_of(expand), places, total)
    return Statement((*query.steps, step), query.values)


def json_item(
    query: Select[Any],
    *,
    shown: Sequence[str] | None = None,
    expand: Sequence[Column[Any]] = (),
) -> Statement[JSONItem]:
    """Return the statement with each row as a JSON object, its version beside it.

    See `json_page` for the arguments.
    """
    return Statement((*query.steps, AsItem(_shown(shown), expansions_of(expand))), query.values)


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


def _tree(paths: Sequence[tuple[ColumnInfo, ...]]) -> tuple[Expansion, ...]:
    inner: dict[ColumnInfo, list[tuple[ColumnInfo, ...]]] = {}
    for first, *rest in paths:
        below = inner.setdefault(first, [])
        if rest:
            below.append(tuple(rest))
    return tuple(Expansion(one, target_of(one), _tree(below)) for one, below in inner.items())


def _shown(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
