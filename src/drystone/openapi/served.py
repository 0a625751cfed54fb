"""A resource and where it is served: its version of the API, its address, its names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drystone.resources.generated_routes import GeneratedRoute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.resources.declaration import Resource
    from drystone.routing.route import Route

_VERSION: Final = re.compile(r"/api/(v[1-9][0-9]*)(?=/|$)")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A resource at its address.

    Attributes:
        resource: the resource.
        version: of the API, such as `v1`; empty outside of any.
        path: of its rows, such as `/api/v1/tasks`.
        is_first: whether no other version serves a resource of this name before it.
    """

    resource: Resource
    version: str
    path: str
    is_first: bool

    @property
    def tag(self) -> str:
        """What its operations are grouped under."""
        return self.resource.name if self.is_first else f"{self.resource.name} ({self.version})"

    @property
    def singular(self) -> str:
        """What one of its rows is called in the names of operations: `Task`, `TaskV2`."""
        return self.resource.model.__name__ + self._suffix

    @property
    def plural(self) -> str:
        """What its rows are called in the names of operations: `Tasks`, `TasksV2`."""
        return pascal(self.resource.name) + self._suffix

    @property
    def _suffix(self) -> str:
        return "" if self.is_first else self.version.upper()


def find_served(routes: Iterable[Route]) -> tuple[Served, ...]:
    """Return the resources that routes were generated for, each at its address."""
    found: dict[int, Served] = {}
    names: set[str] = set()
    for route in routes:
        made = route.generated
        if not isinstance(made, GeneratedRoute) or id(made.resource) in found:
            continue
        name = made.resource.name
        path = route.pattern.template
        end = path.find(f"/{name}") + len(name) + 1
        served = Served(made.resource, version_of(path), path[:end], name not in names)
        found[id(made.resource)] = served
        names.add(name)
    return tuple(found.values())


def version_of(path: str) -> str:
    """Return the version of the API that a path belongs to; empty where it does to none.

    >>> version_of("/api/v2/tasks"), version_of("/healthz")
    ('v2', '')
    """
    found = _VERSION.match(path)
    return found[1] if found else ""


def pascal(name: str) -> str:
    """Return a name as it stands inside of others.

    >>> pascal("task-tags"), pascal("move_to_project")
    ('TaskTags', 'MoveToProject')
    """
    return "".join(word[:1].upper() + word[1:] for word in _WORD.findall(name.replace("_", "-")))
