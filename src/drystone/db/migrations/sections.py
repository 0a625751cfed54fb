"""A migration file's text to its two sections, by the markers in it.

A marker is a comment on a line of its own, found by the lexer: the same text in a string
or in a function's body is none. The markers are dbmate's, and one more:

    -- migrate:up [transaction:false]
    -- migrate:down [transaction:false]
    -- migrate:repeat                     before a statement of a transaction:false section

Every fault of a file is gathered, each with its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from .lexer import Kind, LexicalError, Token, tokenize
from .refusals import refuse
from .statements import Statement, gather_statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MARKER: Final = re.compile(r"--[ \t]*migrate:(?P<word>\S*)(?P<options>.*)")
_MARKERS: Final = ("up", "down", "repeat")


@dataclass(frozen=True, slots=True)
class Section:
    """One direction of a migration.

    Attributes:
        statements: in order.
        transactional: whether they run in one transaction.
        line: of its marker.
    """

    statements: tuple[Statement, ...]
    transactional: bool
    line: int


class SectionFaults(ValueError):
    """A text is no migration.

    Args:
        faults: for each, its line and a sentence with the mend.
    """

    def __init__(self, faults: Iterable[tuple[int, str]]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("; ".join(sentence for _, sentence in self.faults))


def read_sections(text: str) -> tuple[Section, Section | None]:
    r"""Return how a migration is applied, and how it is reverted, if it can be.

    Args:
        text: of the file, its line ends normalised.

    Raises:
        SectionFaults: names every fault.

    >>> up, down = read_sections("-- migrate:up\nSELECT 1;\n-- migrate:down\n")
    >>> up.statements[0].text, down
    ('SELECT 1', None)
    """
    return _Reader(text).read()


@dataclass(frozen=True, slots=True)
class _Marker:
    word: str
    token: Token
    transactional: bool


class _Reader:
    """Reads one file's text; gathers its faults."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._faults: list[tuple[int, str]] = []

    def read(self) -> tuple[Section, Section | None]:
        sections = self._read_all()
        up = sections.get("up")
        if up is None:
            if not self._faults:
                self._fault(1, "has no section to apply; begin it with the line '-- migrate:up'")
        elif not up.statements:
            self._fault(up.line, "there is no statement to apply; write one, or remove the file")
        if self._faults or up is None:
            raise SectionFaults(self._faults)
        down = sections.get("down")
        return up, down if down is not None and down.statements else None

    def _fault(self, line: int, sentence: str) -> None:
        self._faults.append((line, sentence))

    def _read_all(self) -> dict[str, Section]:
        sections: dict[str, Section] = {}
        try:
            for marker, tokens in self._divide(tokenize(self._text)):
                if marker is None:
                    self._check_preamble(tokens)
                elif marker.word in sections:
                    self._fault(
                        marker.token.line, f"'migrate:{marker.word}' stands here a second time"
                    )
                else:
                    sections[marker.word] = self._read_section(marker, tokens)
        except LexicalError as error:
            self._fault(error.line, str(error))
        return sections

    def _divide(self, tokens: Iterable[Token]) -> list[tuple[_Marker | None, list[Token]]]:
        """Return the tokens under each marker, those before the first one under None."""
        parts: list[tuple[_Marker | None, list[Token]]] = [(None, [])]
        for token in tokens:
            marker = self._read_marker(token)
            if marker is None or marker.word == "repeat":
                parts[-1][1].append(token)
            else:
                parts.append((marker, []))
        return parts

    def _check_preamble(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.kind is not Kind.COMMENT:
                self._fault(token.line, "SQL stands before the line '-- migrate:up'")
                return

    def _read_marker(self, token: Token) -> _Marker | None:
        """Return the marker that a token is; None for any other, and for a wrong one."""
        matched = self._match_marker(token)
        if matched is None:
            return None
        word = matched["word"]
        if word not in _MARKERS:
            near = get_close_matches(word, _MARKERS, n=1)
            mend = f"did you mean {near[0]}?" if near else f"write one of {', '.join(_MARKERS)}"
            self._fault(token.line, f"there is no marker 'migrate:{word}'; {mend}")
            return None
        transactional = self._read_options(token.line, word, matched["options"])
        return _Marker(word, token, transactional)

    def _match_marker(self, token: Token) -> re.Match[str] | None:
        if token.kind is not Kind.COMMENT:
            return None
        start = self._text.rfind("\n", 0, token.start) + 1
        stands_alone = not self._text[start : token.start].strip()
        return _MARKER.fullmatch(token.text) if stands_alone else None

    def _read_options(self, line: int, word: str, options: str) -> bool:
        """Return whether the section is transactional."""
        transactional = True
        for option in options.split():
            if word != "repeat" and option in {"transaction:false", "transaction:true"}:
                transactional = option == "transaction:true"
            else:
                known = "none" if word == "repeat" else "transaction:false"
                self._fault(line, f"'migrate:{word}' has no option {option!r}; it knows {known}")
        return transactional

    def _read_section(self, marker: _Marker, tokens: Sequence[Token]) -> Section:
        self._check_psql(tokens)
        statements = self._mark_repeats(tokens, list(gather_statements(self._text, tokens)))
        for statement in statements:
            if sentence := refuse(statement, transactional=marker.transactional):
                self._fault(statement.line, sentence)
        return Section(tuple(statements), marker.transactional, marker.token.line)

    def _check_psql(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.text == "\\":
                command = self._text[token.start :].split(maxsplit=1)[0]
                self._fault(token.line, f"{command} is a command of psql; write it as SQL")
                return

    def _mark_repeats(
        self, tokens: Iterable[Token], statements: Sequence[Statement]
    ) -> list[Statement]:
        """Return the statements, those that a `migrate:repeat` precedes marked as such."""
        marked = list(statements)
        for token in tokens:
            matched = self._match_marker(token)
            if matched is None or matched["word"] != "repeat":
                continue
            index = next(
                (at for at, one in enumerate(marked) if one.tokens[-1].end > token.start), None
            )
            if index is None:
                self._fault(token.line, "'migrate:repeat' has no statement after it")
            elif marked[index].tokens[0].start < token.start:
                self._fault(
                    token.line,
                    "'migrate:repeat' stands within a statement; write it on the line before",
                )
            else:
                marked[index] = replace(marked[index], repeat=True)
        return marked
