"""The tree that finds a path's routes: one node per segment, one step per segment.

The router asks it once per request, after the HTTP layer has decoded the path and
before any middleware of a route runs. It gives back every declaration that the
path matches, best first, so that 404, 405 and `Allow` are one answer.

Precedence is decided segment by segment, from the left, and never by the order
of registration:

    literal  >  {n:int}  >  {id:uuid}  >  {name}  >  {rest:path}

A literal that leads nowhere is no dead end: with `/a/b/d` and `/a/{x}/c`, the path
`/a/b/c` matches the second. And a method is looked for in all the declarations that
match, best first: with `POST /tasks/import` and `GET /tasks/{id}`, the request
`GET /tasks/import` reaches `/tasks/{id}` with the id `import`. Declare `{id:uuid}`
and it cannot: the path then has `POST` alone, and `GET` is answered 405. `Allow` is
every method that some matching declaration has, so it never lists one that would
be refused, or leaves one out that would be served.

Invariants:
- Bounded work. No two nodes share a child, so a search enters each node at most
  once: at most as many nodes at each depth as there are patterns, whatever the
  path. There is no exponential backtracking to provoke.
- Each shape is declared once. A second declaration of the same shape and method,
  or of the same shape with other parameter names, is refused with both places.
- Frozen at the first search. A path without parameters is then one dict lookup.
- An empty segment matches nothing, so neither does a path that ends with a slash
  (other than `/` itself): whether to redirect it is the router's decision.

Left out on purpose: hosts, media types and versions. A path and a method choose
a route; the rest is checked by the route, with an answer that says what failed.
Why a node is a segment and not a run of characters: docs/adr/0006-router.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

from drystone.routing.converter import PATH
from drystone.routing.match import Declaration, Endpoint, Match
from drystone.routing.pattern import MAX_SEGMENTS, RouteError

if TYPE_CHECKING:
    from drystone.routing.converter import Converter, ParameterValue
    from drystone.routing.match import Hit
    from drystone.routing.pattern import PathPattern, Shape

T = TypeVar("T")

# token (RFC 9110, section 5.6.2), without lower case: methods are case-sensitive
# (section 9.1), and nobody means a method called "get".
_METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Z]+")


class Tree(Generic[T]):
    """A set of declarations, and the search through them.

    >>> from drystone.routing.pattern import PathPattern
    >>> tree = Tree[str]()
    >>> tree.insert(PathPattern.parse("/tasks/{n:int}"), "GET", "read", origin="app.py:7")
    >>> found = tree.find("/tasks/12").select("GET")
    >>> found.value, found.params["n"]
    ('read', 12)
    >>> tree.find("/tasks/12").select("PUT") is None, tree.find("/tasks/x") is None
    (True, True)
    """

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._endpoints: dict[Shape, Endpoint[T]] = {}
        self._static: dict[str, Match[T] | None] = {}
        self._frozen = False

    def insert(self, pattern: PathPattern, method: str, value: T, *, origin: str) -> None:
        """Add a declaration.

        Args:
            pattern: the paths that it serves.
            method: the one method that it serves, in upper case.
            value: what `Match.select` gives back.
            origin: where the declaration stands, as `file:line`.

        Raises:
            RouteError: the method is not a method's name, another declaration serves
                the same paths and method, or names the same parameters differently,
                or the tree is frozen. Nothing is inserted.
        """
        if self._frozen:
            raise RouteError(
                f"{method} {pattern.text} ({origin}): declared after the first request; "
                "declare every route before the application starts"
            )
        if _METHOD.fullmatch(method) is None:
            raise RouteError(
                f"{method!r} {pattern.text} ({origin}): is no method; write a name in upper "
                "case, such as 'GET'"
            )
        known = self._endpoints.get(pattern.shape)
        if known is None:
            self._add(pattern).methods[method] = Declaration(value, origin)
            return
        _refuse_conflict(known, pattern, method, origin)
        known.methods[method] = Declaration(value, origin)

    def freeze(self) -> None:
        """Close the tree and make each path without parameters one dict lookup.

        The first `find` does it too; a server calls it before it listens.
        """
        texts = (
            endpoint.pattern.text for endpoint in self._endpoints.values() if not endpoint.names
        )
        self._static = {text: self._search(text) for text in texts}
        self._frozen = True

    def find(self, path: str) -> Match[T] | None:
        """Return what is declared for a path.

        Args:
            path: decoded, as the HTTP layer gives it: neither an encoded slash nor
                a dot segment nor NUL was in it, so each `/` separates segments.

        Returns:
            `None` when no pattern matches, whatever the method: a 404.
        """
        if not self._frozen:
            self.freeze()
        return self._static.get(path) or self._search(path)

    def _add(self, pattern: PathPattern) -> Endpoint[T]:
        endpoint: Endpoint[T] = Endpoint(pattern, tuple(p.name for p in pattern.parameters))
        self._endpoints[pattern.shape] = endpoint
        node = self._root
        for segment in pattern.shape:
            if segment is PATH:
                node.rest = endpoint
                return endpoint
            node = node.child(segment)
        node.endpoint = endpoint
        return endpoint

    def _search(self, path: str) -> Match[T] | None:
        # Not a path at all: the "*" of OPTIONS, the authority of CONNECT.
        if not path.startswith("/") or path.count("/") > MAX_SEGMENTS:
            return None
        segments = path[1:].split("/") if path != "/" else []
        hits: list[Hit[T]] = []
        self._root.collect(segments, 0, (), hits)
        return Match(tuple(hits)) if hits else None


class _Node(Generic[T]):
    """The place that a path has reached after some segments."""

    __slots__ = ("branches", "endpoint", "literals", "rest")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.branches: list[tuple[Converter, _Node[T]]] = []  # by rank
        self.endpoint: Endpoint[T] | None = None  # for a path that ends here
        self.rest: Endpoint[T] | None = None  # for any further segments

    def child(self, segment: str | Converter) -> _Node[T]:
        """Return the node that a segment leads to, made where there was none."""
        if isinstance(segment, str):
            return self.literals.setdefault(segment, _Node())
        for converter, node in self.branches:
            if converter is segment:
                return node
        node = _Node()
        self.branches.append((segment, node))
        self.branches.sort(key=lambda branch: branch[0].rank)
        return node

    def collect(
        self,
        segments: list[str],
        depth: int,
        values: tuple[ParameterValue, ...],
        hits: list[Hit[T]],
    ) -> None:
        """Append every endpoint at or under this node that the segments reach, best first."""
        if depth == len(segments):
            if self.endpoint is not None:
                hits.append(_hit(self.endpoint, values))
            return
        segment = segments[depth]
        literal = self.literals.get(segment)
        if literal is not None:
            literal.collect(segments, depth + 1, values, hits)
        for converter, node in self.branches:
            value = converter.parse(segment)
            if value is not None:
                node.collect(segments, depth + 1, (*values, value), hits)
        if self.rest is not None:
            rest = PATH.parse("/".join(segments[depth:]))
            if rest is not None:
                hits.append(_hit(self.rest, (*values, rest)))


def _hit(endpoint: Endpoint[T], values: tuple[ParameterValue, ...]) -> Hit[T]:
    return endpoint, dict(zip(endpoint.names, values, strict=True))


def _refuse_conflict(known: Endpoint[T], pattern: PathPattern, method: str, origin: str) -> None:
    """Raise when a declaration cannot stand beside those of the same shape."""
    if method in known.methods:
        raise RouteError(
            f"{method} {pattern.text} ({origin}): serves the same requests as "
            f"{method} {known.pattern.text} ({known.methods[method].origin}); remove one of them"
        )
    if pattern.text != known.pattern.text:
        first, declaration = next(iter(known.methods.items()))
        raise RouteError(
            f"{method} {pattern.text} ({origin}): serves the same paths as "
            f"{first} {known.pattern.text} ({declaration.origin}) under other parameter names; "
            "write both patterns alike"
        )
