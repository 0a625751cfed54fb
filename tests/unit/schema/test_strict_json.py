from __future__ import annotations

import json
import sys
import threading
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.schema.json_documents import (
    SMALL,
    WELL_FORMED,
    holds_unknown_field,
    judge,
    mutated,
    typed_documents,
)

from drystone.errors import VIOLATION_CODES, MalformedJSON, ValidationFailed
from drystone.schema.json_limits import DEFAULT_LIMITS
from drystone.schema.strict_json import JSONDecoder, decode_json

if TYPE_CHECKING:
    from drystone.schema.json_limits import JSONLimits


# A busy machine is no fault of the strategies.
SLOW = [HealthCheck.too_slow]


class Task(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    project_id: uuid.UUID
    status: Literal["todo", "done"] = "todo"
    priority: int = 3
    assignee_id: uuid.UUID | None = None
    due_at: datetime | None = None
    tags: list[str] = []


class Lax(msgspec.Struct):
    a: int = 0
    b: str | None = None


class Node(msgspec.Struct):
    child: Node | None = None


UNEXPLAINED = "does not have the expected form"
PROJECT = str(uuid.UUID(int=7))
GOOD = {"title": 'Say "hi": now\\', "project_id": PROJECT, "due_at": "2026-05-01T10:20:30Z"}


def verdict(data: bytes, wanted: Any = None, limits: JSONLimits = DEFAULT_LIMITS) -> str:
    try:
        decode_json(data, wanted, limits=limits)
    except MalformedJSON:
        return "malformed"
    except ValidationFailed as problem:
        return "invalid" if problem.errors else "unexplained"
    return "ok"


def faults(data: bytes, wanted: Any = None) -> list[tuple[str | None, str]]:
    with pytest.raises(ValidationFailed) as caught:
        decode_json(data, wanted)
    return [(one.pointer, one.code) for one in caught.value.errors]


# --- agreement with the slow judge -------------------------------------------------


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(WELL_FORMED.map(str.encode))
def test_well_formed_documents_are_judged_as_the_rules_say(data: bytes) -> None:
    for limits in (SMALL, DEFAULT_LIMITS):
        expected = judge(data, limits)
        assert verdict(data, limits=limits) == expected
        if expected == "ok":
            assert decode_json(data, limits=limits) == json.loads(data)


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(st.one_of(mutated(WELL_FORMED), st.binary(max_size=12)))
def test_damaged_documents_are_judged_as_the_rules_say(data: bytes) -> None:
    assert verdict(data, limits=SMALL) == judge(data, SMALL)
    if judge(data, SMALL) == "malformed":
        with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
            msgspec.json.decode(data)
    # A type that skips everything must not let a fault through either.
    if judge(data, SMALL) != "ok":
        assert verdict(data, Lax, limits=SMALL) == judge(data, SMALL)


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(typed_documents())
def test_a_type_accepts_what_msgspec_accepts_and_nothing_was_lost_of(
    example: tuple[Any, bytes],
) -> None:
    wanted, data = example
    if judge(data, DEFAULT_LIMITS) != "ok":
        assert verdict(data, wanted) == judge(data, DEFAULT_LIMITS)
        return
    try:
        value = msgspec.json.decode(data, type=wanted)
    except msgspec.ValidationError:
        value = msgspec.UNSET
    if value is msgspec.UNSET or holds_unknown_field(msgspec.json.decode(data), value):
        with pytest.raises(ValidationFailed) as caught:
            decode_json(data, wanted)
        assert caught.value.errors
        assert all(one.code in VIOLATION_CODES for one in caught.value.errors)
        # What is said when a refusal cannot be explained is never needed.
        assert UNEXPLAINED not in [one.detail for one in caught.value.errors]
    else:
        assert decode_json(data, wanted) == value


# --- documents that are not JSON ----------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        *rb"""NaN -Infinity [1 {"a":1,} [1,] 01 1. {}x "\x" 'a' [1} {1:2} tru""".split(),
        *[b"", b" ", b"1 2", b"\xef\xbb\xbf{}", b'"\xff"', b'"\0"', b'"\t"', b'"\xed\xa0\x80"'],
        *[b'{"a" 1}', b"\f1", b"//\n1", b"[" * 900, b'"NaN', b'["NaN", NaN]'],
    ],
)
@pytest.mark.parametrize("wanted", [None, Task, Lax])
def test_what_is_not_json_is_malformed(data: bytes, wanted: Any) -> None:
    assert verdict(data, wanted) == "malformed"


@pytest.mark.parametrize(
    "data", [b'{"x":"\xff"}', b'{"\xff":1}', b'{"a":1,"x":"\xed\xa0\x80"}', b'{"a":"x", b:01}']
)
def test_what_a_type_would_skip_must_be_json_too(data: bytes) -> None:
    assert verdict(data, Lax) == "malformed"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{\n  "a": tru\n}', "Line 2, column 8"),
        (b"[1,", "Line 1, column 4"),
        (b"", "column 1"),
        (b'["NaN",\n NaN]', "Line 2, column 2"),
    ],
)
def test_the_place_is_named_by_line_and_column(data: bytes, place: str) -> None:
    with pytest.raises(MalformedJSON, match=place):
        decode_json(data)


def test_a_malformed_document_is_not_echoed() -> None:
    with pytest.raises(MalformedJSON) as caught:
        decode_json(b'{"secret\x1b[31m": hunter2}')
    assert "hunter2" not in caught.value.detail
    assert "\x1b" not in caught.value.detail


def test_malformed_wins_over_a_wrong_type_before_it() -> None:
    assert verdict(b'{"title": 5, "x": }', Task) == "malformed"


# --- limits ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1,"a":2}', [("/a", "duplicate")]),
        (b'{"a":1,"\\u0061":2}', [("/a", "duplicate")]),
        (b'[{"a":{"b~/":1,"b~/":1}}]', [("/0/a/b~0~1", "duplicate")]),
        (b'{"a": 1, "a" : ": \\":"}', [("/a", "duplicate")]),
        (b"[9223372036854775808]", [("/0", "too_large")]),
        (b"-9223372036854775809", [("", "too_small")]),
        (b"1e400", [("", "too_large")]),
        (b"[0,-1e400]", [("/1", "too_small")]),
        (b"9" * 5000, [("", "too_large")]),
        (b"-" + b"9" * 5000, [("", "too_small")]),
        (b'["\\u0000"]', [("/0", "format")]),
        (b'{"a\\u0000":1}', [("/a\0", "format")]),
        (b'"\\ud800"', [("", "format")]),
        (b'"\\udc00\\ud800"', [("", "format")]),
        (b'{"\\ud800":1}', [("/\ufffd", "format")]),
        (
            b'[1e400,{"a":1,"a":"\\u0000"}]',
            [("/0", "too_large"), ("/1/a", "duplicate"), ("/1/a", "format")],
        ),
    ],
)
def test_every_fault_is_listed_with_its_place(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert faults(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        *rb'''9223372036854775807 -9223372036854775808 "\\u0000" "\ud83d\ude00"'''.split(),
        *[b"[" * 64 + b"]" * 64, b'"' + b"a" * 262_144 + b'"', b"[" + b"0," * 9_999 + b"0]"],
        *[json.dumps(dict.fromkeys(map(str, range(1_000)))).encode(), b"1e-999", b"1.7e308"],
    ],
)
def test_at_the_limit_is_within_it(data: bytes) -> None:
    assert decode_json(data) == json.loads(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[" * 65 + b"]" * 65, ("/0" * 64, "limit")),
        (b'{"a":' * 65 + b"1" + b"}" * 65, ("/a" * 64, "limit")),
        (b'{"a":"' + b"a" * 262_145 + b'"}', ("/a", "too_long")),
        ('{"a":"' + "é" * 131_073 + '"}', ("/a", "too_long")),
        (b'[["' + b'\\"' * 262_145 + b'"]]', ("/0/0", "too_long")),
        (b"[[" + b"0," * 10_000 + b"0]]", ("/0", "too_long")),
        (json.dumps([dict.fromkeys(map(str, range(1_001)))]), ("/0", "limit")),
    ],
)
def test_past_the_limit_is_refused_at_its_place(
    data: bytes | str, expected: tuple[str, str]
) -> None:
    assert faults(data.encode() if isinstance(data, str) else data) == [expected]


@pytest.mark.parametrize("wanted", [None, Lax, Node, list[Any], dict[str, Any], set[int]])
@pytest.mark.parametrize("opening", [b"[", b'{"child":', b'{"x":[', b'[{"a":'])
def test_depth_never_exhausts_the_stack(wanted: Any, opening: bytes) -> None:
    closing = opening[::-1].translate(bytes.maketrans(b"[{", b"]}"), b'":achildx')
    for levels in (65, 900, 20_000):
        document = opening * levels + b"1" + closing * levels
        assert verdict(document, wanted) == "invalid"


def test_limits_hold_where_a_set_hides_them() -> None:
    assert faults(b"[" + b"1," * 10_000 + b"1]", set[int]) == [("", "too_long")]


def test_a_sound_document_survives_a_small_stack() -> None:
    outcome: list[Any] = []

    def sink(levels: int) -> None:
        if levels:
            sink(levels - 1)
        else:
            outcome.append(decode_json(b"[" * 64 + b"]" * 64))

    thread = threading.Thread(target=sink, args=(sys.getrecursionlimit() - 250,))
    thread.start()
    thread.join()
    assert outcome


def test_a_stack_of_ours_that_is_used_up_is_not_the_callers_fault() -> None:
    calls: list[Any] = []

    def hook(wanted: type, value: Any) -> Any:
        calls.append(value)
        if len(calls) == 1:
            raise RecursionError
        return wanted()

    class Own: ...

    with pytest.raises(RecursionError):
        JSONDecoder(Own, dec_hook=hook).decode(b"{}")


def test_faults_in_an_answer_are_bounded() -> None:
    found = faults(b"[" + b'"\\u0000",' * 9_000 + b"1]")
    assert len(found) == 100


def test_pointers_in_an_answer_are_bounded() -> None:
    name = b"k" * 200_000
    assert faults(b'{"a":{"' + name + b'":"\\u0000"}}') == [("/a", "format")]


# --- types -------------------------------------------------------------------------


def body(**members: Any) -> bytes:
    return json.dumps(GOOD | members).encode()


def test_a_good_body_becomes_its_type() -> None:
    task = decode_json(body(priority=5), Task)
    assert task.priority == 5
    assert task.title == GOOD["title"]
    assert task.due_at == datetime(2026, 5, 1, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "members",
    [{}, {"assignee_id": None}, {"status": "todo", "priority": 3}, {"tags": []}, {"tags": ["a"]}],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_fields_with_their_defaults_are_welcome(
    members: dict[str, Any], indent: int | None
) -> None:
    plain = {"title": "x", "project_id": PROJECT} | members
    data = json.dumps(plain, indent=indent).encode()
    assert decode_json(data, Task) == msgspec.json.decode(data, type=Task)


@pytest.mark.parametrize("name", [*Task.__struct_fields__])
@pytest.mark.parametrize("again", ["{}", "{} ", "\\u00{:x}"])
def test_no_field_may_be_sent_twice(name: str, again: str) -> None:
    sent: dict[str, Any] = GOOD | {"status": "todo", "priority": 3, "assignee_id": None, "tags": []}
    text = json.dumps(sent)[:-1]
    key = again.format(ord(name[0])) + name[1:] if "u00" in again else name
    space = " " if again.endswith(" ") else ""
    data = f'{text}, "{key}"{space}: {json.dumps(sent[name])}}}'.encode()
    assert faults(data, Task) == [(f"/{name}", "duplicate")]


def test_a_duplicate_cannot_hide_behind_an_absent_default() -> None:
    required = f'"title":"assignee_id","project_id":"{PROJECT}"'
    for extra in ('"priority":3,"priority":3', '"assignee_id":null,"assignee_id":null'):
        assert verdict(f"{{{required},{extra}}}".encode(), Task) == "invalid"


@pytest.mark.parametrize("wanted", [int, float, Lax, list[int], dict[str, float], Any])
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**30])
def test_integers_past_64_bits_are_refused_in_every_type(wanted: Any, number: int) -> None:
    wrapped: Any = {
        Lax: {"a": number},
        list[int]: [number],
        dict[str, float]: {"k": number},
    }.get(wanted, number)
    (fault,) = faults(json.dumps(wrapped).encode(), wanted)
    assert fault[1] == ("too_large" if number > 0 else "too_small")


def test_unknown_fields_are_refused_where_the_type_allows_them() -> None:
    with pytest.raises(ValidationFailed) as caught:
        decode_json(b'[{"a": 1}, {"a": 1, "bb": null}]', list[Lax])
    (fault,) = caught.value.errors
    assert (fault.pointer, fault.code) == ("/1/bb", "unknown_field")
    assert fault.detail == 'is not a known field; did you mean "b"?'


def test_all_faults_of_a_body_come_at_once() -> None:
    data = body(title="", priority="high", status="later", due_at="soon", statsu="x", tags=["a", 1])
    assert faults(data.replace(b"project_id", b"project"), Task) == [
        ("/title", "too_short"),
        ("/project_id", "required"),
        ("/status", "enum"),
        ("/priority", "type"),
        ("/due_at", "format"),
        ("/tags/1", "type"),
        ("/project", "unknown_field"),
        ("/statsu", "unknown_field"),
    ]


def test_a_decoder_takes_a_hook_for_types_of_ones_own() -> None:
    def hook(wanted: type, value: Any) -> Any:
        if not isinstance(value, str) or not value.isalpha():
            raise ValueError("must be letters only")
        return wanted(value)

    class Letters:
        def __init__(self, text: str) -> None:
            self.text = text

    decoder = JSONDecoder(dict[str, Letters], dec_hook=hook)
    assert decoder.decode(b'{"a": "b"}')["a"].text == "b"
    with pytest.raises(ValidationFailed) as caught:
        decoder.decode(b'{"a": "1", "b": 2}')
    assert [(one.pointer, one.detail) for one in caught.value.errors] == [
        ("/a", "must be letters only"),
        ("/b", "must be letters only"),
    ]
