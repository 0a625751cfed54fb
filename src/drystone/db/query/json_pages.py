"""Pages of rows and single rows as JSON, with what a list or an ETag needs beside them.

    json_page(select(Task).order_by(Task.id.desc()).limit_in_text(21), total=True)
    json_item(select(Task).where(Task.id == id), expand=[Task.project, Task.project.to.owner])

Rows of other tables (`expansions.py`) are members beside the columns: `project` beside
`project_id`. So are computed values, under their labels. None of them costs a statement,
and no row is lost or repeated by them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .expansions import Visible, Wanted, all_visible, expansions_of, hold_expansions
from .select import outputs_of, values_of
from .statement import Statement
from .steps import AsItem, AsPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.expressions.expression import Named

    from .page_rows import JSONItem, JSONPage
    from .select import Select


def json_page(
    query: Select[Any],
    *,
    shown: Sequence[str] | None = None,
    expand: Sequence[Wanted] = (),
    computed: Sequence[Named[Any]] = (),
    places: bool = False,
    total: bool = False,
    visible: Visible = all_visible,
) -> Statement[JSONPage]:
    """Return a statement of one row: the rows of a select, each as a JSON object.

    Args:
        query: a select of whole rows or of columns, with the references that are expanded,
            the `id` beside which rows are collected, and what is computed with.
        shown: the members, in this order; all where not given, but secret columns.
        expand: rows of other tables.
        computed: values that are members too.
        places: whether each row's place in the order is wanted, for `seek.py`.
        total: whether the number of rows without order and limits is wanted.
        visible: which rows of other models may be shown.
    """
    if not expand and not computed:
        plain = AsPage(_shown(shown), (), places, total)
        return Statement((*query.steps, plain), query.values)
    tree, values = hold_expansions(expansions_of(expand), visible)
    step = AsPage(_shown(shown), tree, places, total, outputs_of(tuple(computed)))
    return Statement((*query.steps, step), query.values + values + values_of(computed))


def json_item(
    query: Select[Any],
    *,
    shown: Sequence[str] | None = None,
    expand: Sequence[Wanted] = (),
    computed: Sequence[Named[Any]] = (),
    visible: Visible = all_visible,
) -> Statement[JSONItem]:
    """Return the statement with each row as a JSON object, its version beside it.

    See `json_page` for the arguments.
    """
    if not expand and not computed:
        return Statement((*query.steps, AsItem(_shown(shown), ())), query.values)
    tree, values = hold_expansions(expansions_of(expand), visible)
    step = AsItem(_shown(shown), tree, outputs_of(tuple(computed)))
    return Statement((*query.steps, step), query.values + values + values_of(computed))


def _shown(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
