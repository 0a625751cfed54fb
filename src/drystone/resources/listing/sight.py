"""What a statement sees through references: rows that its caller may see, and no others.

A filter on `project.owner`, an order by `project.name`, a search in it: each would tell of
projects that the caller cannot read, by which tasks come and where they stand. So a
project out of sight is as one that is missing, in all of these and in what is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from drystone.db.query.expansions import all_visible
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from drystone.db.query.expansions import Visible
    from drystone.db.query.statement import Statement
    from drystone.schema.model.column_info import ColumnInfo

    Path = tuple[ColumnInfo, ...]

S = TypeVar("S", bound="Statement[Any]")


def hold_references(query: S, model: type[Any], shapes: Iterable[object], visible: Visible) -> S:
    """Return a statement that sees visible rows alone through its references.

    Args:
        query: the statement.
        model: its own.
        shapes: what it says for its caller: filters, orders, what is searched and shown.
        visible: which rows of a model may be seen.
    """
    if visible is all_visible:
        return query
    table = describe(model).table
    for path in sorted(set(_paths(tuple(shapes), table)), key=_by_names):
        reference = path[-1].reference
        assert reference is not None, "only references make a path"  # noqa: S101  (our own fault)
        scope = visible(reference.resolve())
        if scope is not None:
            query = query.seeing(path, scope)
    return query


def _paths(node: object, table: str) -> Iterator[Path]:
    """Yield each path that a shape follows from a row of a table, those on its way too."""
    if isinstance(node, ColumnShape):
        path = cast("Path", node.path)
        if path and node.scope is None and path[0].table == table:
            for end in range(1, len(path) + 1):
                yield path[:end]
    elif isinstance(node, tuple):
        for part in node:
            yield from _paths(part, table)


def _by_names(path: Path) -> tuple[str, ...]:
    # An order that is always the same, so that the text of the statement is.
    return tuple(one.name for one in path)
