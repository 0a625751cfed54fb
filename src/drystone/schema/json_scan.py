"""The careful reading of a JSON document: every rule, every fault, its exact place.

A body is normally decoded by `msgspec`, with `json_tally` proving that nothing was
lost. Only a document which fails that proof, or which `msgspec` refuses, is read
here, to say what is wrong and where. Correctness before speed: still linear in the
bytes, and iterative, so no nesting can exhaust the stack.

Source: RFC 8259 (grammar), RFC 7493 (I-JSON: unique names, no lone surrogates),
RFC 6901 (pointers). Two kinds of fault are told apart:

- not JSON at all: `MalformedJSON` (400), with line and column, and never a byte of
  the input in the text. It wins over any fault of the other kind.
- JSON beyond what we take: violations for a 422, at most `MAX_VIOLATIONS` of them, in
  document order.

No value is built here; `msgspec` does that once the document is known to be sound.
"""

from __future__ import annotations

import json
import math
import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from drystone.errors import MalformedJSON, Violation
from drystone.schema.json_limits import MAX_INTEGER, MIN_INTEGER
from drystone.schema.json_pointer import format_pointer

if TYPE_CHECKING:
    from drystone.schema.json_limits import JSONLimits

# An answer that lists more faults than a person will read only amplifies an attack.
MAX_VIOLATIONS = 100

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# RFC 8259, sections 2, 3, 6 and 7. Every repetition is possessive: no backtracking.
_TOKEN = re.compile(
    r"""
    [ \t\n\r]*+
    (?:
        (?P<string> "(?: [^"\\\x00-\x1f]++ | \\(?: ["\\/bfnrt] | u[0-9a-fA-F]{4} ) )*+" )
      | (?P<integer> -?+ (?: 0 | [1-9][0-9]*+ ) (?![.eE0-9]) )
      | (?P<real> -?+ (?: 0 | [1-9][0-9]*+ ) (?: \.[0-9]++ )?+ (?: [eE][-+]?+[0-9]++ )?+ )
      | (?P<word> true | false | null )
      | (?P<open> [\[{] )
      | (?P<close> [\]}] )
      | (?P<comma> , )
      | (?P<colon> : )
    )
    """,
    re.VERBOSE,
)
_WHITESPACE = re.compile(r"[ \t\n\r]*+")
_SURROGATE = re.compile("[\ud800-\udfff]")

# A 64-bit integer has at most 19 digits and a sign; a longer one need not be parsed,
# and must not be: int() refuses more than 4,300 digits and is quadratic below that.
_MAX_INTEGER_CHARACTERS = 20


class _Act(Enum):
    """What a token makes the scanner do."""

    SCALAR = auto()
    OPEN = auto()
    CLOSE = auto()
    KEY = auto()
    COLON = auto()
    COMMA = auto()


class _State:
    """What the grammar allows next.

    Attributes:
        expected: how the caller is told.
        acts: what each kind of token does here; any other kind is malformed.
    """

    __slots__ = ("acts", "expected")

    def __init__(self, expected: str, **acts: _Act) -> None:
        self.expected = expected
        self.acts = acts


_ANY_VALUE = {
    "string": _Act.SCALAR,
    "integer": _Act.SCALAR,
    "real": _Act.SCALAR,
    "word": _Act.SCALAR,
    "open": _Act.OPEN,
}

# The grammar as a table. `_Scanner._apply` says which state follows an act.
_VALUE = _State("a value", **_ANY_VALUE)
_FIRST_ITEM = _State("a value or the end of the array", **_ANY_VALUE, close=_Act.CLOSE)
_FIRST_KEY = _State("a key or the end of the object", string=_Act.KEY, close=_Act.CLOSE)
_KEY = _State("a key", string=_Act.KEY)
_COLON = _State("a colon", colon=_Act.COLON)
_NEXT = _State("a comma or the end of the container", comma=_Act.COMMA, close=_Act.CLOSE)
_END = _State("the end of the document")


class _Container:
    """An array or object that is still open.

    Attributes:
        closing: the bracket that ends it.
        keys: names seen so far; None for an array.
        step: the member name or index of the child being read.
        size: children begun so far.
    """

    __slots__ = ("closing", "keys", "size", "step")

    def __init__(self, opening: str) -> None:
        self.closing = "}" if opening == "{" else "]"
        self.keys: set[str] | None = set() if opening == "{" else None
        self.step: str | int = 0
        self.size = 0


def scan_json(data: bytes, limits: JSONLimits) -> list[Violation]:
    """Return every fault of a well-formed document, in document order.

    An empty list means that the document may be decoded by any JSON library without
    loss. Depth faults are reported once, for the first container that is too deep.

    Args:
        data: the whole document.
        limits: what it may contain.

    Raises:
        MalformedJSON: it is not JSON in UTF-8 without a byte order mark.
    """
    if data.startswith(_BYTE_ORDER_MARK):
        raise MalformedJSON("The body starts with a byte order mark; send UTF-8 without one.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedJSON(f"The body is not valid UTF-8 at byte {error.start}.") from None
    return _Scanner(text, limits).scan()


class _Scanner:
    """One pass over one document."""

    def __init__(self, text: str, limits: JSONLimits) -> None:
        self._text = text
        self._limits = limits
        self._open: list[_Container] = []
        self._too_deep = False
        self._violations: list[Violation] = []

    def scan(self) -> list[Violation]:
        """Read every token, by the grammar's table."""
        state, position = _VALUE, 0
        while True:
            match = _TOKEN.match(self._text, position)
            kind = match.lastgroup if match is not None else None
            act = state.acts.get(kind) if kind is not None else None
            if match is None or kind is None or act is None:
                break
            token = match[kind]
            if act is _Act.CLOSE and token != self._open[-1].closing:
                break
            state = self._apply(act, kind, token)
            position = match.end()
        self._require_end(state, position)
        return self._violations

    def _apply(self, act: _Act, kind: str, token: str) -> _State:
        """Take one token into account and return the state that follows it."""
        if act is _Act.COMMA:
            return _VALUE if self._open[-1].keys is None else _KEY
        if act is _Act.COLON:
            return _VALUE
        if act is _Act.KEY:
            self._read_key(token)
            return _COLON
        if act is _Act.CLOSE:
            self._open.pop()
        else:
            self._begin_item()
            if act is _Act.OPEN:
                return self._begin_container(token)
            self._check_scalar(kind, token)
        return _NEXT if self._open else _END

    def _begin_item(self) -> None:
        """Count a value, when it is an element of an array."""
        if not self._open or self._open[-1].keys is not None:
            return
        array = self._open[-1]
        array.step = array.size
        array.size += 1
        if array.size == self._limits.max_items + 1:
            detail = f"must hold at most {self._limits.max_items} items"
            self._report("too_long", detail, parent=True)

    def _begin_container(self, bracket: str) -> _State:
        if len(self._open) == self._limits.max_depth and not self._too_deep:
            self._too_deep = True
            self._report("limit", f"must not be nested deeper than {self._limits.max_depth} levels")
        self._open.append(_Container(bracket))
        return _FIRST_KEY if bracket == "{" else _FIRST_ITEM

    def _read_key(self, token: str) -> None:
        r"""Enter a member, and judge its name after unescaping: `"a"` is `"\u0061"`."""
        container = self._open[-1]
        key = _unescape(token)
        container.step = key
        container.size += 1
        if container.size == self._limits.max_keys + 1:
            self._report("limit", f"must hold at most {self._limits.max_keys} keys", parent=True)
        if container.keys is not None:
            if key in container.keys:
                self._report("duplicate", "is given more than once in the same object")
            container.keys.add(key)
        self._check_text(key)

    def _check_scalar(self, kind: str, token: str) -> None:
        if kind == "string":
            self._check_text(_unescape(token))
        elif kind == "integer":
            self._check_integer(token)
        elif kind == "real" and not math.isfinite(float(token)):
            bound = "small" if token[0] == "-" else "large"
            self._report(f"too_{bound}", "must be a number that fits in 64-bit floating point")

    def _check_integer(self, token: str) -> None:
        short = len(token) <= _MAX_INTEGER_CHARACTERS
        if short and MIN_INTEGER <= int(token) <= MAX_INTEGER:
            return
        if token[0] == "-":
            self._report("too_small", f"must be at least {MIN_INTEGER}")
        else:
            self._report("too_large", f"must be at most {MAX_INTEGER}")

    def _check_text(self, text: str) -> None:
        """Refuse what PostgreSQL cannot store, UTF-8 cannot carry, or is too long."""
        if "\0" in text:
            self._report("format", "must not contain the character U+0000")
        # A sound pair was joined by unescaping; what is left has no partner.
        if not text.isascii() and _SURROGATE.search(text):
            self._report("format", "must not contain a surrogate without its partner")
        limit = self._limits.max_string_bytes
        # A code point takes at most four bytes, so short strings need no encoding.
        if len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit:
            self._report("too_long", f"must be at most {limit} bytes long in UTF-8")

    def _report(self, code: str, detail: str, *, parent: bool = False) -> None:
        """Record a fault of the value or key at hand, or of the container around it."""
        if len(self._violations) >= MAX_VIOLATIONS:
            return
        containers = self._open[:-1] if parent else self._open
        pointer = format_pointer(container.step for container in containers)
        self._violations.append(Violation(code=code, detail=detail, pointer=pointer))

    def _require_end(self, state: _State, position: int) -> None:
        """Raise unless the document was complete and nothing follows it.

        Raises:
            MalformedJSON: with the line and column of the first character that does
                not fit, both counted from 1.
        """
        space = _WHITESPACE.match(self._text, position)
        place = space.end() if space is not None else position
        at_end = place == len(self._text)
        if at_end and state is _END:
            return
        line = self._text.count("\n", 0, place) + 1
        column = place - self._text.rfind("\n", 0, place)
        found = "the document ends here" if at_end else "something else is here"
        raise MalformedJSON(
            f"Line {line}, column {column}: expected {state.expected}, but {found}."
        )


def _unescape(token: str) -> str:
    """Return the text of a string token, which the pattern has proved well formed."""
    if "\\" not in token:
        return token[1:-1]
    text: str = json.loads(token)
    return text
