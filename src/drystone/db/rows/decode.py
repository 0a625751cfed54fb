"""Records → rows: model instances, tuples, single values.

Which columns there are, and in which order, is known when the statement is compiled, so a
decoder takes values by their places. For a model it is generated once: one call of the
class with every field, which is the quickest way there is from Python (ADR 0010 has the
time that constructing takes). Rows are not validated again: the table is trusted to hold
what its checks allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .values import Reader, reader_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from drystone.schema.model.column_types import ColumnType
    from drystone.schema.model.model_info import ModelInfo

    from .record import Record

T = TypeVar("T")
Decode: TypeAlias = "Callable[[Record], T]"


def model_decoder(info: ModelInfo, places: Sequence[int] | None = None) -> Decode[Any]:
    """Return what makes a model's instance of a record.

    Args:
        info: the model.
        places: where in the record its columns are, in their order; as they come, where
            not given.
    """
    readers = {f"read_{n}": reader_for(one.type) for n, one in enumerate(info.columns)}
    order = places if places is not None else range(len(info.columns))
    arguments = ", ".join(
        f"{one.attribute}={_argument(f'read_{n}', place, readers)}"
        for n, (one, place) in enumerate(zip(info.columns, order, strict=True))
    )
    return _generate(f"model({arguments})", {"model": info.model, **readers})


def tuple_decoder(kinds: Iterable[ColumnType | None]) -> Decode[tuple[Any, ...]]:
    """Return what makes a tuple of a record."""
    readers = {f"read_{n}": reader_for(kind) for n, kind in enumerate(kinds)}
    if not any(readers.values()):
        return tuple
    arguments = ", ".join(_argument(name, n, readers) for n, name in enumerate(readers))
    return _generate(f"({arguments},)", readers)


def scalar_decoder(kind: ColumnType | None) -> Decode[Any]:
    """Return what takes the one value out of a record."""
    readers = {"read_0": reader_for(kind)}
    return _generate(_argument("read_0", 0, readers), readers)


def _argument(reader: str, place: int, readers: dict[str, Reader | None]) -> str:
    """Return the text of one value; NULL passes by its reader."""
    if readers[reader] is None:
        return f"record[{place}]"
    return f"(None if (value := record[{place}]) is None else {reader}(value))"


def _generate(expression: str, names: dict[str, Any]) -> Decode[Any]:
    # Made of places and names of attributes, which are identifiers; nothing else gets in.
    return eval(f"lambda record: {expression}", names)  # type: ignore[no-any-return]  # noqa: S307  (see above)
