r"""The words of a filter expression.

    token   = word / string / symbol / "(" / ")" / ","
    word    = 1*( letter / digit / "_" / "." / "+" / "-" / ":" )
    string  = DQUOTE *( any / "\" any ) DQUOTE, or the same with apostrophes
    symbol  = "=" / "!=" / "<" / "<=" / ">" / ">="

Names, numbers, `AND` and `null` are all words: what one means depends on where it stands.
In a string a backslash takes away the meaning of a quotation mark, an apostrophe or
another backslash, and of nothing else. Reading is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, cast

# Far above what people write, and half of what an address may hold.
MAX_EXPRESSION_CHARS: Final = 4_096

Kind = Literal["word", "string", "symbol", "(", ")", ",", "end"]


class Token(NamedTuple):
    """A token.

    Attributes:
        kind: which.
        text: as it stands, or the content of a string.
        at: the index of its first character.
    """

    kind: Kind
    text: str
    at: int


class ExpressionFault(Exception):
    """A fault at one place of an expression.

    Attributes:
        at: the index of the character; the length of the text for its end.
        code: one of `errors.VIOLATION_CODES`.
        sentence: what is wrong, without a full stop.
    """

    def __init__(self, at: int, sentence: str, *, code: str = "format") -> None:
        super().__init__(sentence)
        self.at = at
        self.code = code
        self.sentence = sentence


_TOKEN: Final = re.compile(
    r"""
    \s*(?:
        (?P<word> [\w.+:-]+ )
      | (?P<symbol> !=|<=|>=|=|<|> )
      | (?P<mark> [(),] )
      | "(?P<double> (?:[^"\\]|\\["'\\])* )"
      | '(?P<single> (?:[^'\\]|\\["'\\])* )'
      | (?P<end> \Z )
    )
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(.)")
_BODIES: Final = {
    '"': re.compile(r"""(?:[^"\\]|\\["'\\])*"""),
    "'": re.compile(r"""(?:[^'\\]|\\["'\\])*"""),
}
# What people write who come from other languages.
_MEANT: Final = {"&": "; write AND", "|": "; write OR", "!": "; write NOT or !="}


def split_expression(text: str) -> list[Token]:
    """Return the tokens of an expression; the last one is its end.

    Raises:
        ExpressionFault: it is too long, or a character is out of place.

    >>> [token.text for token in split_expression('priority>=4 AND title = "a"')]
    ['priority', '>=', '4', 'AND', 'title', '=', 'a', '']
    """
    if len(text) > MAX_EXPRESSION_CHARS:
        raise ExpressionFault(
            MAX_EXPRESSION_CHARS,
            f"an expression must be at most {MAX_EXPRESSION_CHARS} characters",
            code="too_long",
        )
    tokens: list[Token] = []
    place = 0
    while not tokens or tokens[-1].kind != "end":
        found = _TOKEN.match(text, place)
        if found is None:
            raise _explain(text, place)
        tokens.append(_token(found))
        place = found.end()
    return tokens


def _token(found: re.Match[str]) -> Token:
    kind, at = found.lastgroup, found.start(found.lastgroup or 0)
    text = found[kind or 0]
    match kind:
        case "double" | "single":
            # The string begins at its quotation mark.
            return Token("string", _ESCAPE.sub(r"\1", text), at - 1)
        case "mark":
            return Token(cast("Kind", text), text, at)
        case _:
            return Token(cast("Kind", kind), text, at)


def _explain(text: str, place: int) -> ExpressionFault:
    """Return what is wrong where no token begins."""
    rest = text[place:].lstrip()
    at = len(text) - len(rest)
    if rest[0] not in _BODIES:
        meant = _MEANT.get(rest[0], "")
        return ExpressionFault(at, f'the character "{rest[0]}" is out of place{meant}')
    body = _BODIES[rest[0]].match(text, at + 1)
    end = body.end() if body else at
    if end < len(text):
        return ExpressionFault(
            end, "a backslash stands only before a quotation mark or another backslash"
        )
    return ExpressionFault(at, "the text that begins here has no end: close it with " + rest[0])
