r"""The first form of a connection string: `host=localhost dbname='my app'`.

PostgreSQL documentation, 34.1.1.1 "Keyword/Value Connection Strings". Spaces around the
equal sign are allowed; a value with spaces, or an empty one, stands in single quotes; a
backslash takes the next character as it is. Two things follow from libpq's reading that
one might not expect: a quote within a value is a plain character, and in
`host= port=1` the value of `host` is `port=1`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .error import DSNError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE: Final = r"[ \t\n\v\f\r]*"
_NAME: Final = re.compile(rf"{_SPACE}(?P<name>[^= \t\n\v\f\r]*){_SPACE}")
_SPACES: Final = re.compile(_SPACE)
_QUOTED: Final = re.compile(r"'(?P<value>(?:[^'\\]|\\.)*+)'", re.DOTALL)
_PLAIN: Final = re.compile(r"(?P<value>(?:[^ \t\n\v\f\r\\]|\\.)*+)\\?", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


def read_key_value(text: str) -> Iterator[tuple[str, str]]:
    r"""Yield the parameters of a keyword/value string, in its order.

    >>> list(read_key_value(r"host=db dbname = 'my \'app\''"))
    [('host', 'db'), ('dbname', "my 'app'")]

    Raises:
        DSNError: an equal sign or a closing quote is missing.
    """
    place = _after_spaces(text, 0)
    while place < len(text):
        name = _NAME.match(text, place)
        # The pattern takes nothing at least, so there is always a match.
        end = name.end() if name else place
        if name is None or text[end : end + 1] != "=":
            raise DSNError(
                f'there is no "=" after the word at character {place + 1}: write name=value, '
                "and a value with spaces in single quotes"
            )
        value, place = _read_value(text, _after_spaces(text, end + 1))
        yield name["name"], value
        place = _after_spaces(text, place)


def _read_value(text: str, place: int) -> tuple[str, int]:
    pattern = _QUOTED if text.startswith("'", place) else _PLAIN
    match = pattern.match(text, place)
    if match is None:
        raise DSNError(
            f"the quote at character {place + 1} is not closed: end the value with a single "
            r"quote, and write \' for one within it"
        )
    return _ESCAPED.sub(r"\1", match["value"]), match.end()


def _after_spaces(text: str, place: int) -> int:
    match = _SPACES.match(text, place)
    return match.end() if match else place
