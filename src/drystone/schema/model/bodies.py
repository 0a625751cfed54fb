"""Structs made from a model for what callers send: to create, replace or change a row.

    POST   create_body(Task)    writable fields
    PUT    replace_body(Task)   the same, and read-only fields as they were read
    PATCH  patch_body(Task)     writable fields, each of which may be left out

Attributes are named as in Python, members as in JSON and in the table (`project`,
`project_id`). Unknown members are refused. What was not given is `msgspec.UNSET`, also
where the model has a default: only so can be counted what was sent (`../json_members`).
`given_values` puts the defaults in for the first two; what it leaves out is for the
database to make, and for a patch to leave as it is.
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
    """Return what a body says of a row, by attribute.

    What was not given is there with the model's default, if Python knows one and the body
    is not a patch; otherwise it is left out.
    """
    values = msgspec.structs.asdict(body)
    for name, default in getattr(body, "__defaults__", ()):
        if values[name] is UNSET:
            values[name] = default.value if isinstance(default, Constant) else default.function()
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
    defaults = tuple(
        (one.attribute, one.default)
        for one in taken
        if purpose != "Patch"
        and not is_read_only(one)
        and not (purpose == "Replace" and one.is_secret)
        and isinstance(one.default, Constant | Factory)
    )
    return msgspec.defstruct(
        f"{info.model.__name__}{purpose}",
        [_field(one, purpose) for one in taken],
        rename={one.attribute: one.name for one in taken},
        namespace={
            "__read_only__": read_only,
            "__defaults__": defaults,
            "__doc__": info.comment,
        },
        module=info.model.__module__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


def _field(column: ColumnInfo, purpose: Purpose) -> Any:
    kind, name = column.plain_type, column.attribute
    # Nobody has read a secret field, to put it back: left out, it stays what it is.
    is_kept = purpose == "Replace" and column.is_secret
    if purpose != "Patch" and not is_read_only(column) and column.default is None and not is_kept:
        return name, kind
    return name, kind | UnsetType, UNSET
