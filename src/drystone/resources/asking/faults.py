"""What is wrong with a query string: gathered while it is read, told all at once.

The code of the problem is `unknown_parameter` where every fault is a parameter that does
not exist, an operator in brackets included; as soon as one is a value that cannot be
used, it is `invalid_parameter`. The faults stand in the order in which the caller wrote
the parameters.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, TypeVar

from drystone.errors import InvalidParameter, UnknownParameter, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from drystone.http.parts.query import Query

T = TypeVar("T")

# Comparing names is quadratic in their length, so only a few short ones are tried, as by
# `http/parts/query.py`.
_MAX_SUGGESTIONS: Final = 5
_MAX_COMPARED_CHARS: Final = 40
_MAX_SHOWN_CHARS: Final = 100


class Faults:
    """The faults of one query."""

    __slots__ = ("_all_unknown", "_found", "_suggestions")

    def __init__(self) -> None:
        self._found: list[Violation] = []
        self._all_unknown = True
        self._suggestions = _MAX_SUGGESTIONS

    def __len__(self) -> int:
        return len(self._found)

    def add(self, parameter: str, code: str, phrase: str) -> None:
        """Note a value that cannot be used; the phrase reads on after the parameter's name."""
        shown = show(parameter)
        end = "" if phrase.endswith((".", "?")) else "."
        detail = f'The parameter "{shown}" {phrase}{end}'
        self._found.append(Violation(code=code, detail=detail, parameter=shown))
        self._all_unknown = False

    def add_unknown(self, parameter: str, detail: str) -> None:
        """Note a parameter that does not exist, with a sentence about it."""
        self._found.append(
            Violation(code="unknown_field", detail=detail, parameter=show(parameter))
        )

    def text_of(self, query: Query, name: str) -> str | None:
        """Return the value of a parameter; None where it is absent, or there twice."""
        return self.take(lambda: query.get(name), None) if name in query else None

    def take(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` returns; where it refuses, keep its faults and return the other."""
        try:
            return read()
        except InvalidParameter as problem:
            self._found += problem.errors
            self._all_unknown = False
            return otherwise

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """Return the known name that is nearest to an unknown one, if one is near."""
        if len(name) > _MAX_COMPARED_CHARS or not self._suggestions:
            return None
        self._suggestions -= 1
        return next(iter(get_close_matches(name, known, n=1)), None)

    def raise_any(self, query: Query) -> None:
        """Refuse the query where there are faults.

        Raises:
            UnknownParameter: they are parameters that do not exist.
            InvalidParameter: there are others.
        """
        if not self._found:
            return
        places = {show(name): place for place, name in enumerate(query)}
        errors = sorted(self._found, key=lambda one: places.get(one.parameter or "", -1))
        problem = UnknownParameter if self._all_unknown else InvalidParameter
        single = errors[0].detail if len(errors) == 1 else None
        raise problem(single or f"The query has {len(errors)} faults.", errors=errors)


def did_you_mean(near: str | None) -> str:
    """Return how a sentence about an unknown name goes on, its end included."""
    return f'; did you mean "{near}"?' if near else "."


def show(name: str) -> str:
    """Return a name as it is repeated to its sender: not too much of it."""
    return name[:_MAX_SHOWN_CHARS]
