from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.schema.json_documents import SPACES, WELL_FORMED

from drystone.schema.json_limits import DEFAULT_LIMITS, JSONLimits
from drystone.schema.json_proof import compile_escaped_proof, compile_proof, compile_second_proof

if TYPE_CHECKING:
    from drystone.schema.json_proof import Proof


# A busy machine is no fault of the strategies.
SLOW = [HealthCheck.too_slow]


class Flat(msgspec.Struct):
    r: int
    a: int | None = None
    b: str | None = None
    c: str = ""
    d: Literal["x", "y"] = "x"
    e: list[str] = []
    f: str | msgspec.UnsetType = msgspec.UNSET
    g: bool = False


class Pair(msgspec.Struct):
    left: Flat
    right: dict[str, Flat] = {}
    rest: Any = None


def proofs(wanted: Any) -> tuple[Proof, Proof]:
    node = msgspec.inspect.type_info(wanted)
    return compile_proof(node, DEFAULT_LIMITS), compile_second_proof(node, DEFAULT_LIMITS)


FLAT_PROOFS = proofs(Flat)
FLAT_ESCAPED = compile_escaped_proof(msgspec.inspect.type_info(Flat), DEFAULT_LIMITS)
PAIR_PROOFS = proofs(Pair)

# What each field may be sent as, its default among them, and texts that look like keys.
MEMBERS = {
    "r": ["0", "7"],
    "a": ["null", "1"],
    "b": ["null", '"a"', '"b"', '"\\"a\\":"', '":"'],
    "c": ['""', '"c"', '"\\u0022c\\u0022:"', '"\\\\"'],
    "d": ['"x"', '"y"'],
    "e": ["[]", '["e"]', '["a", "\\"b\\": "]'],
    "f": ['""', '"f"'],
    "g": ["false", "true"],
    "unknown": ["null", '"a"', "[]"],
}
MEMBER = st.sampled_from([(name, text) for name, texts in MEMBERS.items() for text in texts])
REQUIRED = ("r", "1")


def render(members: list[tuple[str, str]], space: str) -> str:
    return "{" + ",".join(f'"{name}"{space}:{text}' for name, text in members) + "}"


def is_whole(members: list[tuple[str, str]]) -> bool:
    names = [name for name, _ in members]
    return len(names) == len(set(names)) and "unknown" not in names


@settings(max_examples=800, deadline=None, suppress_health_check=SLOW)
@given(st.lists(MEMBER, max_size=9), SPACES)
def test_no_proof_is_ever_given_of_a_document_that_lost_something(
    chosen: list[tuple[str, str]], space: str
) -> None:
    members = [REQUIRED, *chosen]
    data = render(members, space).encode()
    value = msgspec.json.decode(data, type=Flat)
    proved = [proof(value, data) for proof in FLAT_PROOFS]
    if not is_whole(members):
        assert proved == [False, False]
        assert not FLAT_ESCAPED(value, data)
    elif not space and b"\\" not in data:
        assert any(proved)


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(st.lists(st.lists(MEMBER, max_size=4), min_size=2, max_size=4), WELL_FORMED)
def test_one_object_cannot_cover_for_another(
    chosen: list[list[tuple[str, str]]], rest: str
) -> None:
    objects = [[REQUIRED, *members] for members in chosen]
    left, *right = (render(members, "") for members in objects)
    named = ",".join(f'"{index}":{text}' for index, text in enumerate(right))
    data = f'{{"left":{left},"right":{{{named}}},"rest":{rest}}}'.encode()
    try:
        value = msgspec.json.decode(data, type=Pair)
    except msgspec.DecodeError:
        return
    if not all(is_whole(members) for members in objects):
        assert [proof(value, data) for proof in PAIR_PROOFS] == [False, False]


def test_escapes_are_proved_by_what_the_strings_hold() -> None:
    data = json.dumps({"r": 1, "b": 'Say "hi": \\now\n', "e": ['"', "\\", "\t"]}).encode()
    value = msgspec.json.decode(data, type=Flat)
    assert FLAT_ESCAPED(value, data)
    assert not FLAT_ESCAPED(value, data.replace(b"now", b"\\u0022"))


class Quoting(msgspec.Struct):
    a: str = 'as "many" as were lost'
    b: Literal["x", "y"] = "x"


@pytest.mark.parametrize("wanted", [Quoting, Pair, list[Pair], dict[str, str], str | int, Any])
def test_where_kept_quotes_do_not_tell_what_was_sent_nothing_is_proved(wanted: Any) -> None:
    proof = compile_escaped_proof(msgspec.inspect.type_info(wanted), DEFAULT_LIMITS)
    data = b'{"left": {"r": 1}, "right": {}, "b": "\\n"}'
    assert not proof(msgspec.UNSET, data)


def test_an_ordinary_body_is_proved_at_once() -> None:
    data = json.dumps({"r": 1, "b": 'Say "hi": now \\', "e": ["é", "\t"]}, indent=1).encode()
    proof, _ = FLAT_PROOFS
    assert proof(msgspec.json.decode(data, type=Flat), data)


def test_a_body_with_every_default_is_proved_at_second_sight() -> None:
    data = b'{"r": 1, "a": null, "b": null, "c": "", "d": "x", "e": [], "g": false}'
    value = msgspec.json.decode(data, type=Flat)
    assert [proof(value, data) for proof in FLAT_PROOFS] == [False, True]


class Both(msgspec.Struct):
    left: Flat
    right: Flat


@pytest.mark.parametrize(
    ("wanted", "data"),
    [
        # What looks like the key "a" is the end of another name.
        (Flat, b'{"r":1,"\\"a":0}'),
        (Flat, b'{"r":1,"b":"\\"a\\":","a":1,"a":1}'),
        (Both, b'{"left":{"r":1,"a":null,"a":null},"right":{"r":1}}'),
    ],
)
def test_a_key_is_not_taken_for_another(wanted: Any, data: bytes) -> None:
    value = msgspec.json.decode(data, type=wanted)
    assert [proof(value, data) for proof in proofs(wanted)] == [False, False]


T = TypeVar("T")


class Rewritten(msgspec.Struct, Generic[T]):
    a: str | None = None

    def __post_init__(self) -> None:
        self.a = "as many strings as were lost"


class Tagged(msgspec.Struct, tag=True):
    a: int = 0


class Tree(msgspec.Struct):
    left: Tree | None = None
    right: Tree | None = None


@pytest.mark.parametrize(
    ("wanted", "data"),
    [
        (Rewritten, b'{"b":"x"}'),
        (Rewritten[int], b'{"b":"x"}'),
        (Tagged, b'{"type":"Tagged"}'),
        (Tree, b'{"left":{}}'),
        (set[int], b"[1,1]"),
        (str | int, b'"a"'),
    ],
)
def test_values_that_do_not_tell_what_was_sent_are_never_proved(wanted: Any, data: bytes) -> None:
    value = msgspec.json.decode(data, type=wanted)
    assert [proof(value, data) for proof in proofs(wanted)] == [False, False]


@pytest.mark.parametrize(
    ("wanted", "data", "expected"),
    [
        (list[int], b"[1,2]", True),
        (list[int], b"[1,2,3]", False),
        (dict[str, None], b'{"a":null,"b":null}', True),
        (dict[str, None], b'{"a":null,"b":null,"c":null}', False),
        (Any, b"[[[]]]", True),
        (Any, b"[[[[]]]]", False),
        (list[Any], b"[[[]]]", True),
        (list[Any], b"[[[[]]]]", False),
        (list[list[list[list[int]]]], b"[[[[]]]]", False),
        (str, b'"12345678"', True),
        (str, b'"123456789"', False),
        (int, str(2**63 - 1).encode(), True),
        (int, str(2**63).encode(), False),
        (float, str(-(2**63) - 1).encode(), False),
    ],
)
def test_a_proof_vouches_for_the_limits(wanted: Any, data: bytes, expected: bool) -> None:
    limits = JSONLimits(max_depth=3, max_keys=2, max_items=2, max_string_bytes=10)
    if wanted in (int, float):
        limits = DEFAULT_LIMITS
    elif wanted is not str:
        limits = JSONLimits(max_depth=3, max_keys=2, max_items=2)
    proof = compile_proof(msgspec.inspect.type_info(wanted), limits)
    assert proof(msgspec.json.decode(data, type=wanted), data) is expected
