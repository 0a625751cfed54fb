"""Rows of a model → records for COPY, without a second list of them."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from drystone.schema.model.defaults import Generated

from .query.bindings import binding_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo


def records_of(
    info: ModelInfo, rows: Iterable[Any]
) -> tuple[list[str], Iterator[Sequence[object]]]:
    """Return the columns that the first row gives, and all rows as records of those.

    Args:
        info: their model.
        rows: are read once, as they are sent.

    Raises:
        TypeError: a row is of another model. While the records are read:
        ValueError: a row leaves out what the first one gives, or holds a text that
            PostgreSQL cannot store.
    """
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return [info.columns[0].name], iter(())
    _check_model(info, first)
    columns = [column for column in info.columns if _is_given(column, first)]
    return [column.name for column in columns], _records(info, columns, chain([first], waiting))


def _is_given(column: ColumnInfo, row: Any) -> bool:
    if isinstance(column.default, Generated):
        return False
    return getattr(row, column.attribute) is not msgspec.UNSET


def _records(
    info: ModelInfo, columns: list[ColumnInfo], rows: Iterable[Any]
) -> Iterator[Sequence[object]]:
    read: Callable[[Any], Any] = attrgetter(*(column.attribute for column in columns))
    bindings = [
        (place, bind)
        for place, column in enumerate(columns)
        if (bind := binding_for(column.type)) is not None
    ]
    model = info.model
    for row in rows:
        if type(row) is not model:
            _check_model(info, row)
        record = list(read(row)) if len(columns) > 1 else [read(row)]
        for place, bind in bindings:
            record[place] = bind(record[place])
        if msgspec.UNSET in record:
            name = columns[record.index(msgspec.UNSET)]
            raise ValueError(f"a row leaves out {name!r}, which the first row gives")
        yield record


def _check_model(info: ModelInfo, row: Any) -> None:
    if type(row) is not info.model:
        raise TypeError(f"{type(row).__name__} among rows of {info.model.__name__}")
