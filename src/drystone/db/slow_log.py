"""Statements that took too long, one log line each.

A line has the statement's text, how long it took, how many rows came and the types of
its parameters, never their values: those are people's data. Texts have no values in
them either, because values are always parameters.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SLOW_LOGGER: Final = "drystone.db.slow"

_MAX_TEXT = 4_000


class SlowLog:
    """Writes slow statements to the logger `drystone.db.slow`.

    Args:
        threshold_seconds: from here on a statement is slow.
        context: fields to add to each line, such as the request's id; asked for only
            when there is a line to write.
    """

    __slots__ = ("_context", "_logger", "threshold_seconds")

    def __init__(
        self, threshold_seconds: float, *, context: Callable[[], Mapping[str, object]] | None = None
    ) -> None:
        self.threshold_seconds = threshold_seconds
        self._context = context
        self._logger = logging.getLogger(SLOW_LOGGER)

    def write(self, sql: str, args: Sequence[object], *, seconds: float, rows: int) -> None:
        """Write one line.

        Args:
            sql: text of the statement; cut where very long.
            args: its parameters, of which the types are named.
            seconds: from sending it to its last row.
            rows: how many came, or were changed.
        """
        fields: dict[str, object] = {
            "sql": sql[:_MAX_TEXT],
            "parameter_types": parameter_types(args),
            "duration_ms": round(seconds * 1000, 1),
            "rows": rows,
        }
        if self._context is not None:
            fields |= self._context()
        self._logger.warning("slow statement", extra=fields)


def parameter_types(args: Sequence[object]) -> list[str]:
    """Return the names of the parameters' types, in order.

    >>> parameter_types((1, "secret", None))
    ['int', 'str', 'NoneType']
    """
    return [type(arg).__name__ for arg in args]
