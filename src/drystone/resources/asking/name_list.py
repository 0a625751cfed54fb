"""Parameters that list names: `sort=-created_at,name`, `fields=id,title`, `expand=project`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from drystone.resources.asking.faults import did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.http.parts.query import Query
    from drystone.resources.asking.faults import Faults

T = TypeVar("T")

# Each wrong name becomes an entry of the answer, which is to stay an answer.
MAX_NAMES: Final = 200


class Listed(NamedTuple, Generic[T]):
    """A name that was listed.

    Attributes:
        meant: what it stands for.
        descending: whether a `-` stands before it.
    """

    meant: T
    descending: bool


class NameList(Generic[T]):
    """Reads one such parameter.

    Args:
        parameter: its name.
        known: what each name stands for.
        others: names that are taken for these, to be told which to write.
        lack: what is said of an unknown name, after it.
        signed: whether names may have a `-` before them.
    """

    __slots__ = ("_known", "_lack", "_others", "_signed", "parameter")

    def __init__(
        self,
        parameter: str,
        known: Mapping[str, T],
        *,
        others: Mapping[str, str],
        lack: str,
        signed: bool = False,
    ) -> None:
        self.parameter = parameter
        self._known = known
        self._others = others
        self._lack = lack
        self._signed = signed

    def read(self, query: Query, faults: Faults) -> list[Listed[T]]:
        """Return what is listed, in order; nothing where the parameter is absent.

        Args:
            query: the query.
            faults: gathers unknown names, and those that are there twice.
        """
        if self.parameter not in query:
            return []
        found: list[Listed[T]] = []
        seen: set[str] = set()
        for written in self._split(query, faults):
            descending = self._signed and written.startswith("-")
            name = written[1:] if descending else written
            if name in seen:
                faults.add(self.parameter, "duplicate", f'names "{show(name)}" more than once')
            elif name not in self._known:
                self._note_unknown(name, faults)
            else:
                found.append(Listed(self._known[name], descending))
            seen.add(name)
        return found

    def _split(self, query: Query, faults: Faults) -> list[str]:
        text = faults.text_of(query, self.parameter)
        if text is None:
            return []
        names = text.split(",", MAX_NAMES)
        if len(names) > MAX_NAMES:
            faults.add(self.parameter, "limit", f"must list at most {MAX_NAMES} names")
        elif "" in names or (self._signed and "-" in names):
            phrase = "must list names with commas between them, none of them empty"
            faults.add(self.parameter, "format", phrase)
        else:
            return names
        return []

    def _note_unknown(self, name: str, faults: Faults) -> None:
        near = self._others.get(name) or faults.nearest(name, self._known)
        phrase = f'names "{show(name)}", {self._lack}{did_you_mean(near)}'
        faults.add(self.parameter, "unknown_field", phrase)
