"""What a search of the tree gives back: every declaration that a path matches.

The router turns one `Match` into one of three answers. There is none: 404. It has
none of the request's methods: 405, with `methods` as `Allow`. It has one: the
declaration runs, with the parameters that its own pattern read from the path.

A path can match several patterns (`/tasks/import` and `/tasks/{id}`), each with
methods of its own, so parameters belong to a declaration and not to the path.

Invariant: `methods` holds exactly the methods for which `select` finds something.

Left out on purpose: what HEAD and OPTIONS mean. That is the router's to know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from drystone.routing.converter import ParameterValue
    from drystone.routing.pattern import PathPattern

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Declaration(Generic[T]):
    """What was declared for one pattern and method.

    Attributes:
        value: what the router keeps there.
        origin: the place of the declaration, as `file:line`.
    """

    value: T
    origin: str


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint(Generic[T]):
    """One pattern, with everything that is declared for it.

    Attributes:
        pattern: the pattern, parameter names included.
        names: the names of its parameters, from left to right.
        methods: the declaration of each method.
    """

    pattern: PathPattern
    names: tuple[str, ...]
    methods: dict[str, Declaration[T]] = field(default_factory=dict)


class Found(NamedTuple, Generic[T]):
    """The declaration that serves a request.

    Attributes:
        value: what was inserted.
        params: the path's parameters by name, of their converters' types.
        pattern: the pattern that matched; `pattern.template` names it in logs.
    """

    value: T
    params: dict[str, ParameterValue]
    pattern: PathPattern


# An endpoint that a path reached, and the parameters it met on the way.
Hit: TypeAlias = tuple[Endpoint[T], "dict[str, ParameterValue]"]


class Match(Generic[T]):
    """Everything that is declared for one path, best first; never empty."""

    __slots__ = ("_hits",)

    def __init__(self, hits: tuple[Hit[T], ...]) -> None:
        self._hits = hits

    def select(self, *methods: str) -> Found[T] | None:
        """Return the best declaration that has one of the methods.

        Args:
            methods: in order of preference, for one and the same pattern:
                `select("HEAD", "GET")` takes the better pattern's GET before
                another pattern's HEAD.

        Returns:
            `None` when no declaration of this path has any of them: a 405.
        """
        for endpoint, params in self._hits:
            for method in methods:
                declaration = endpoint.methods.get(method)
                if declaration is not None:
                    # A copy: the hits of a static path are shared by all its requests.
                    return Found(declaration.value, params.copy(), endpoint.pattern)
        return None

    @property
    def methods(self) -> dict[str, T]:
        """What each method of this path leads to: all that `select` could find."""
        union: dict[str, T] = {}
        for endpoint, _ in self._hits:
            for method, declaration in endpoint.methods.items():
                union.setdefault(method, declaration.value)
        return union

    @property
    def template(self) -> str:
        """The best pattern's template: what a 405 is counted under."""
        return self._hits[0][0].pattern.template
