"""The triggers that write the history of a table (`db/migrations/platform/0003_history.sql`).

One for each change of a row; one that refuses TRUNCATE, of which no row would tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.catalog.identifiers import quote_identifier, quote_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.schema.model.model_info import ModelInfo


def history_triggers(model: ModelInfo) -> Iterator[str]:
    """Yield the statements that give a model's table a history; secret columns are left out."""
    table = quote_identifier(model.table)
    hidden = ", ".join(quote_literal(one.name) for one in model.columns if one.is_secret)
    yield (
        f"CREATE TRIGGER history AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW\n"
        f"    EXECUTE FUNCTION drystone.record_change({hidden})"
    )
    yield (
        f"CREATE TRIGGER history_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT\n"
        "    EXECUTE FUNCTION drystone.refuse_truncate()"
    )
