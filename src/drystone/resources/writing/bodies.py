"""The bodies of a resource's writes: its model's, and what the declaration adds to them.

POST    computed members are read-only; lists of rows that are created along
PUT     computed members may be put back as they were read
PATCH   computed members are read-only
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from drystone.schema.model.bodies import create_body, replace_body

from .merge_body import merge_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.resources.declaration import Resource
    from drystone.resources.named_field import NamedField
    from drystone.resources.nested_list import NestedList


def creation_body(resource: Resource, *, parent: NamedField | None = None) -> type[msgspec.Struct]:
    """Return the Struct of a POST.

    Args:
        resource: what is created.
        parent: the reference that the address gives; it may be left out.
    """
    body = create_body(resource.model)
    lists = {one.name: _list_of(one) for one in resource.nested}
    optional = () if parent is None else (parent.info.attribute,)
    if not (resource.computed or lists or optional):
        return body
    suffix = "" if parent is None else f"Under{parent.info.attribute.title()}"
    return _derive(body, suffix, more=lists, read_only=resource.computed, optional=optional)


def replacement_body(resource: Resource) -> type[msgspec.Struct]:
    """Return the Struct of a PUT."""
    body = replace_body(resource.model)
    if not resource.computed:
        return body
    more = {name: one.info.plain_type for name, one in resource.computed.items()}
    return _derive(body, "", more=more)


def merging_body(resource: Resource) -> type[msgspec.Struct]:
    """Return the Struct of a PATCH."""
    body = merge_body(resource.model)
    if not resource.computed:
        return body
    return _derive(body, "", read_only=resource.computed)


def _list_of(nested: NestedList) -> Any:
    return list.__class_getitem__(child_body(nested))


@lru_cache(maxsize=1024)
def child_body(nested: NestedList) -> type[msgspec.Struct]:
    """Return the Struct of a row that is created along: without its reference to the other."""
    body = create_body(nested.model)
    reference = nested.reference
    return _derive(body, "Nested", read_only={reference.name: None}, without=(reference.attribute,))


def _derive(
    body: Any,
    suffix: str,
    *,
    more: Mapping[str, Any] | None = None,
    read_only: Mapping[str, Any] | None = None,
    optional: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> type[msgspec.Struct]:
    """Return a Struct like another one.

    Args:
        body: the other one, of a model.
        suffix: of its name.
        more: members that may be there besides.
        read_only: those that are refused as read-only.
        optional: attributes that need not be there.
        without: attributes that it has not.
    """
    fields = [one for one in msgspec.structs.fields(body) if one.name not in without]
    # What is given in another way must not look as if the body had said something.
    silent = (*without, *optional)
    defaults = tuple(one for one in getattr(body, "__defaults__", ()) if one[0] not in silent)
    return msgspec.defstruct(
        f"{body.__name__}{suffix}",
        [
            *(_field(one, is_optional=one.name in optional) for one in fields),
            *((name, kind | UnsetType, UNSET) for name, kind in (more or {}).items()),
        ],
        rename={one.name: one.encode_name for one in fields},
        namespace={
            "__read_only__": body.__read_only__ | set(read_only or ()),
            "__defaults__": defaults,
            "__doc__": body.__doc__,
        },
        module=body.__module__,
        kw_only=True,
        frozen=True,
        forbid_unknown_fields=True,
    )


def _field(one: msgspec.structs.FieldInfo, *, is_optional: bool) -> Any:
    if is_optional:
        return one.name, one.type | UnsetType, UNSET
    if one.default is msgspec.NODEFAULT:
        return one.name, one.type
    return one.name, one.type, one.default
