"""Pair what a table had with what it has now: kept, renamed, gone or come.

Constraints and indexes are first paired by name. What is left over and says the same
under another name was renamed: nothing is lost by that, so nobody needs to be asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from drystone.db.catalog.records import Constraint, Index, Trigger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Part = TypeVar("_Part", Constraint, Index, Trigger)


@dataclass(slots=True)
class Match(Generic[_Part]):
    """How the parts of two tables go together.

    Attributes:
        kept: pairs of the same name that say the same.
        renamed: pairs that say the same under another name.
        gone: of the old table alone, or to be made anew.
        come: of the new table alone, or to be made anew.
    """

    kept: list[tuple[_Part, _Part]] = field(default_factory=list)
    renamed: list[tuple[_Part, _Part]] = field(default_factory=list)
    gone: list[_Part] = field(default_factory=list)
    come: list[_Part] = field(default_factory=list)


def match_parts(
    before: Iterable[_Part],
    after: Iterable[_Part],
    *,
    says: Callable[[_Part], object],
    must_be_remade: Callable[[_Part], bool],
) -> Match[_Part]:
    """Return how two lists of parts go together.

    Args:
        before: what the table has.
        after: what it shall have.
        says: what makes two parts the same, their names aside.
        must_be_remade: whether a part cannot stay even where it would say the same.
    """
    match: Match[_Part] = Match()
    old = {part.name: part for part in before}
    names = frozenset(old)
    waiting = []
    for part in after:
        twin = old.get(part.name)
        if twin is not None and says(twin) == says(part) and not must_be_remade(part):
            match.kept.append((twin, part))
            del old[part.name]
        else:
            waiting.append(part)
    for part in waiting:
        twin = next((item for item in old.values() if says(item) == says(part)), None)
        if twin is None or part.name in names or must_be_remade(part):
            match.come.append(part)
        else:
            match.renamed.append((old.pop(twin.name), part))
    match.gone.extend(old.values())
    return match


def is_free_standing(index: Index) -> bool:
    """Tell whether an index is one by itself, and not a constraint's."""
    return index.constraint is None


def serving(constraint: Constraint, indexes: Iterable[Index]) -> Index | None:
    """Return the index that serves a constraint, if there is one."""
    return next((index for index in indexes if index.constraint == constraint.name), None)
