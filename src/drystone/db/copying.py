"""Rows of a model → records for COPY, without a second list of them."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec import UNSET

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
        ValueError: a row gives other columns than the first one, or holds a text that
            PostgreSQL cannot store.
    """
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return [info.columns[0].name], iter(())
    _check_model(info, first)
    writable = [one for one in info.columns if not isinstance(one.default, Generated)]
    columns = [one for one in writable if getattr(first, one.attribute) is not UNSET]
    others = [one for one in writable if one not in columns]
    records = _records(info, columns, others, chain([first], waiting))
    return [column.name for column in columns], records


def _records(
    info: ModelInfo,
    columns: Sequence[ColumnInfo],
    others: Sequence[ColumnInfo],
    rows: Iterable[Any],
) -> Iterator[Sequence[object]]:
    read, read_others = _reader(columns), _reader(others)
    nothing = (UNSET,) * len(others)
    bindings = [
        (place, bind)
        for place, column in enumerate(columns)
        if (bind := binding_for(column.type)) is not None
    ]
    model = info.model
    for row in rows:
        if type(row) is not model:
            _check_model(info, row)
        if UNSET in (record := list(read(row))):
            _refuse(columns[record.index(UNSET)], "leaves out", "gives")
        if (rest := read_others(row)) != nothing:
            given = next(place for place, value in enumerate(rest) if value is not UNSET)
            _refuse(others[given], "gives", "leaves out")
        for place, bind in bindings:
            record[place] = bind(record[place])
        yield record


def _reader(columns: Sequence[ColumnInfo]) -> Callable[[Any], tuple[Any, ...]]:
    names = [column.attribute for column in columns]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: tuple([getattr(row, name) for name in names])


def _check_model(info: ModelInfo, row: Any) -> None:
    if type(row) is not info.model:
        raise TypeError(f"{type(row).__name__} among rows of {info.model.__name__}")


def _refuse(column: ColumnInfo, does: str, first_does: str) -> NoReturn:
    raise ValueError(
        f"a row {does} {column!r}, which the first row {first_does}: let all of them give the "
        "same columns, or copy them by themselves"
    )
