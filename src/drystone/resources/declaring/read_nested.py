"""`nested`: references of other models to this one → the lists that a creation may carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.resources.declaring.read_collections import owner_of, referring
from drystone.resources.nested_list import NestedList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.resources.declaring.site import Site


def read_nested(site: Site, given: Sequence[Any]) -> tuple[NestedList, ...]:
    """Return the lists of rows that can be created along.

    Raises:
        DeclarationError: one is no reference to the resource's model, or is there twice.
    """
    lists = tuple(_read(site, one) for one in given)
    site.refuse_twice((one.name for one in lists), "nested")
    return lists


def _read(site: Site, given: Any) -> NestedList:
    column = referring(site, given, "nested")
    reference = column.info.reference
    target = None if reference is None else reference.resolve()
    if target is not site.model:
        raise site.error(
            f"nests {column!r}, which leads to {target and target.__name__} and not to "
            f"{site.model.__name__}"
        )
    info = owner_of(column)
    return NestedList(name=info.table, model=info.model, reference=column.info)
