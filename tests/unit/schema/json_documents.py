"""Documents, types and a slow judge for the tests of JSON decoding.

The judge reads with the standard library and walks the result naively: another
parser and another method than the code under test, so that they can disagree.
"""

from __future__ import annotations

import datetime
import enum
import json
import math
import uuid
from decimal import Decimal
from types import GenericAlias, NoneType
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from hypothesis import strategies as st

from drystone.schema.json_limits import JSONLimits

# Small, so that documents of a few bytes are on both sides of each limit.
SMALL = JSONLimits(max_depth=4, max_keys=5, max_items=6, max_string_bytes=24)


class Pairs(list[tuple[str, Any]]):
    """An object with its members as they were sent, duplicates included."""


class Huge:
    """An integer that is too long to be read."""


def judge(data: bytes, limits: JSONLimits) -> str:
    """Return `ok`, `malformed` or `invalid`, by the rules as they are written down."""
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff"):
            return "malformed"
        document = json.loads(
            text,
            object_pairs_hook=Pairs,
            parse_constant=_refuse,
            parse_int=lambda digits: Huge() if len(digits) > 100 else int(digits),
        )
    except (ValueError, RecursionError):
        return "malformed"
    return "ok" if _sound(document, limits, 0) else "invalid"


def _refuse(name: str) -> None:
    raise ValueError(name)


def _sound(value: Any, limits: JSONLimits, depth: int) -> bool:
    if isinstance(value, Huge):
        return False
    if isinstance(value, str):
        sound = "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)
        return sound and len(value.encode()) <= limits.max_string_bytes
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, float):
        return math.isfinite(value)
    if depth == limits.max_depth:
        return False
    if isinstance(value, Pairs):
        names = [name for name, _ in value]
        return (
            len(names) == len(set(names))
            and len(names) <= limits.max_keys
            and all(_sound(name, limits, depth + 1) for name in names)
            and all(_sound(item, limits, depth + 1) for _, item in value)
        )
    return len(value) <= limits.max_items and all(_sound(item, limits, depth + 1) for item in value)


# --- texts ----------------------------------------------------------------------

SPACES = st.sampled_from(["", "", "", " ", "\n", "\t", "\r\n", "  "])
_CHARACTERS = st.sampled_from(list('ab":\\,{}[]T0-9/ é€😀'))
_ESCAPES = st.sampled_from(
    ['\\"', "\\\\", "\\/", "\\n", "\\u0061", "\\u0022", "\\u005C", "\\ud83d\\ude00", "\\\\u0000"]
)
_BAD_ESCAPES = st.sampled_from(["\\u0000", "\\ud800", "\\udc00", "\\ud800\\u0061"])


def spell(text: str) -> str:
    """Return a JSON string of the text, each needed escape in its short form."""
    return json.dumps(text, ensure_ascii=False)


@st.composite
def string_tokens(draw: st.DrawFn) -> str:
    """Return a well-formed string token, often with escapes, sometimes with bad ones."""
    pieces = draw(
        st.lists(
            st.one_of(_CHARACTERS.map(lambda one: spell(one)[1:-1]), _ESCAPES, _BAD_ESCAPES)
            if draw(st.integers(0, 9)) == 0
            else st.one_of(_CHARACTERS.map(lambda one: spell(one)[1:-1]), _ESCAPES),
            max_size=12,
        )
    )
    return f'"{"".join(pieces)}"'


KEY_TOKENS = st.one_of(
    st.sampled_from(['"a"', '"b"', '"c"', '"\\u0061"', '"d"', '"e"', '"f"', '"g"', '"a b"']),
    string_tokens(),
)
NUMBER_TOKENS = st.one_of(
    st.integers(-100, 100).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        "-0 -0.0 1e5 1E+2 0e0 1e-999 1e400 -1e400 9223372036854775807 9223372036854775808 "
        "-9223372036854775808 -9223372036854775809 18446744073709551616 1e30".split()
    ),
    st.just("9" * 400),
    st.just("-" + "9" * 5000),
)


@st.composite
def containers(draw: st.DrawFn, children: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(children, max_size=7))
    if draw(st.booleans()):
        items = [f"{draw(KEY_TOKENS)}{draw(SPACES)}:{draw(SPACES)}{item}" for item in items]
        opening, closing = "{", "}"
    else:
        opening, closing = "[", "]"
    body = f"{draw(SPACES)},{draw(SPACES)}".join(items)
    return f"{opening}{draw(SPACES)}{body}{draw(SPACES)}{closing}"


SCALARS = st.one_of(string_tokens(), NUMBER_TOKENS, st.sampled_from(["true", "false", "null"]))
WELL_FORMED = st.recursive(SCALARS, containers, max_leaves=12)


@st.composite
def mutated(draw: st.DrawFn, documents: st.SearchStrategy[str]) -> bytes:
    """Return a document with one place cut, doubled or overwritten."""
    data = draw(documents).encode()
    place = draw(st.integers(0, len(data)))
    width = draw(st.integers(0, 3))
    inserted = draw(
        st.sampled_from(
            [
                *rb"""" \ , : [ } 0 . e - NaN""".split(),
                *[b"", b" ", b"\xff", b"\0", b"\1", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\f"],
            ]
        )
    )
    return data[:place] + inserted + data[place + width :]


# --- types ----------------------------------------------------------------------


T = TypeVar("T")


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Cat(msgspec.Struct, tag="cat"):
    lives: int = 9


class Dog(msgspec.Struct, tag="dog", forbid_unknown_fields=True):
    name: str


class Even(msgspec.Struct):
    n: int

    def __post_init__(self) -> None:
        if self.n % 2:
            raise ValueError("must be even")


class Page(msgspec.Struct, Generic[T]):
    data: list[T]
    next: T | None = None


class Row(msgspec.Struct, array_like=True):
    a: int
    b: str = "x"


def _texts(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


# Each type with texts that are mostly good for it.
LEAVES: list[tuple[Any, st.SearchStrategy[str]]] = [
    (int, st.integers(-5, 5).map(str)),
    (Annotated[int, msgspec.Meta(ge=1, le=5)], st.integers(-1, 7).map(str)),
    (Annotated[int, msgspec.Meta(gt=0, lt=4, multiple_of=2)], st.integers(-1, 6).map(str)),
    (float, st.sampled_from(["1", "1.5", "-0.0", "1e30", "9223372036854775808"])),
    (Annotated[float, msgspec.Meta(ge=0.5)], st.sampled_from(["0", "0.5", "0.4"])),
    (bool, st.sampled_from(["true", "false"])),
    (NoneType, st.just("null")),
    (str, string_tokens()),
    (Annotated[str, msgspec.Meta(min_length=1, max_length=3)], string_tokens()),
    (Annotated[str, msgspec.Meta(pattern="^a+$")], st.sampled_from(['"a"', '"b"', '""'])),
    (Literal["a", "b"], st.sampled_from(['"a"', '"b"', '"c"'])),
    (Literal[1, "a"] | None, st.sampled_from(["1", '"a"', "true", "null"])),
    (Colour, st.sampled_from(['"red"', '"blue"', '"RED"'])),
    (Level, st.sampled_from(["1", "2", "3", "true", "1.0"])),
    (datetime.datetime, st.sampled_from(['"2026-05-01T10:20:30Z"', '"2026-05-01"', '"x"'])),
    (
        Annotated[datetime.datetime, msgspec.Meta(tz=True)],
        st.sampled_from(['"2026-05-01T10:20:30Z"', '"2026-05-01T10:20:30"']),
    ),
    (datetime.date, st.sampled_from(['"2026-05-01"', '"2026-02-30"'])),
    (datetime.time, st.sampled_from(['"10:20:30"', '"25:00:00"'])),
    (datetime.timedelta, st.sampled_from(['"P1D"', '"P"', "1"])),
    (uuid.UUID, st.sampled_from([f'"{uuid.UUID(int=5)}"', '"5"'])),
    (Decimal, st.sampled_from(['"1.50"', "1.5", "1", '"x"', "1e400"])),
    (bytes, st.sampled_from(['"YWI="', '"YWI"', '"!"'])),
    (Annotated[bytes, msgspec.Meta(max_length=1)], st.sampled_from(['"YWI="', '"YQ=="'])),
    (Any, st.one_of(SCALARS, containers(SCALARS))),
    (Even, st.sampled_from(['{"n": 2}', '{"n": 3}', '{"n": 2, "n": 2}'])),
    (Row, st.sampled_from(['[1, "b"]', "[1]", "[]", '["a", 1]', '[1, "b", 3]'])),
    (Cat, st.sampled_from(["{}", '{"type": "cat"}', '{"type": "dog"}', '{"lives": 1}'])),
    (
        Cat | Dog,
        st.sampled_from(
            [
                '{"type": "cat", "lives": "x"}',
                '{"type": "dog"}',
                '{"type": "cow"}',
                "{}",
                '{"type": "dog", "name": "b", "nme": 1}',
                '{"type": "cat", "livs": 1}',
                "null",
            ]
        ),
    ),
    (int | str, st.sampled_from(["1", '"a"', "1.5", "null"])),
    (tuple[int, str], st.sampled_from(['[1, "a"]', "[1]", '["a", "b", "c"]'])),
    (Page[int], st.sampled_from(['{"data": [1, "2"]}', '{"data": [], "next": 1, "nxt": 2}'])),
    (set[int], st.sampled_from(["[1, 1]", "[1, 2]", '["a"]'])),
    (Annotated[list[int], msgspec.Meta(min_length=1, max_length=2)], st.just("[1, 2, 3]")),
    (dict[int, str], st.sampled_from(['{"1": "a"}', '{"a": "a"}', '{"1": 1}'])),
    (dict[Annotated[str, msgspec.Meta(max_length=1)], int], st.just('{"ab": 1, "a": 2}')),
]

Typed = tuple[Any, st.SearchStrategy[str]]
_NAMES = ["a", "b", "c_d", "e"]


@st.composite
def structs(draw: st.DrawFn, inner: st.SearchStrategy[Typed]) -> Typed:
    """Return a generated Struct, and texts of objects that mostly fit it."""
    fields: list[Any] = []
    texts: dict[str, st.SearchStrategy[str]] = {}
    camel = draw(st.booleans())
    for name in draw(st.lists(st.sampled_from(_NAMES), max_size=4, unique=True)):
        kind, good = draw(inner)
        default = draw(st.sampled_from(["required", "null", "unset", "list"]))
        match default:
            case "required":
                fields.append((name, kind))
            case "null":
                fields.append((name, kind | None, None))
                good = st.one_of(good, st.just("null"))
            case "unset":
                fields.append((name, kind | msgspec.UnsetType, msgspec.UNSET))
            case _:
                fields.append(
                    (name, GenericAlias(list, (kind,)), msgspec.field(default_factory=list))
                )
                good = st.lists(good, max_size=3).map(lambda all_: f"[{','.join(all_)}]")
        texts["cD" if camel and name == "c_d" else name] = good
    made = msgspec.defstruct(
        "Made",
        fields,
        kw_only=True,
        forbid_unknown_fields=draw(st.booleans()),
        rename="camel" if camel else None,
    )
    return made, _objects(texts)


@st.composite
def _objects(draw: st.DrawFn, texts: dict[str, st.SearchStrategy[str]]) -> str:
    names = [name for name in texts if draw(st.integers(0, 5))]
    if draw(st.integers(0, 5)) == 0:
        names.append(draw(st.sampled_from([*texts, "cd", "zz", "a/b"])))
    names = draw(st.permutations(names))
    members = [
        f"{spell(name)}{draw(SPACES)}:{draw(SPACES)}{draw(texts.get(name, SCALARS))}"
        for name in names
    ]
    return "{" + f"{draw(SPACES)},{draw(SPACES)}".join(members) + "}"


def _wrap(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    def lists(one: Typed) -> Typed:
        kind, good = one
        return GenericAlias(list, (kind,)), st.lists(good, max_size=3).map(
            lambda all_: f"[{', '.join(all_)}]"
        )

    def dicts(one: Typed) -> Typed:
        kind, good = one
        texts = st.lists(st.tuples(st.sampled_from(['"k"', '"l"', '"m/n"']), good), max_size=3)
        return GenericAlias(dict, (str, kind)), texts.map(
            lambda all_: "{" + ",".join(f"{name}:{text}" for name, text in all_) + "}"
        )

    return st.one_of(structs(inner), structs(inner), inner.map(lists), inner.map(dicts))


TYPES: st.SearchStrategy[Typed] = st.recursive(st.sampled_from(LEAVES), _wrap, max_leaves=5)


@st.composite
def typed_documents(draw: st.DrawFn) -> tuple[Any, bytes]:
    """Return a type and a well-formed document, which mostly nearly fits it."""
    kind, good = draw(TYPES)
    text = draw(st.one_of(good, good, good, good, WELL_FORMED))
    return kind, f"{draw(SPACES)}{text}{draw(SPACES)}".encode("utf-8", "surrogatepass")


# --- unknown fields, by another walk ---------------------------------------------


def holds_unknown_field(sent: Any, kept: Any) -> bool:
    """Compare what was sent with the typed value that was made of it, naively."""
    if isinstance(kept, msgspec.Struct) and isinstance(sent, dict):
        config = kept.__struct_config__
        names = dict(zip(kept.__struct_encode_fields__, kept.__struct_fields__, strict=True))
        return any(
            holds_unknown_field(item, getattr(kept, names[name]))
            if name in names
            else name != config.tag_field
            for name, item in sent.items()
        )
    if isinstance(kept, dict) and isinstance(sent, dict):
        return any(
            holds_unknown_field(one, other)
            for one, other in zip(sent.values(), kept.values(), strict=False)
        )
    if isinstance(kept, list | tuple) and isinstance(sent, list):
        return any(holds_unknown_field(one, other) for one, other in zip(sent, kept, strict=False))
    return False
