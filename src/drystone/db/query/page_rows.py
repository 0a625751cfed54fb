"""What comes back where PostgreSQL writes rows as JSON and tells something beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from drystone.db.rows.record import Record


class JSONItem(NamedTuple):
    """A row.

    Attributes:
        json: an object in UTF-8.
        version: how often the row was written, from 1.
    """

    json: bytes
    version: int


class JSONPage(NamedTuple):
    """Rows in their order.

    Attributes:
        items: each an object in UTF-8.
        places: where each stands in the order (`seek.py`); empty where not asked for.
        total: how many rows there are without limits; None where not asked for.
    """

    items: list[bytes]
    places: list[str]
    total: int | None


def read_item(record: Record) -> JSONItem:
    """Return the row; a record of a joined read has one column more."""
    return JSONItem(record[0], record[1])


def read_page(record: Record) -> JSONPage:
    """Return the rows; of none at all, PostgreSQL makes NULL instead of an empty array."""
    return JSONPage(record[0] or [], record[1] or [], record[2])


def read_estimate(record: Record) -> int:
    """Return the rows that a plan expects (`EXPLAIN`, format JSON)."""
    plan: Any = record[0]
    if isinstance(plan, str):
        # The codecs of this connection leave JSON as it is.
        plan = msgspec.json.decode(plan)
    return int(plan[0]["Plan"]["Plan Rows"])
