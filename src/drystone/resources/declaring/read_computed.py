"""`computed`: expressions → columns that nobody writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from drystone.db.query.json_pages import json_item
from drystone.db.query.select import Select, select
from drystone.resources.computed import ComputedColumn
from drystone.schema.expressions.expression import Expression
from drystone.schema.expressions.shapes import ColumnShape, Suffix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from drystone.resources.declaring.site import Site

_NAME: Final = re.compile("[a-z][a-z0-9_]*")


def read_computed(site: Site, given: Mapping[str, Any]) -> dict[str, ComputedColumn[Any]]:
    """Return the computed members by name.

    Raises:
        DeclarationError: a name cannot be one, or an expression makes no sense over the model.
    """
    return {name: _read(site, name, one) for name, one in given.items()}


def _read(site: Site, name: object, given: object) -> ComputedColumn[Any]:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise site.error(
            f"has the computed member {name!r}; write a name in lower case: 'open_tasks'"
        )
    expression = given.as_value() if isinstance(given, Select) else given
    if not isinstance(expression, Expression):
        raise site.error(
            f"computes {name} as {given!r}, which is no expression; write one over fields of "
            f"{site.model.__name__}, or a select of one value"
        )
    for secret in _secrets(expression.shape):
        raise site.error(f"computes {name} with {secret!r}, which is secret; leave it out")
    try:
        column = ComputedColumn(site.info, name, expression)
        # What cannot be a statement is told now, and not to the first caller.
        _ = json_item(select(site.model), computed=[column.named]).sql
    except ValueError as error:
        raise site.error(f"computes {name}: {error}") from None
    return column


def _secrets(node: object) -> Iterator[object]:
    """Yield secret columns that take part; whether one is NULL may be told."""
    if isinstance(node, ColumnShape):
        if getattr(node.column, "is_secret", False):
            yield node.column
    elif isinstance(node, Suffix) and isinstance(node.operand, ColumnShape):
        return
    elif isinstance(node, tuple):
        for part in node:
            yield from _secrets(part)
