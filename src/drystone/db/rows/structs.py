"""Records → Structs or models, by the names of their columns.

For what SQL of one's own selects. A Struct's fields are converted and checked, for nobody
has declared what the statement yields; the first row also tells whether the columns fit,
and a fault names the column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.model_meta import ModelMeta, describe

from .decode import model_decoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .decode import Decode
    from .record import Record

T = TypeVar("T")


class RowMismatch(TypeError):
    """The columns of a statement do not fit the type that its rows are to become."""


def struct_decoder(target: Any, columns: tuple[str, ...]) -> Decode[Any]:
    """Return what makes a Struct of a record, or a model's instance.

    Args:
        target: the Struct or model.
        columns: the names of the columns, in the record's order.

    Raises:
        TypeError: the target is neither.
        RowMismatch: the columns do not fit.
    """
    _check_target(target)
    if isinstance(target, ModelMeta):
        return _prepare_model(describe(target), columns)
    return _prepare_struct(target, columns)


class LateStructDecoder:
    """Makes Structs or models of records whose columns are known from the first one only.

    Args:
        target: the Struct or model.

    Raises:
        TypeError: it is neither.
    """

    __slots__ = ("_columns", "_decode", "_target")

    def __init__(self, target: Any) -> None:
        _check_target(target)
        self._target = target
        self._columns: tuple[str, ...] | None = None
        self._decode: Decode[Any] | None = None

    def __call__(self, record: Record) -> Any:
        """Return the row.

        Raises:
            RowMismatch: the columns do not fit, or a value is of another type.
        """
        columns = tuple(record.keys())
        if self._decode is None or columns != self._columns:
            self._decode = struct_decoder(self._target, columns)
            self._columns = columns
        return self._decode(record)


def _check_target(target: Any) -> None:
    if not (isinstance(target, type) and issubclass(target, msgspec.Struct)):
        raise TypeError(f"rows become a msgspec Struct or a model, and {target!r} is neither")


def _prepare_model(info: ModelInfo, columns: tuple[str, ...]) -> Decode[Any]:
    wanted = [one.name for one in info.columns]
    _compare(info.model, columns, known=wanted, required=wanted)
    return model_decoder(info, [columns.index(name) for name in wanted])


def _prepare_struct(target: type[msgspec.Struct], columns: tuple[str, ...]) -> Decode[Any]:
    fields = msgspec.structs.fields(target)
    known = [field.encode_name for field in fields]
    required = [field.encode_name for field in fields if field.required]
    _compare(target, columns, known=known, required=required)

    def decode(record: Record) -> Any:
        try:
            return msgspec.convert(dict(zip(columns, record, strict=True)), target)
        except msgspec.ValidationError as fault:
            raise RowMismatch(
                f"a row does not become {target.__name__}: {fault}; cast the column in the "
                "statement, or declare the field as it comes"
            ) from fault

    return decode


def _compare(
    target: type[Any], columns: tuple[str, ...], *, known: Iterable[str], required: Iterable[str]
) -> None:
    faults = []
    if missing := [name for name in required if name not in columns]:
        faults.append(f"lacks {', '.join(missing)}")
    if unknown := [name for name in columns if name not in set(known)]:
        faults.append(f"has {', '.join(unknown)}, which {target.__name__} has not")
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        faults.append(f"has {', '.join(twice)} twice")
    if faults:
        raise RowMismatch(
            f"the statement {' and '.join(faults)}: name its columns as the fields of "
            f"{target.__name__} are named"
        )
