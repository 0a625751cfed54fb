"""One reading of each path, or none."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drystone.errors import BadRequest
from drystone.http.protocol.path import MAX_SEGMENTS, decode_path


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/", "/"),
        (b"*", "*"),
        (b"/tasks/7", "/tasks/7"),
        (b"/caf%C3%A9", "/café"),
        (b"/caf%c3%a9", "/café"),
        (b"/a%20b", "/a b"),
        (b"/%41", "/A"),
        (b"/a+b", "/a+b"),
        (b"//a//", "//a//"),
        (b"/...", "/..."),
        (b"/.well-known/x", "/.well-known/x"),
        (b"/a..b/c.", "/a..b/c."),
        (b"/a;b=c", "/a;b=c"),
        (b"/%F0%9F%AA%A8", "/🪨"),
        (b"/%C2%AD", "/\xad"),
        (b"/%3Fq", "/?q"),
    ],
)
def test_a_path_is_decoded(raw: bytes, path: str) -> None:
    assert decode_path(raw) == path


def test_a_path_is_decoded_only_once() -> None:
    assert decode_path(b"/%252e%252e/%252f") == "/%2e%2e/%2f"


@pytest.mark.parametrize(
    "raw",
    [
        b"/a%2fb",
        b"/a%2Fb",
        b"/%C3%A9%2F",
        b"/a\\b",
        b"/a%5cb",
        b"/a%5Cb",
        b"/.",
        b"/..",
        b"/a/.",
        b"/a/../b",
        b"/./a",
        b"//..",
        b"/%2e",
        b"/%2E%2e/a",
        b"/.%2e",
        b"/a%0ab",
        b"/a%0d%0aSet-Cookie:x",
        b"/%1b[31m",
        b"/%7f",
        b"/%09",
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        decode_path(raw)


def test_segments_are_bounded() -> None:
    assert decode_path(b"/a" * MAX_SEGMENTS) == "/a" * MAX_SEGMENTS
    with pytest.raises(BadRequest, match="32 segments"):
        decode_path(b"/a" * (MAX_SEGMENTS + 1))


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6))
def test_ordinary_segments_come_back_as_they_were(segments: list[str]) -> None:
    for segment in segments:
        assume(segment not in {".", ".."})
        assume(not any(char in "/\\" or ord(char) < 0x20 or ord(char) == 0x7F for char in segment))
        assume(not any(0xD800 <= ord(char) < 0xE000 for char in segment))
    raw = "/" + "/".join(quote(segment, safe="") for segment in segments)
    assert decode_path(raw.encode()) == "/" + "/".join(segments)


@given(st.text("/.%25efEF\\a", max_size=20))
def test_no_decoded_path_holds_what_a_reader_could_resolve(text: str) -> None:
    raw = quote(text, safe="/.%\\").encode()
    try:
        path = decode_path(b"/" + raw)
    except (BadRequest, UnicodeDecodeError):
        return
    assert {".", ".."}.isdisjoint(path.split("/"))
    assert "\\" not in path
    assert path.count("/") == raw.count(b"/") + 1
