"""One item of a bulk body → the change that it asks for.

An update is a PATCH with the row's id in it, and its version where it is meant at that one
alone. A deletion is an id, or an object of an id and a version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import msgspec

from drystone.schema.model.bodies import given_values
from drystone.schema.model.uuid7 import uuid7

from .bodies import creation_body, merging_body
from .change import Change
from .merge_body import read_patch
from .nested import take_nested
from .preconditions import UNCONDITIONAL, Preconditions

if TYPE_CHECKING:
    from drystone.resources.declaration import Resource

    from .bulk_items import Kind

Version: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class Deletion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that is to be deleted."""

    id: UUID
    version: Version | msgspec.UnsetType = msgspec.UNSET


def item_type(resource: Resource, kind: Kind) -> Any:
    """Return what an item of a kind is read as."""
    match kind:
        case "create":
            return creation_body(resource)
        case "update":
            return _update_body(resource)
        case _:
            return UUID | Deletion


def change_of(resource: Resource, kind: Kind, one: Any) -> Change:
    """Return what an item asks for.

    Args:
        resource: whose rows are changed.
        kind: of the item.
        one: the item, as `item_type` reads it.

    Raises:
        ValidationFailed: a JSON field is not of its type, or a list is too long.
    """
    match kind:
        case "create":
            return _creation(resource, one)
        case "update":
            return _update(resource, one)
        case _:
            return _deletion(one)


def _update_body(resource: Resource) -> type[msgspec.Struct]:
    """Return the Struct of a PATCH that says which row it is for."""
    model = resource.model
    body: Any = merging_body(resource)
    fields = msgspec.structs.fields(body)
    return msgspec.defstruct(
        f"{model.__name__}Update",
        [
            ("id", UUID),
            ("version", Version | msgspec.UnsetType, msgspec.UNSET),
            *((one.name, one.type, msgspec.UNSET) for one in fields),
        ],
        rename={one.name: one.encode_name for one in fields},
        namespace={"__read_only__": body.__read_only__ - {"id", "version"}},
        module=model.__module__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


def _creation(resource: Resource, one: Any) -> Change:
    values, lists = take_nested(resource, given_values(one))
    return Change(operation="create", id=uuid7(), values=values, nested=lists)


def _update(resource: Resource, one: Any) -> Change:
    patch = read_patch(resource.model, one)
    values = {name: value for name, value in patch.values.items() if name not in ("id", "version")}
    return Change(
        operation="patch",
        id=one.id,
        values=values,
        merges=patch.merges,
        preconditions=_at_version(one.version),
    )


def _deletion(one: Any) -> Change:
    if isinstance(one, UUID):
        return Change(operation="delete", id=one)
    return Change(operation="delete", id=one.id, preconditions=_at_version(one.version))


def _at_version(version: int | msgspec.UnsetType) -> Preconditions:
    if isinstance(version, msgspec.UnsetType):
        return UNCONDITIONAL
    return Preconditions(versions=frozenset({version}), is_conditional=True)
