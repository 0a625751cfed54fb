"""Rows as JSON that PostgreSQL writes and nobody touches on its way to the client.

    json_rows(select(Task).where(…).limit(20))     b'[{"id":"…", …}, …]'
    json_row(select(Task).where(Task.id == id))    b'{"id":"…", …}'
    json_row(insert(task))                         the stored row
    stored_row(insert(task))                       the same, its id and its version

Of whole rows secret columns are left out; who names one has it shown. Otherwise the bytes
mean what `encode_json` would write of the same rows (`../rows/json_forms.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .select import outputs_of, values_of
from .statement import Statement
from .steps import AsJSON, RawText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.schema.expressions.expression import Named, Predicate


def json_row(statement: Statement[Any]) -> Statement[bytes]:
    """Return the statement with each of its rows as a JSON object in UTF-8.

    Args:
        statement: a select, or what a write returns; its columns have names.

    Raises:
        TypeError: it is SQL of one's own.
    """
    return _as_json(statement, AsJSON("each"))


def json_rows(query: Statement[Any]) -> Statement[bytes]:
    """Return a statement of one row: all rows of a select as a JSON array in UTF-8.

    Args:
        query: a select; its columns have names.
    """
    return _as_json(query, AsJSON("array"))


def stored_row(
    statement: Statement[Any],
    computed: Sequence[Named[Any]] = (),
    *,
    test: Predicate | None = None,
    whole: bool = False,
) -> Statement[Any]:
    """Return the statement with each of its rows as JSON, and its id and version beside it.

    Args:
        statement: what a write returns, or a select of a model; its rows are whole.
        computed: values that are members too, under their labels.
        test: a condition of the platform's own; whether it is true of the row, as it was
            written, comes last.
        whole: whether the row is wanted once more, behind its version: all of its columns,
            secret ones too, and nothing computed.
    """
    values = statement.values + values_of(computed)
    if test is not None:
        values += test.values
    shape = None if test is None else test.shape
    step = AsJSON("stored", outputs_of(tuple(computed)), shape, whole)
    return Statement((*statement.steps, step), values)


def _as_json(statement: Statement[Any], form: AsJSON) -> Statement[bytes]:
    if isinstance(statement.steps[0], RawText):
        raise TypeError("SQL of one's own has columns of unknown types: write the JSON in it")
    return Statement((*statement.steps, form), statement.values)
