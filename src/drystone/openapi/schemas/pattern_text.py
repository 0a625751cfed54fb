r"""A regular expression → the shortest text that it is found in, always the same one.

For examples alone: what comes out is tried against the expression by whoever asked, so an
expression that this reader does not know (a look-ahead, a back-reference) costs an example
and nothing else. Python's own parser reads the expression; it has no public name.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final

# The public name, sre_parse, is deprecated since Python 3.11 and warns.
_PARSER: Final[Any] = import_module("re._parser")

_CATEGORIES: Final = {
    "CATEGORY_DIGIT": "0",
    "CATEGORY_WORD": "a",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": "a",
}
# Tried in this order for what may be nearly any character.
_ANY: Final = "ab0-_. /"


def text_for(pattern: str, min_length: int = 0) -> str | None:
    """Return a text in which the pattern is found; None where none was found.

    Args:
        pattern: as Python reads it.
        min_length: of the text, in characters.

    >>> text_for("^#[0-9a-f]{6}$"), text_for(r"^[a-z]+(-[a-z]+)*$", 3)
    ('#000000', 'a-a')
    """
    try:
        tree = _PARSER.parse(pattern)
    except re.error:
        return None
    # What may be repeated is repeated so often, until it is enough.
    for times in range(min_length + 1):
        text = _write_all(tree, times)
        if text is None:
            return None
        if len(text) >= min_length and re.search(pattern, text):
            return text
    return None


def _write_all(tree: Any, times: int) -> str | None:
    pieces = [_write(str(operation), argument, times) for operation, argument in tree]
    return None if None in pieces else "".join(piece or "" for piece in pieces)


def _write(operation: str, argument: Any, times: int) -> str | None:
    match operation:
        case "LITERAL":
            return chr(argument)
        case "ANY":
            return "a"
        case "NOT_LITERAL":
            return next(one for one in _ANY if ord(one) != argument)
        case "AT":
            return ""
        case "CATEGORY":
            return _CATEGORIES.get(str(argument))
        case "IN":
            return _write_set(argument)
        case "SUBPATTERN":
            return _write_all(argument[-1], times)
        case "BRANCH":
            return _write_all(argument[1][0], times)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, inner = argument
            text = _write_all(inner, times)
            return None if text is None else text * max(low, min(times, int(high)))
        case _:
            return None


def _write_set(members: Any) -> str | None:
    (operation, argument), *_ = members
    match str(operation):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(argument[0])
        case "CATEGORY":
            return _CATEGORIES.get(str(argument))
        case "NEGATE":
            return next((one for one in _ANY if not _is_among(one, members[1:])), None)
        case _:
            return None


def _is_among(character: str, members: Any) -> bool:
    for operation, argument in members:
        match str(operation):
            case "LITERAL" if ord(character) == argument:
                return True
            case "RANGE" if argument[0] <= ord(character) <= argument[1]:
                return True
            case "CATEGORY" if _belongs(character, str(argument)):
                return True
            case _:
                pass
    return False


def _belongs(character: str, category: str) -> bool:
    letter = category.removeprefix("CATEGORY_").removeprefix("NOT_")[0].lower()
    found = re.match(rf"\{letter}", character) is not None
    return found is not category.startswith("CATEGORY_NOT_")
