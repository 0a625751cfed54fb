"""The body of a PATCH: a merge patch (RFC 7396) of a row's JSON.

A field is given whole, or left as it is. Only a JSON field may be given in part: it is
read as any JSON first, merged into what is stored, and then held to its type. So the
Struct is `patch_body`'s, with JSON fields of any type.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from drystone.errors import ValidationFailed, Violation
from drystone.schema.json_encode import encode_json
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.bodies import given_values, patch_body
from drystone.schema.model.column_types import JSONType
from drystone.schema.model.model_meta import describe
from drystone.schema.strict_json import JSONDecoder

from .merge_patch import merge_patch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from drystone.schema.model.column_info import ColumnInfo


@dataclass(frozen=True, slots=True)
class Patch:
    """What a PATCH asks for, by names in Python.

    Attributes:
        values: fields, and what they are set to.
        merges: JSON fields, and the patch that is laid over what is stored.
    """

    values: Mapping[str, Any]
    merges: Mapping[str, Any]


def merge_body(model: type[Any]) -> type[msgspec.Struct]:
    """Return the Struct of a body that changes some fields, JSON fields in part."""
    body = patch_body(model)
    loose = {one.attribute for one in describe(model).columns if isinstance(one.type, JSONType)}
    fields = msgspec.structs.fields(body)
    if not any(one.name in loose for one in fields):
        return body
    return msgspec.defstruct(
        f"{model.__name__}Merge",
        [(one.name, Any if one.name in loose else one.type, msgspec.UNSET) for one in fields],
        rename={one.name: one.encode_name for one in fields},
        namespace={"__read_only__": body.__read_only__, "__doc__": body.__doc__},  # type: ignore[attr-defined]  # as `bodies` makes it
        module=model.__module__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


def read_patch(model: type[Any], body: msgspec.Struct) -> Patch:
    """Return what a decoded body asks for.

    Raises:
        ValidationFailed: what a JSON field is replaced by is not of its type.
    """
    values: dict[str, Any] = {}
    merges: dict[str, Any] = {}
    documents: list[tuple[ColumnInfo, Any]] = []
    for name, value in given_values(body).items():
        column = describe(model).column(name)
        if not isinstance(column.type, JSONType):
            values[name] = value
        elif isinstance(value, dict):
            merges[name] = value
        else:
            documents.append((column, value))
    return Patch({**values, **_check_all(documents)}, merges)


def merge_documents(
    model: type[Any], stored: Mapping[str, Any], merges: Mapping[str, Any]
) -> dict[str, Any]:
    """Return JSON fields with patches laid over what is stored.

    Args:
        model: theirs.
        stored: what they hold, by their names in Python.
        merges: the patches, by the same.

    Raises:
        ValidationFailed: what comes out is not of the field's type; lists every fault.
    """
    info = describe(model)
    return _check_all(
        [
            (info.column(name), merge_patch(msgspec.to_builtins(stored[name]), patch))
            for name, patch in merges.items()
        ]
    )


def _check_all(documents: Sequence[tuple[ColumnInfo, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    faults: list[Violation] = []
    for column, document in documents:
        try:
            values[column.attribute] = _decoder(column).decode(encode_json(document))
        except ValidationFailed as refusal:
            prefix = format_pointer([column.name])
            faults += [_below(prefix, fault) for fault in refusal.errors]
    if faults:
        raise ValidationFailed(errors=faults)
    return values


def _below(prefix: str, fault: Violation) -> Violation:
    return Violation(code=fault.code, detail=fault.detail, pointer=prefix + (fault.pointer or ""))


@lru_cache(maxsize=1024)
def _decoder(column: ColumnInfo) -> JSONDecoder[Any]:
    return JSONDecoder(column.plain_type)
