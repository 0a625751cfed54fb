"""The steps of a statement, sorted by clause.

Values travel in the order in which the steps were written, while the text names them in
the order of its clauses. So each step is kept with the place of its first value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from drystone.schema.expressions.shapes import Parameter

from .steps import Insert, Limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .steps import Step

S = TypeVar("S")


class Placed(NamedTuple):
    """A step, and the index of its first value among those of the statement."""

    step: Any
    start: int


class Clauses:
    """A statement's steps; the place of its first value is `start`, behind its last `end`."""

    __slots__ = ("_placed", "end")

    def __init__(self, steps: Iterable[Step], start: int = 0) -> None:
        self._placed: list[Placed] = []
        for step in steps:
            self._placed.append(Placed(step, start))
            start += count_parameters(step)
        self.end = start

    def all(self, kind: type[S]) -> Iterator[tuple[S, int]]:
        """Yield the steps of a kind, each with the place of its first value."""
        for step, start in self._placed:
            if isinstance(step, kind):
                yield step, start

    def last(self, kind: type[S]) -> S | None:
        """Return the last step of a kind, which outweighs those before; None without any."""
        found = None
        for step, _ in self.all(kind):
            found = step
        return found

    def __contains__(self, kind: type[Any]) -> bool:
        return any(isinstance(step, kind) for step, _ in self._placed)


def count_parameters(node: object) -> int:
    """Return how many values go with a step or shape."""
    match node:
        case Parameter() | Limit(rows=None):
            return 1
        case Insert():
            return len(node.columns) * (node.rows or 1)
        case tuple():
            return sum(count_parameters(part) for part in node)
        case _:
            return 0
