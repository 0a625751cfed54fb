"""The items of a bulk request: what each is to do, and the refusal of all for some of them.

Plain data between the body (`bulk_body`) and the transaction (`bulk`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from drystone.errors import Problem, ValidationFailed
from drystone.schema.json_pointer import format_pointer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from drystone.resources.operation import Operation

    from .change import Change

Kind: TypeAlias = Literal["create", "update", "delete"]

KINDS: Final[tuple[Kind, ...]] = ("create", "update", "delete")

_OPERATIONS: Final[dict[Kind, Operation]] = {
    "create": "create",
    "update": "patch",
    "delete": "delete",
}


def kinds_of(operations: Collection[Operation]) -> tuple[Kind, ...]:
    """Return the kinds of items that a resource takes: what it takes one by one as well.

    >>> kinds_of(["list", "create", "bulk"])
    ('create',)
    """
    return tuple(kind for kind in KINDS if _OPERATIONS[kind] in operations)


@dataclass(frozen=True, slots=True)
class Item:
    """One of the changes.

    Attributes:
        kind: what is to be done.
        index: its place in that list.
        change: what is to happen; or why it cannot.
    """

    kind: Kind
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


def refused_at(kind: Kind, index: int, refusal: Problem) -> Problem:
    """Return a problem with its pointers leading into the whole body."""
    place = format_pointer([kind, index])
    refusal.errors = tuple(
        replace(fault, pointer=f"{place}{fault.pointer or ''}") for fault in refusal.errors
    )
    return refusal
