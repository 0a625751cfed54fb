"""Structs made from a model for what callers send: to create, replace or change a row.

    POST   create_body(Task)    writable fields; defaults as declared
    PUT    replace_body(Task)   the same, and read-only fields as they were read
    PATCH  patch_body(Task)     writable fields, each of which may be left out

Attributes are named as in Python, members as in JSON and in the table (`project`,
`project_id`). Unknown members are refused. What was not given and has no default is
`msgspec.UNSET`: to be left to the database in the first two, and as it is in the last.
Read-only is what the platform keeps and what PostgreSQL generates; a caller that puts
back what it read sends these too, and whoever serves it compares them with the row.

Decoded by `schema/strict_json`, which tells every fault of a body at once.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from drystone.schema.model.defaults import Constant, Factory, Generated
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

Purpose: TypeAlias = Literal["Create", "Replace", "Patch"]

# Per model, as long as it lives: a body is one class, for decoders to be built once.
_bodies: Final[weakref.WeakKeyDictionary[type, dict[str, type[msgspec.Struct]]]] = (
    weakref.WeakKeyDictionary()
)


def create_body(model: type[Any]) -> type[msgspec.Struct]:
    """Return the Struct of a body that makes a row.

    Raises:
        TypeError: it is no model.
    """
    return _body(model, "Create")


def replace_body(model: type[Any]) -> type[msgspec.Struct]:
    """Return the Struct of a body that takes the place of a row's writable fields.

    Raises:
        TypeError: it is no model.
    """
    return _body(model, "Replace")


def patch_body(model: type[Any]) -> type[msgspec.Struct]:
    """Return the Struct of a body that changes some fields (RFC 7396: null empties one).

    Raises:
        TypeError: it is no model.
    """
    return _body(model, "Patch")


def given_values(body: msgspec.Struct) -> dict[str, Any]:
    """Return what a body holds, by attribute; what was not given is left out."""
    values = msgspec.structs.asdict(body)
    return {name: value for name, value in values.items() if value is not UNSET}


def is_read_only(column: ColumnInfo) -> bool:
    """Tell whether callers may not set a column."""
    return column.is_standard or isinstance(column.default, Generated)


def _body(model: type[Any], purpose: Purpose) -> type[msgspec.Struct]:
    info = describe(model)
    bodies = _bodies.setdefault(model, {})
    if purpose not in bodies:
        bodies[purpose] = _make(info, purpose)
    return bodies[purpose]


def _make(info: ModelInfo, purpose: Purpose) -> type[msgspec.Struct]:
    taken = [one for one in info.columns if purpose == "Replace" or not is_read_only(one)]
    read_only = frozenset(one.name for one in info.columns if is_read_only(one))
    return msgspec.defstruct(
        f"{info.model.__name__}{purpose}",
        [_field(one, purpose) for one in taken],
        rename={one.attribute: one.name for one in taken},
        namespace={"__read_only__": read_only, "__doc__": info.comment},
        module=info.model.__module__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


def _field(column: ColumnInfo, purpose: Purpose) -> Any:
    kind, name = column.plain_type, column.attribute
    if purpose == "Patch" or is_read_only(column):
        return name, kind | UnsetType, UNSET
    match column.default:
        case None:
            return name, kind
        case Constant(value):
            return name, kind, value
        case Factory(function):
            return name, kind, msgspec.field(default_factory=function)
        case _:
            return name, kind | UnsetType, UNSET
