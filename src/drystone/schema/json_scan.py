"""The careful reading of a JSON document: every fault, with its place.

A body is normally decoded by `msgspec`, with a proof that nothing was lost
(`json_proof`). Only a document without that proof, or which `msgspec` refuses, is read
here, to say what is wrong and where.

Source: RFC 8259 (grammar), RFC 7493 (I-JSON: unique names, no lone surrogates),
RFC 6901 (pointers). Two kinds of fault are told apart:

- not JSON at all: `MalformedJSON` (400), with line and column, and never a byte of
  the input in the text. It wins over any fault of the other kind.
- JSON beyond what we take: violations for a 422, at most `MAX_VIOLATIONS` of them,
  outer containers first.

The grammar is the standard library's, whose parser is C and hands over every member of
an object, duplicates included; the walk over its result is a loop, so no nesting can
exhaust the stack. A document nested so deep that the parser itself gives up is refused
for its depth; whether it is well formed after that is not looked into.

An attacker decides how much there is to read, so all of it is linear: at worst some
tenths of a second for a body of 1 MiB. Values are not returned: `msgspec` makes them.
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from drystone.errors import MalformedJSON, Violation
from drystone.schema.json_limits import MAX_INTEGER, MIN_INTEGER
from drystone.schema.json_pointer import format_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

    from drystone.schema.json_limits import JSONLimits

# An answer that lists more faults than a person will read only amplifies an attack.
MAX_VIOLATIONS = 100

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_STRINGS = re.compile(_STRING)
# The standard library takes these words for numbers; no JSON document holds them.
_STRING_OR_CONSTANT = re.compile(rf"{_STRING}|(?P<constant>NaN|-?Infinity)")

_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}


class _Members(tuple[tuple[str, Any], ...]):
    """An object, as its members were sent."""

    __slots__ = ()


class _ConstantError(Exception):
    """The document holds NaN or Infinity."""


def scan_json(data: bytes, limits: JSONLimits) -> list[Violation]:
    """Return every fault of a well-formed document, outer containers first.

    An empty list means that the document may be decoded by any JSON library without
    loss. What a container holds that is too large or too deep is not looked into.

    Args:
        data: the whole document.
        limits: what it may contain.

    Raises:
        MalformedJSON: it is not JSON in UTF-8 without a byte order mark.
        RecursionError: too little is left of the caller's own stack.
    """
    if data.startswith(_BYTE_ORDER_MARK):
        raise MalformedJSON("The body starts with a byte order mark; send UTF-8 without one.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedJSON(f"The body is not valid UTF-8 at byte {error.start}.") from None
    try:
        document = _parse(text)
    except RecursionError:
        if _measure_depth(text) <= limits.max_depth:
            raise
        return [_too_deep(limits, "")]
    return _Walk(limits).faults_of(document)


def _parse(text: str) -> Any:
    """Return the document, with objects as `_Members`.

    Raises:
        MalformedJSON: with the place where it stops being JSON.
        RecursionError: it is nested deeper than the stack.
    """
    try:
        try:
            return _PARSER.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            # int() refuses thousands of digits: a fault like any other, but not here.
            return _PATIENT_PARSER.decode(text)
    except json.JSONDecodeError as error:
        # Its messages are constants: nothing of the input is in them.
        reason = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
        raise MalformedJSON(f"Line {error.lineno}, column {error.colno}: {reason}.") from None
    except _ConstantError:
        raise _locate_constant(text) from None


def _refuse_constant(_name: str) -> NoReturn:
    raise _ConstantError


def _read_integer(digits: str) -> int | float:
    """Return an integer, or an infinity for one that is far too long to be read."""
    return int(digits) if len(digits) < 100 else math.copysign(math.inf, int(digits[:2]))


_PARSER = json.JSONDecoder(object_pairs_hook=_Members, parse_constant=_refuse_constant)
_PATIENT_PARSER = json.JSONDecoder(
    object_pairs_hook=_Members, parse_constant=_refuse_constant, parse_int=_read_integer
)


def _locate_constant(text: str) -> MalformedJSON:
    for match in _STRING_OR_CONSTANT.finditer(text):
        if match["constant"]:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return MalformedJSON(f"Line {line}, column {column}: NaN and Infinity are not JSON.")
    return MalformedJSON()


def _measure_depth(text: str) -> int:
    """Return how deep the brackets outside strings are nested."""
    outside = _STRINGS.sub("", text)
    steps = (_BRACKETS[one] for one in outside if one in _BRACKETS)
    return max(accumulate(steps), default=0)


def _too_deep(limits: JSONLimits, pointer: str) -> Violation:
    detail = f"must not be nested deeper than {limits.max_depth} levels"
    return Violation(code="limit", detail=detail, pointer=pointer)


class _Path:
    """Where a container is: its step in the container around it, and so on outwards."""

    __slots__ = ("parent", "step")

    def __init__(self, parent: _Path | None, step: str | int) -> None:
        self.parent = parent
        self.step = step

    def pointer(self, *further: str | int) -> str:
        """Return the JSON pointer of this place, or of one further in."""
        steps = [*further]
        place: _Path = self
        while place.parent is not None:
            steps.insert(0, place.step)
            place = place.parent
        return format_pointer(steps)


class _Walk:
    """One walk over one document, layer by layer."""

    def __init__(self, limits: JSONLimits) -> None:
        self._limits = limits
        self._violations: list[Violation] = []
        self._below: list[tuple[Any, _Path]] = []

    def faults_of(self, document: Any) -> list[Violation]:
        """Return the faults of a parsed document."""
        self._check(document, _Path(None, ""))
        for _ in range(self._limits.max_depth):
            layer, self._below = self._below, []
            for container, path in layer:
                if len(self._violations) >= MAX_VIOLATIONS:
                    return self._violations
                self._enter(container, path)
        if self._below:
            _, path = self._below[0]
            self._violations.append(_too_deep(self._limits, path.pointer()))
        return self._violations

    def _enter(self, container: Any, path: _Path) -> None:
        """Check what a container holds, and put the containers in it below."""
        limits = self._limits
        if container.__class__ is _Members:
            if len(container) > limits.max_keys:
                self._report("limit", f"must hold at most {limits.max_keys} keys", path)
                return
            self._check_names(container, path)
            children: Iterable[tuple[str | int, Any]] = container
        else:
            if len(container) > limits.max_items:
                self._report("too_long", f"must hold at most {limits.max_items} items", path)
                return
            children = enumerate(container)
        for step, child in children:
            self._check(child, path, step)

    def _check_names(self, members: _Members, path: _Path) -> None:
        """Judge names after unescaping: two spellings of one name are one name."""
        seen: set[str] = set()
        for name, _ in members:
            if name in seen:
                detail = "is given more than once in the same object"
                self._report("duplicate", detail, path, name)
            seen.add(name)
            self._check_text(name, path, name)

    def _check(self, value: Any, path: _Path, *step: str | int) -> None:
        kind = value.__class__
        if kind is str:
            self._check_text(value, path, *step)
        elif kind is list or kind is _Members:
            self._below.append((value, _Path(path, step[0]) if step else path))
        elif kind is int:
            self._check_integer(value, path, *step)
        elif kind is float and not math.isfinite(value):
            bound = "large" if value > 0 else "small"
            self._report(f"too_{bound}", "must fit in a 64-bit number", path, *step)

    def _check_integer(self, value: int, path: _Path, *step: str | int) -> None:
        if value > MAX_INTEGER:
            self._report("too_large", f"must be at most {MAX_INTEGER}", path, *step)
        elif value < MIN_INTEGER:
            self._report("too_small", f"must be at least {MIN_INTEGER}", path, *step)

    def _check_text(self, text: str, path: _Path, *step: str | int) -> None:
        """Refuse what PostgreSQL cannot store, UTF-8 cannot carry, or is too long."""
        if "\0" in text:
            self._report("format", "must not contain the character U+0000", path, *step)
        # A sound pair was joined by unescaping; what is left has no partner.
        if not text.isascii() and _SURROGATE.search(text):
            detail = "must not contain a surrogate without its partner"
            self._report("format", detail, path, *step)
        limit = self._limits.max_string_bytes
        # A code point takes at most four bytes, so short strings need no encoding.
        if len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit:
            detail = f"must be at most {limit} bytes long in UTF-8"
            self._report("too_long", detail, path, *step)

    def _report(self, code: str, detail: str, path: _Path, *step: str | int) -> None:
        if len(self._violations) < MAX_VIOLATIONS:
            pointer = path.pointer(*step)
            self._violations.append(Violation(code=code, detail=detail, pointer=pointer))
