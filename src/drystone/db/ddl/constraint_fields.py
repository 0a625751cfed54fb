"""Names of constraints → what a caller is told, for rows that the database refuses.

Most faults are found at the edge. What only the table can know (a key that is taken, a
reference to nothing), or what came past the edge, is refused with the constraint's name;
here that name leads back to the fields of the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drystone.db.ddl.records import Fault
from drystone.db.ddl.table import build_table
from drystone.schema.model.model_meta import describe


def constraint_fields(model: type[Any]) -> Mapping[str, Fault]:
    """Return, by the name of each constraint and unique index, what breaking it means.

    Raises:
        TypeError: it is no model.
        DeclarationError: its table cannot be made.
    """
    table = build_table(describe(model))
    faults = {one.name: one.fault for one in table.constraints}
    faults |= {one.name: one.fault for one in table.indexes if one.fault is not None}
    return MappingProxyType(faults)
