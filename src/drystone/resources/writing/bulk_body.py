"""The body of `POST /<plural>/bulk`, read as the items that it asks for.

    {"create": [{…}], "update": [{"id": …, "version": 3, …}], "delete": ["…"], "atomic": true}

A body that is whole is read at once; one that is not is read item by item where each
stands alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from drystone.errors import Problem, ValidationFailed, Violation
from drystone.schema.json_encode import encode_json
from drystone.schema.strict_json import JSONDecoder

from .bulk_changes import change_of, item_type
from .bulk_items import Bulk, Item, kinds_of, refuse_any, refused_at
from .nested import permit_nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from drystone.resources.declaration import Resource
    from drystone.resources.permission import Permission
    from drystone.resources.permissions import Permissions

    from .bulk_items import Kind
    from .change import Change


class _Writer:
    """The caller of a request, as its items need them.

    Args:
        permissions: what they may do.
    """

    __slots__ = ("_granted", "_permissions")

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions
        self._granted: dict[Kind, Permission] = {}

    def permit(self, kind: Kind, change: Change) -> Change:
        """Return a change with what is granted for it.

        Raises:
            Problem: it is refused whatever row it is about.
        """
        granted = self._granted.get(kind)
        if granted is None:
            granted = self._granted[kind] = self._permissions.of(kind)
        return replace(
            change,
            permission=granted,
            caller=self._permissions.caller.name,
            nested=permit_nested(change.nested, self._permissions),
        )


class BulkReader:
    """Reads the bodies of one resource.

    Args:
        resource: the resource.

    Attributes:
        kinds: of the items that a body may hold; others are members that nobody knows.
    """

    __slots__ = ("_envelope", "_items", "_max_items", "_resource", "_whole", "kinds")

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._max_items = resource.max_bulk_items
        self.kinds = kinds_of(resource.operations)
        types = {kind: item_type(resource, kind) for kind in self.kinds}
        self._items = {kind: JSONDecoder(one) for kind, one in types.items()}
        self._whole = _decoder(resource, types)
        self._envelope = _decoder(resource, dict.fromkeys(self.kinds, Any))

    def read(self, body: bytes, *, permissions: Permissions) -> Bulk:
        """Return what a body asks for.

        Args:
            body: as it was sent.
            permissions: of the caller; each item is held to those of its act.

        Raises:
            MalformedJSON: it is not JSON.
            ValidationFailed: it is not of the form, has too many items, or one of them is
                not valid and all are to be kept or none.
        """
        try:
            whole = self._whole.decode(body)
        except ValidationFailed:
            separate = self._separate(body)
            if separate is None:
                raise
            self._check_size(separate)
            return Bulk(tuple(self._read_each(separate, _Writer(permissions))), is_atomic=False)
        self._check_size(whole)
        items = tuple(self._read_whole(whole, _Writer(permissions)))
        if whole.atomic:
            refuse_any(items)
        return Bulk(items, is_atomic=whole.atomic)

    def _separate(self, body: bytes) -> Any:
        """Return the items of a body in which each stands alone; None where they do not."""
        try:
            envelope = self._envelope.decode(body)
        except ValidationFailed:
            return None  # whoever reads it whole says more
        return None if envelope.atomic else envelope

    def _check_size(self, whole: Any) -> None:
        if sum(len(getattr(whole, kind)) for kind in self.kinds) > self._max_items:
            detail = f"must hold at most {self._max_items} items in all"
            raise ValidationFailed(errors=[Violation(code="limit", detail=detail, pointer="")])

    def _read_whole(self, whole: Any, caller: _Writer) -> Iterator[Item]:
        for kind in self.kinds:
            for index, one in enumerate(getattr(whole, kind)):
                yield self._item(kind, index, one, caller)

    def _read_each(self, whole: Any, caller: _Writer) -> Iterator[Item]:
        for kind in self.kinds:
            for index, plain in enumerate(getattr(whole, kind)):
                try:
                    one = self._items[kind].decode(encode_json(plain))
                except ValidationFailed as refusal:
                    yield Item(kind, index, refused_at(kind, index, refusal))
                else:
                    yield self._item(kind, index, one, caller)

    def _item(self, kind: Kind, index: int, one: Any, caller: _Writer) -> Item:
        try:
            return Item(kind, index, caller.permit(kind, change_of(self._resource, kind, one)))
        except Problem as refusal:
            return Item(kind, index, refused_at(kind, index, refusal))


def _decoder(resource: Resource, types: Mapping[Kind, Any]) -> JSONDecoder[Any]:
    """Return what reads a body whose items are of these types."""
    lists: list[Any] = [
        (kind, list.__class_getitem__(one), msgspec.field(default_factory=list))
        for kind, one in types.items()
    ]
    body: Any = msgspec.defstruct(
        f"{resource.model.__name__}Bulk",
        [*lists, ("atomic", bool, True)],
        module=resource.model.__module__,
        frozen=True,
        forbid_unknown_fields=True,
    )
    return JSONDecoder(body)
