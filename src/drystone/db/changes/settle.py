"""Write a whole schema out, so that PostgreSQL can read it once more.

What PostgreSQL prints of an expression is not always what it prints of that print: a
list of `varchar` constants gains a cast at the second reading, and keeps it. Migration
files hold what was printed, so what models ask for has to be compared in the settled
form as well: made in one empty database, read, made from what was read in another,
and read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.catalog.records import Catalog

from .compare import EVERYTHING, compare
from .statements import plain_statements

if TYPE_CHECKING:
    from collections.abc import Iterable


def create_statements(catalog: Catalog, *, extensions: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the statements that make a catalogue's tables and extensions from nothing.

    What else it holds (functions, views and the like) is left out, and must be there
    already where a table needs it.

    Args:
        catalog: what to make.
        extensions: those of its extensions that are there.
    """
    changes = compare(Catalog(extensions=tuple(extensions)), catalog, scope=EVERYTHING)
    return tuple(statement for change in changes for statement in plain_statements(change))
