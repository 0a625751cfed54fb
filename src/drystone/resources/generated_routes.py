"""The routes that are generated for a resource: which ones it has, and where.

    GET    /tasks               list
    POST   /tasks               create
    POST   /tasks/bulk          bulk
    GET    /tasks/{id}          read
    PUT    /tasks/{id}          replace
    PATCH  /tasks/{id}          patch
    DELETE /tasks/{id}          delete; with ?purge=true purge
    POST   /tasks/{id}/restore  restore
    GET    /tasks/{id}/history  history
    POST   /tasks/{id}/revert   history, where rows can be changed by replace or patch

and for each model that it is served under:

    GET    /projects/{id}/tasks    list
    POST   /projects/{id}/tasks    create
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from drystone.resources.declaration import Resource
    from drystone.resources.named_field import NamedField
    from drystone.resources.operation import Operation

ROW: Final = "/{id:uuid}"

Generated: TypeAlias = str
"""The name of a generated handler: an operation, or `revert`."""


@dataclass(frozen=True, slots=True)
class GeneratedRoute:
    """What a generated route is, for whoever describes the API.

    Attributes:
        resource: the resource.
        operation: the name of the handler: an operation, or `revert`.
        parent: the reference below whose rows it is; None for the resource's own address.
    """

    resource: Resource
    operation: Generated
    parent: NamedField | None = None


class Place(NamedTuple):
    """Where a generated handler answers.

    Attributes:
        name: the handler's: an operation, or `revert`.
        method: that it answers.
        path: below the resource's address.
        url_name: what stands behind the resource's name where `url_for` is asked for it;
            None where it has no name of its own.
    """

    name: Generated
    method: str
    path: str
    url_name: str | None = None


_PLACES: Final = (
    Place("list", "GET", "/", ""),
    Place("create", "POST", "/"),
    Place("bulk", "POST", "/bulk"),
    Place("read", "GET", ROW, ".one"),
    Place("replace", "PUT", ROW),
    Place("patch", "PATCH", ROW),
    Place("delete", "DELETE", ROW),
    Place("restore", "POST", f"{ROW}/restore"),
    Place("history", "GET", f"{ROW}/history"),
    Place("revert", "POST", f"{ROW}/revert"),
)


def places_of(resource: Resource) -> Iterator[Place]:
    """Yield the places of the operations that a resource has."""
    has: set[Operation] = set(resource.operations)
    for place in _PLACES:
        match place.name:
            case "delete":
                is_there = "delete" in has or "purge" in has
            case "revert":
                is_there = "history" in has and not has.isdisjoint(("replace", "patch"))
            case "restore":
                is_there = "restore" in has and resource.info.soft_delete
            case name:
                is_there = name in has
        if is_there:
            yield place
