"""A script of interleaved database sessions, as it is written in the documentation.

    A> BEGIN;
    B> UPDATE project SET hours = 90 WHERE id = 1;
    A> SELECT hours FROM project
       WHERE id = 1 FOR UPDATE;
       -- 90
    B> UPDATE project SET hours = 80 WHERE id = 1;
       -- waits
    A> COMMIT;
    B< -- UPDATE 1

- `A>` gives a statement to session A. Indented lines without `--` belong to it.
- Indented lines with `--` are its answer: `waits`; `ERROR` with SQLSTATE and message;
  one line for each row, its columns between bars; `(no rows)`; or a command tag.
- `B<` is the answer of a session that waited, and stands right below what freed it;
  `goes on` is short for an answer that is no news.
- `B!` breaks the connection of B; whatever follows on the line is for the reader, and
  so are lines that begin with `--` and empty lines.

Where no answer is written, the statement returns no rows, does not wait, writes at
least one row if it writes any, and a COMMIT commits: see `Step.accepts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["run", "answer", "break"]

_STEP = re.compile(r"([A-Z])([>!<]) ?(.*)")
_ANSWER = re.compile(r" +-- ?(.*)")
_STATEMENT_END = re.compile(r";\s*(--.*)?$")
_ERROR = re.compile(r"ERROR (\w{5}): (.*)")
_KINDS: dict[str, Kind] = {">": "run", "<": "answer", "!": "break"}


class ScriptError(Exception):
    """The script is not written as scripts are."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement did.

    Attributes:
        lines: the rows as text, or the command tag alone.
        returned_rows: whether the lines are rows.
        sqlstate: of the error, where there was one; its message is the only line.
    """

    lines: tuple[str, ...]
    returned_rows: bool = False
    sqlstate: str | None = None

    def __str__(self) -> str:
        text = "\n".join(self.lines)
        return f"ERROR {self.sqlstate}: {text}" if self.sqlstate else text


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to one session.

    Attributes:
        line: number of its first line.
        session: the letter.
        statement: SQL, for the kind `run`.
        expected: the lines of the answer; none where none is written.
    """

    line: int
    session: str
    kind: Kind
    statement: str = ""
    expected: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the statement has to wait for another session."""
        return self.expected == ("waits",)

    @property
    def sqlstate(self) -> str | None:
        """The SQLSTATE of the error that has to come."""
        error = _ERROR.fullmatch("\n".join(self.expected))
        return error[1] if error else None

    def accepts(self, outcome: Outcome, *, compare_messages: bool = True) -> bool:
        """Tell whether that is what the script says."""
        if self.sqlstate and not compare_messages:
            return outcome.sqlstate == self.sqlstate
        if self.expected and self.expected != ("goes on",):
            return "\n".join(self.expected) == str(outcome)
        return _is_plain(outcome, self.statement)


def _is_plain(outcome: Outcome, statement: str) -> bool:
    """Tell whether an outcome is no news: no error, no rows, and not in vain."""
    if outcome.sqlstate or outcome.returned_rows:
        return False
    (tag,) = outcome.lines
    undone = tag == "ROLLBACK" and not statement.upper().startswith("ROLLBACK")
    return not undone and not tag.endswith(" 0")


def parse_script(text: str, *, first_line: int = 1) -> list[Step]:
    """Return the steps of a script.

    Args:
        text: the script.
        first_line: number of its first line in the page where it stands.

    Raises:
        ScriptError: a line is of no kind, or stands where it cannot.
    """
    steps: list[Step] = []
    for number, line in _telling_lines(text, first_line):
        if begun := _STEP.fullmatch(line):
            steps.append(_begin(number, *begun.groups()))
        elif steps and line.startswith(" "):
            steps[-1] = _continue(steps[-1], number, line)
        else:
            raise ScriptError(f"line {number}: expected 'A> statement;', got {line!r}")
    for step in steps:
        _check(step)
    return steps


def _telling_lines(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), first_line):
        if line.strip() and not line.startswith("--"):
            yield number, line


def _begin(number: int, session: str, sign: str, text: str) -> Step:
    step = Step(number, session, _KINDS[sign])
    if step.kind == "run":
        return replace(step, statement=text)
    return step if step.kind == "break" else _continue(step, number, f" {text}")


def _continue(step: Step, number: int, line: str) -> Step:
    if answer := _ANSWER.fullmatch(line):
        return replace(step, expected=(*step.expected, answer[1].strip()))
    if step.kind != "run" or step.expected:
        raise ScriptError(f"line {number}: only a statement goes on over lines, before its answer")
    return replace(step, statement=f"{step.statement}\n{line}")


def _check(step: Step) -> None:
    if step.kind == "run" and not _STATEMENT_END.search(step.statement):
        raise ScriptError(f"line {step.line}: the statement does not end in a semicolon")
    if step.kind == "answer" and (not step.expected or step.waits):
        raise ScriptError(f"line {step.line}: what does session {step.session} get at last?")
    if step.kind == "break" and step.expected:
        raise ScriptError(f"line {step.line}: a broken connection answers nothing")
