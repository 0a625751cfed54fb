"""The parts of the document that are used more than once, each under a name of its own.

Source: OpenAPI 3.1.1, section 4.8.7 (Components Object).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

JSONObject: TypeAlias = dict[str, Any]
"""An object of the document: a schema, a parameter, an answer."""

Kind: TypeAlias = Literal["schemas", "responses", "parameters", "headers", "examples"]

# "All the fixed fields declared above are objects that MUST use keys that match":
_UNFIT: Final = re.compile(r"[^a-zA-Z0-9._-]+")


class Components:
    """Parts by kind and name; a part is referred to before or after it is put there."""

    def __init__(self) -> None:
        self._parts: dict[Kind, dict[str, JSONObject]] = {}
        self._taken: dict[Kind, dict[str, object]] = {}

    def name(self, kind: Kind, owner: object, wishes: Iterable[str]) -> str:
        """Return the name of what stands for `owner`, the same each time.

        Args:
            kind: where it stands.
            owner: what it is for: a class, or anything else that can be compared.
            wishes: names, the best one first; a number is added where all are taken.
        """
        taken = self._taken.setdefault(kind, {})
        for name, known in taken.items():
            if known is owner or known == owner:
                return name
        fit = [_UNFIT.sub("_", one).strip("_") or "Unnamed" for one in wishes]
        numbered = (f"{fit[-1]}{number}" for number in range(2, len(taken) + 3))
        name = next(one for one in (*fit, *numbered) if one not in taken)
        taken[name] = owner
        return name

    def has(self, kind: Kind, name: str) -> bool:
        """Tell whether a part was put there."""
        return name in self._parts.get(kind, {})

    def put(self, kind: Kind, name: str, part: JSONObject) -> JSONObject:
        """Keep a part; return a reference to it."""
        self._parts.setdefault(kind, {})[name] = part
        return refer(kind, name)

    def resolve(self, part: JSONObject) -> JSONObject:
        """Return what a part refers to, or itself."""
        while (reference := part.get("$ref")) is not None:
            _, _, kind, name = reference.split("/")
            part = self._parts[kind][name]
        return part

    def used_by(self, paths: JSONObject) -> JSONObject:
        """Return the parts that paths refer to, and those that these refer to, by kind."""
        used: dict[Kind, JSONObject] = {}
        waiting = list(_references(paths))
        while waiting:
            _, _, kind, name = waiting.pop().split("/")
            those = used.setdefault(cast("Kind", kind), {})
            if name not in those:
                those[name] = self._parts[cast("Kind", kind)][name]
                waiting += _references(those[name])
        return {kind: dict(sorted(used[kind].items())) for kind in sorted(used)}


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str):
            yield reference
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        yield from _references(one)


def refer(kind: Kind, name: str) -> JSONObject:
    """Return a reference to a part.

    >>> refer("schemas", "Task")
    {'$ref': '#/components/schemas/Task'}
    """
    return {"$ref": f"#/components/{kind}/{name}"}
