"""Whether what is said is of the kind that it has to be: names of options, lists, functions.

A type checker says the same sooner, to whoever runs one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from drystone.resources.declaring.site import suggest
from drystone.resources.operation import OPERATIONS
from drystone.resources.options import ResourceOptions
from drystone.routing.deprecation import Deprecation
from drystone.schema.model.names import plural, singular_name

if TYPE_CHECKING:
    from drystone.resources.declaring.site import Site
    from drystone.resources.operation import Operation

_LISTS: Final = ("filters", "sorts", "search", "expand", "under", "nested", "operations")
_MAPPINGS: Final = ("computed", "deprecated_fields")
_RULES: Final = (
    *("read", "write", "create", "update", "delete", "restore", "purge", "history", "deleted"),
)
# What a path needs no escape for, words with hyphens between them.
_SEGMENT: Final = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")


def check_options(site: Site, options: Mapping[str, Any]) -> None:
    """Refuse options that do not exist, and values that cannot be those of an option.

    Raises:
        DeclarationError: there is one.
    """
    known = ResourceOptions.__annotations__
    for name, value in options.items():
        if name not in known:
            raise site.error(f"has no option {name!r}{suggest(name, known)}")
        if (wanted := _wanted(name, value)) is not None:
            raise site.error(f"has {name}={value!r}; write {wanted}")


def _wanted(name: str, value: object) -> str | None:
    """Return what is to be written in place of a value; None where it will do."""
    if name in _LISTS and not isinstance(value, list | tuple):
        return f"a list: {name}=[…]"
    if name in _MAPPINGS and not isinstance(value, Mapping):
        return f"a dict: {name}={{…: …}}"
    if name in _RULES and not callable(value):
        return "a function of the caller, or role('…')"
    if name == "requires_if_match" and not isinstance(value, bool):
        return "True or False"
    if name == "deprecated" and not isinstance(value, Deprecation):
        return "Deprecation(since=…)"
    if name == "deprecated_fields" and isinstance(value, Mapping):
        others = (one for one in value.values() if not isinstance(one, Deprecation))
        return next((f"Deprecation(since=…), and not {one!r}" for one in others), None)
    return None


def read_name(site: Site, name: object) -> str:
    """Return the name in the address; the table's, with hyphens, where none is given.

    Raises:
        DeclarationError: it is no plural noun that can stand in a path.
    """
    if name is None:
        return site.info.table.replace("_", "-")
    if not isinstance(name, str) or _SEGMENT.fullmatch(name) is None:
        raise site.error(
            f"is named {name!r}, which cannot stand in an address; write a plural noun in lower "
            "case, words joined by hyphens: 'task-tags'"
        )
    single = singular_name(site.model.__name__).replace("_", "-")
    if name == single and plural(single) != single:
        raise site.error(f"is named {name!r}, one of them; write the plural: {plural(single)!r}")
    return name


def read_operations(site: Site, operations: Any) -> tuple[Operation, ...]:
    """Return the operations that a resource has: all that the model allows, unless said.

    Raises:
        DeclarationError: there is no such operation, or the model does not allow it.
    """
    info = site.info
    if operations is None:
        return tuple(one for one in OPERATIONS if one != "history" or info.history)
    if "history" in operations and not info.history:
        raise site.error(
            "has the operation 'history', and the table keeps none; write class "
            f"{site.model.__name__}(Model, history=True)"
        )
    for one in operations:
        if one not in OPERATIONS:
            raise site.error(f"has no operation {one!r}; write some of {', '.join(OPERATIONS)}")
    site.refuse_twice(operations, "operations")
    return tuple(operations)
