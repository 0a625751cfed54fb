"""How large the tables are that pending migrations touch, in the database at hand.

Source: PostgreSQL chapter 9.28.7 (`pg_total_relation_size`, indexes and TOAST included);
`pg_class.reltuples`, an estimate of the last ANALYZE, negative before the first one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.db.migrations.session import Connection

# 16 MiB are read, or written anew, in some 50 ms: what waits that long is not noticed.
SMALL_BYTES: Final = 16 * 1024 * 1024

_SIZES = """
SELECT asked.name,
       sum(pg_total_relation_size(c.oid))::bigint AS bytes,
       sum(nullif(c.reltuples, -1))::bigint AS rows
FROM unnest($1::text[]) AS asked(name)
JOIN LATERAL (
    SELECT to_regclass(asked.name)::oid AS oid
    UNION
    SELECT relid::oid FROM pg_partition_tree(to_regclass(asked.name))
) AS part ON true
JOIN pg_class c ON c.oid = part.oid
GROUP BY asked.name
"""


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table's size, its partitions' included.

    Attributes:
        bytes: with indexes and TOAST.
        rows: as estimated; None where it was never analysed.
    """

    bytes: int
    rows: int | None

    @property
    def is_small(self) -> bool:
        """Whether working through it takes no time that anybody notices."""
        return self.bytes <= SMALL_BYTES


async def read_sizes(connection: Connection, tables: Iterable[str]) -> dict[str, TableSize]:
    """Return the size of each table that is there.

    Args:
        connection: to the database that is to be migrated.
        tables: qualified, as SQL writes them.
    """
    rows = await connection.fetch(_SIZES, list(tables))
    return {row["name"]: TableSize(row["bytes"], row["rows"]) for row in rows}
