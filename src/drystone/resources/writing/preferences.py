"""`Prefer`: what a caller would like of an answer (RFC 7240).

    Prefer: return=minimal, dry-run      Preferences("minimal", is_dry_run=True)

What is not known, or cannot be read, is no preference (section 2); of one that is there
twice the first counts. `Preference-Applied` tells which were followed (section 3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from drystone.http.parts.parameters import TOKEN, read_value, skip_space

if TYPE_CHECKING:
    from collections.abc import Iterator

Returns = Literal["minimal", "representation"]

# 1#preference; a comma inside a quoted string parts nothing.
_ELEMENT: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
_RETURNS: Final = frozenset({"minimal", "representation"})
_MAX_PREFERENCES: Final = 32


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a caller prefers.

    Attributes:
        returns: whether the row is wanted in the answer; None where nothing was said.
        is_dry_run: whether everything is to be checked, and nothing kept.
    """

    returns: Returns | None = None
    is_dry_run: bool = False

    def applied(self) -> str | None:
        """Return the value of `Preference-Applied`; None where nothing was preferred."""
        words = [f"return={self.returns}"] if self.returns else []
        return ", ".join([*words, *(["dry-run"] if self.is_dry_run else [])]) or None


_NONE: Final = Preferences()


def read_preferences(field: str | None) -> Preferences:
    """Return what a `Prefer` field says.

    Args:
        field: its value, repeated fields joined by commas; None where there is none.

    >>> read_preferences('RETURN="minimal"; why, handling=lenient, return=representation')
    Preferences(returns='minimal', is_dry_run=False)
    """
    if field is None:
        return _NONE
    found: dict[str, str] = {}
    for name, value in _read(field):
        found.setdefault(name, value)
    returns = found.get("return")
    return Preferences(
        cast("Returns", returns) if returns in _RETURNS else None,
        is_dry_run=found.get("dry-run") == "",
    )


def _read(field: str) -> Iterator[tuple[str, str]]:
    """Yield names in lower case and values; a value that is not there is empty."""
    for number, element in enumerate(_ELEMENT.finditer(field)):
        if number == _MAX_PREFERENCES:
            return
        text = element[0].strip(" \t")
        # preference = token [ BWS "=" BWS word ] *( OWS ";" [ OWS parameter ] )
        name = TOKEN.match(text)
        if name is None:
            continue
        value, end = "", skip_space(text, name.end())
        if text.startswith("=", end):
            word = read_value(text, skip_space(text, end + 1))
            if word is None:
                continue
            value, end = word[0], skip_space(text, word[1])
        if end == len(text) or text[end] == ";":
            yield name[0].lower(), value
