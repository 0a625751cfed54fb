"""In which order tables can be made: a table after those that its foreign keys name.

Where tables reference each other in a circle, one of them is made without the keys
that point ahead; these are added when all tables are there. Tables are dropped in the
opposite order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from drystone.db.catalog.records import Constraint, Table


def in_creation_order(tables: Iterable[Table]) -> list[tuple[Table, tuple[str, ...]]]:
    """Return tables in an order to make them, each with its foreign keys to add later."""
    waiting = {table.name: table for table in tables}
    ordered = []
    while waiting:
        # None is free in a circle: the first by name is then made without.
        name = next(
            (name for name in sorted(waiting) if not list(_ahead(waiting[name], waiting))),
            min(waiting),
        )
        table = waiting[name]
        ordered.append((table, tuple(key.name for key in _ahead(table, waiting))))
        del waiting[name]
    return ordered


def _ahead(table: Table, waiting: Iterable[str]) -> Iterator[Constraint]:
    for constraint in table.constraints:
        target = constraint.referenced_table
        if target is not None and target != table.name and target in waiting:
            yield constraint
