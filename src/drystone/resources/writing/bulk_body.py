"""The body of `POST /<plural>/bulk`, and the changes that it asks for.

    {"create": [{…}], "update": [{"id": …, "version": 3, …}], "delete": ["…"], "atomic": true}

An update is a PATCH with the row's id in it, and its version where it is meant at that
one alone. A deletion is an id, or an object of an id and a version. A body that is whole
is read at once; one that is not is read item by item where each stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec

from drystone.errors import Problem, ValidationFailed, Violation
from drystone.schema.json_encode import encode_json
from drystone.schema.json_pointer import format_pointer
from drystone.schema.model.bodies import given_values
from drystone.schema.model.uuid7 import uuid7
from drystone.schema.strict_json import JSONDecoder

from .bodies import creation_body, merging_body
from .change import Change
from .merge_body import read_patch
from .nested import permit_nested, take_nested
from .preconditions import UNCONDITIONAL, Preconditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from drystone.resources.declaration import Resource
    from drystone.resources.permission import Permission, Permissions, WriteAct

Version: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]

KINDS: Final = ("create", "update", "delete")


class Deletion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that is to be deleted."""

    id: UUID
    version: Version | msgspec.UnsetType = msgspec.UNSET


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    create: list[Any] = []
    update: list[Any] = []
    delete: list[Any] = []
    atomic: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One of the changes.

    Attributes:
        kind: `create`, `update` or `delete`.
        index: its place in that list.
        change: what is to happen; or why it cannot.
    """

    kind: str
    index: int
    change: Change | Problem

    @property
    def pointer(self) -> str:
        """Where in the body it stands."""
        return format_pointer([self.kind, self.index])


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a body asks for.

    Attributes:
        items: in the order of the body: creations, updates, deletions.
        is_atomic: whether all of it is kept, or nothing.
    """

    items: tuple[Item, ...]
    is_atomic: bool


class _Writer:
    """The caller of a request, as its items need them.

    Args:
        permissions: what they may do.
    """

    __slots__ = ("_granted", "_permissions")

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions
        self._granted: dict[WriteAct, Permission] = {}

    def permit(self, kind: str, change: Change) -> Change:
        """Return a change with what is granted for it.

        Raises:
            Problem: it is refused whatever row it is about.
        """
        act = _ACTS[kind]
        granted = self._granted.get(act)
        if granted is None:
            granted = self._granted[act] = self._permissions.of(act)
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
    """

    __slots__ = ("_envelope", "_items", "_max_items", "_resource", "_whole")

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._max_items = resource.max_bulk_items
        kinds: Any = (creation_body(resource), _update_body(resource), UUID | Deletion)
        lists: list[Any] = [
            (name, list.__class_getitem__(kind), msgspec.field(default_factory=list))
            for name, kind in zip(KINDS, kinds, strict=True)
        ]
        whole: Any = msgspec.defstruct(
            f"{resource.model.__name__}Bulk",
            [*lists, ("atomic", bool, True)],
            module=resource.model.__module__,
            frozen=True,
            forbid_unknown_fields=True,
        )
        self._whole: JSONDecoder[Any] = JSONDecoder(whole)
        self._envelope = JSONDecoder(_Envelope)
        self._items = {name: JSONDecoder(kind) for name, kind in zip(KINDS, kinds, strict=True)}

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

    def _separate(self, body: bytes) -> _Envelope | None:
        """Return the items of a body in which each stands alone; None where they do not."""
        try:
            envelope = self._envelope.decode(body)
        except ValidationFailed:
            return None  # whoever reads it whole says more
        return None if envelope.atomic else envelope

    def _check_size(self, whole: Any) -> None:
        if sum(len(getattr(whole, kind)) for kind in KINDS) > self._max_items:
            detail = f"must hold at most {self._max_items} items in all"
            raise ValidationFailed(errors=[Violation(code="limit", detail=detail, pointer="")])

    def _read_whole(self, whole: Any, caller: _Writer) -> Iterator[Item]:
        for kind in KINDS:
            for index, one in enumerate(getattr(whole, kind)):
                yield self._item(kind, index, one, caller)

    def _read_each(self, whole: _Envelope, caller: _Writer) -> Iterator[Item]:
        for kind in KINDS:
            for index, plain in enumerate(getattr(whole, kind)):
                try:
                    one = self._items[kind].decode(encode_json(plain))
                except ValidationFailed as refusal:
                    yield Item(kind, index, refused_at(kind, index, refusal))
                else:
                    yield self._item(kind, index, one, caller)

    def _item(self, kind: str, index: int, one: Any, caller: _Writer) -> Item:
        try:
            return Item(kind, index, caller.permit(kind, _CHANGES[kind](self._resource, one)))
        except Problem as refusal:
            return Item(kind, index, refused_at(kind, index, refusal))


class BulkFailed(ValidationFailed):
    """Some items cannot be done, and so nothing was kept.

    Args:
        items: those that cannot, each with its problem.
    """

    def __init__(self, items: Sequence[tuple[str, Problem]]) -> None:
        errors = [fault for _, problem in items for fault in problem.errors]
        super().__init__("Some items cannot be done, so nothing was kept.", errors=errors)
        self.items = tuple(items)

    def describe(self, request_id: str | None = None) -> dict[str, Any]:
        """Return the problem's document, with that of each item in `items`."""
        items = [
            {"pointer": pointer, "problem": problem.describe(request_id)}
            for pointer, problem in self.items
        ]
        return super().describe(request_id) | {"items": items}


def refuse_any(items: Sequence[Item]) -> None:
    """Refuse all items if one of them cannot be done.

    Raises:
        BulkFailed: there is one.
    """
    failed = [(one.pointer, one.change) for one in items if isinstance(one.change, Problem)]
    if failed:
        raise BulkFailed(failed)


def refused_at(kind: str, index: int, refusal: Problem) -> Problem:
    """Return a problem with its pointers leading into the whole body."""
    place = format_pointer([kind, index])
    refusal.errors = tuple(
        replace(fault, pointer=f"{place}{fault.pointer or ''}") for fault in refusal.errors
    )
    return refusal


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


def _deletion(_resource: Resource, one: Any) -> Change:
    if isinstance(one, UUID):
        return Change(operation="delete", id=one)
    return Change(operation="delete", id=one.id, preconditions=_at_version(one.version))


def _at_version(version: int | msgspec.UnsetType) -> Preconditions:
    if isinstance(version, msgspec.UnsetType):
        return UNCONDITIONAL
    return Preconditions(versions=frozenset({version}), is_conditional=True)


_ACTS: Final[dict[str, WriteAct]] = {"create": "create", "update": "update", "delete": "delete"}
_CHANGES: Final[Any] = {"create": _creation, "update": _update, "delete": _deletion}
