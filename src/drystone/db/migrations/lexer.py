r"""SQL text to tokens: where strings, comments and names begin and end.

Source: PostgreSQL chapter 4.1, "Lexical Structure", and the rules of `psqlscan.l` for
what psql would call the same text. Nothing is understood beyond that; PostgreSQL is
the one that parses.

    'it''s'  E'it\'s'  U&'d\0061ta'      strings; an E string may go on after a newline
    $tag$ … $tag$                        dollar quotes, which nothing inside can end
    "name"  U&"name"                     quoted names
    -- …     /* … /* … */ … */           comments; those with stars nest

Invariant: the tokens' texts, with white space between them, are the whole input.

Left out on purpose: `standard_conforming_strings = off`, which PostgreSQL discourages
since 9.1; a backslash in a plain string is a backslash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE: Final = r"[ \t\n\r\f\v]"
_LETTER: Final = r"[A-Za-z_\u0080-\U0010ffff]"
_LETTER_OR_DIGIT: Final = r"[A-Za-z0-9_\u0080-\U0010ffff]"
# "whitespace_with_newline" of scan.l: two strings on two lines are one, and the second
# one of an E string has escapes too, without an E of its own.
_CONTINUED: Final = rf"(?:[ \t\f\v]|--[^\n\r]*)*+[\n\r](?:{_SPACE}+|--[^\n\r]*[\n\r])*+"
_ESCAPED_BODY: Final = r"(?:[^'\\]|''|\\.)*+'"

_TOKEN: Final = re.compile(
    rf"""
      (?P<space>    {_SPACE}+ )
    | (?P<comment>  --[^\n\r]* )
    | (?P<nested>   /\* )
    | (?P<escaped>  [eE]'{_ESCAPED_BODY} (?: {_CONTINUED} '{_ESCAPED_BODY} )*+ )
    | (?P<string>   (?: [bBxXnN] | [uU]& )? ' [^']* ' (?: '[^']*' )*+ )
    | (?P<name>     (?: [uU]& )? " [^"]* " (?: "[^"]*" )*+ )
    | (?P<dollar>   \$ (?: {_LETTER} {_LETTER_OR_DIGIT}* )? \$ )
    | (?P<opened>   (?: [eEbBxXnN] | [uU]& )? ' | (?: [uU]& )? " )
    | (?P<word>     {_LETTER} (?: {_LETTER_OR_DIGIT} | \$ )* )
    | (?P<number>   [0-9] [0-9A-Za-z_.]* | \$[0-9]+ )
    | (?P<sign>     . )
    """,
    re.VERBOSE | re.DOTALL,
)
_STAR: Final = re.compile(r"/\*|\*/")


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    NAME = "quoted name"
    STRING = "string"
    NUMBER = "number"
    SIGN = "sign"
    COMMENT = "comment"


_KINDS: Final = {
    "comment": Kind.COMMENT,
    "escaped": Kind.STRING,
    "string": Kind.STRING,
    "name": Kind.NAME,
    "word": Kind.WORD,
    "number": Kind.NUMBER,
    "sign": Kind.SIGN,
}


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: what it is.
        text: as written, quotes included.
        start: its offset in the input, in characters.
        line: where it begins; the first line is 1.
    """

    kind: Kind
    text: str
    start: int
    line: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)

    @property
    def key(self) -> str:
        """Its text as a keyword is compared: a word in capitals, all else as it is."""
        return self.text.upper() if self.kind is Kind.WORD else self.text


class LexicalError(ValueError):
    """Something is opened and never closed.

    Args:
        line: where it is opened.
        message: what it is.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of `text`, comments included and white space left out.

    Raises:
        LexicalError: a quote or a comment is never closed.

    >>> [token.text for token in tokenize("SELECT $$;$$; -- done")]
    ['SELECT', '$$;$$', ';', '-- done']
    """
    position, line = 0, 1
    while match := _TOKEN.match(text, position):
        group = str(match.lastgroup)
        end = match.end()
        if group == "nested":
            end, kind = _end_of_comment(text, position, line), Kind.COMMENT
        elif group == "dollar":
            end, kind = _end_of_dollar_quote(text, match, line), Kind.STRING
        elif group == "opened":
            what = "name" if match[0].endswith('"') else "string"
            raise LexicalError(line, f"the quoted {what} that begins here is never closed")
        elif group != "space":
            kind = _KINDS[group]
        if group != "space":
            yield Token(kind, text[position:end], position, line)
        line += text.count("\n", position, end)
        position = end


def _end_of_comment(text: str, start: int, line: int) -> int:
    depth = 0
    for match in _STAR.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    raise LexicalError(line, "the comment that begins here is never closed with */")


def _end_of_dollar_quote(text: str, opening: re.Match[str], line: int) -> int:
    found = text.find(opening[0], opening.end())
    if found < 0:
        raise LexicalError(line, f"the string that begins here is never closed with {opening[0]}")
    return found + len(opening[0])
