"""Generated and broken requests, read by us and by parsers that we did not write.

Three properties. What we accept, they frame exactly as we do. What one of them
refuses for its framing, we do not accept. No input raises anything but a `Problem`,
however it is split.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conformance.oracles import Verdict, ask_h11, ask_llhttp
from tests.conformance.reader import byte_by_byte, read

# What llhttp refuses for another reason than framing: it knows a fixed list of methods
# and of protocols, and treats bytes after `Connection: close` as an error.
NOT_ABOUT_FRAMING = (
    "Invalid method",
    "Expected HTTP/",
    "Data after `Connection: close`",
    "Expected space after method",
    "Expected SOURCE method for ICE",
    "Pause on PRI",
)

TOKEN = st.text("abcXYZ019-_!", min_size=1, max_size=8).map(str.encode)
VALUE = st.text('abc XYZ019\t,;=/"()', max_size=12).map(lambda text: text.strip().encode())
BODY = st.binary(max_size=40)
METHODS = st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"HEAD", b"PATCH"])
TARGETS = st.sampled_from([b"/", b"/a/b?c=d", b"/%41", b"//", b"/?", b"http://h/", b"*"])
# Lines that frame, right and wrong ones, as they were used in attacks.
FRAMING = st.sampled_from(
    [
        b"Content-Length: 0",
        b"Content-Length: 3",
        b"Content-Length:3",
        b"Content-Length : 3",
        b"content-length: 3 ",
        b"Content-Length: +3",
        b"Content-Length: 3, 3",
        b"Content-Length: 0x3",
        b"Content-Length:\t3",
        b"Content-Length: 03",
        b"Content-Length: ",
        b"Content-Length: 3\x0b",
        b"Content-Length\t: 3",
        b" Content-Length: 3",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding:chunked",
        b"Transfer-Encoding: Chunked ",
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: x",
        b"Transfer-Encoding:\x0bchunked",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: chunked\x00",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding:\r\n chunked",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: Content-Length",
        b"Expect: 100-continue",
    ]
)
LINE_END = st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n", b"\n\r"])
CHUNK_SIZES = st.sampled_from(
    [b"3", b"03", b"3;a=b", b"3 ", b"0x3", b"+3", b"3;", b"3\n", b"", b"4", b"00000003"]
)


@st.composite
def chunked_bodies(draw: st.DrawFn) -> bytes:
    pieces = draw(st.lists(st.tuples(CHUNK_SIZES, st.just(b"abc"), LINE_END, LINE_END), max_size=3))
    body = b"".join(size + end + data + data_end for size, data, end, data_end in pieces)
    return body + draw(
        st.sampled_from(
            [
                b"0\r\n\r\n",
                b"0\r\n\r\n",
                b"0\r\nA: b\r\n\r\n",
                b"0\n\n",
                b"0\r\n",
                b"0\r\n\n",
                b"00\r\n\r\n",
            ]
        )
    )


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request, mostly right: its parts are chosen, its line ends seldom wrong."""
    lines = [
        draw(METHODS)
        + b" "
        + draw(TARGETS)
        + b" HTTP/1."
        + draw(st.sampled_from([b"1", b"1", b"1", b"0"]))
    ]
    lines += draw(
        st.sampled_from([[b"Host: h"], [b"Host: h"], [b"Host: h"], [], [b"Host: h", b"Host: i"]])
    )
    lines += draw(
        st.lists(
            st.one_of(st.builds(b"%b: %b".__mod__, st.tuples(TOKEN, VALUE)), FRAMING), max_size=4
        )
    )
    head = b"".join(line + draw(LINE_END) for line in lines) + draw(LINE_END)
    return head + draw(st.one_of(st.just(b""), BODY, chunked_bodies(), st.just(b"abc")))


@st.composite
def conversations(draw: st.DrawFn) -> bytes:
    """Some requests in a row, with a few bytes changed, doubled or taken out."""
    data = bytearray(b"".join(draw(st.lists(requests(), min_size=1, max_size=3))))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        data[at : at + draw(st.integers(0, 2))] = draw(
            st.sampled_from(
                [b"", b"\r", b"\n", b"\0", b" ", b"\t", b"\x0b", b":", b"0", b"\x85", b"\xff", b"a"]
            )
        )
    return bytes(data)


many = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
oracles = pytest.mark.parametrize("ask", [ask_h11, ask_llhttp], ids=["h11", "llhttp"])


@oracles
@many
@given(data=conversations())
@example(
    data=b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
)
@example(
    data=b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n"
)
def test_what_we_accept_is_framed_as_others_frame_it(ask: object, data: bytes) -> None:
    reading = read([data])
    ours = [(m.method, m.target, m.body) for m in reading.messages if m.complete]
    assert callable(ask)
    theirs: Verdict = ask(data)
    common = min(len(ours), len(theirs.requests))
    assert ours[:common] == theirs.requests[:common]
    if len(ours) > len(theirs.requests) and theirs.refusal is not None:
        assert theirs.refusal.startswith(NOT_ABOUT_FRAMING)


@many
@given(
    data=st.one_of(conversations(), st.binary(max_size=200)),
    cuts=st.lists(st.integers(0, 300), max_size=6),
)
def test_no_split_changes_what_is_read(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    whole, split = read([data]), read(pieces)
    single = read(byte_by_byte(data))
    complete = [message for message in whole.messages if message.complete]
    assert [message for message in split.messages if message.complete] == complete
    assert [message for message in single.messages if message.complete] == complete
    assert (whole.refused is None) == (split.refused is None) == (single.refused is None)


@many
@given(
    data=st.one_of(
        st.binary(max_size=400),
        st.binary(max_size=60).map(
            lambda tail: b"GET / HTTP/1.1\r\nHost: h\r\n" + tail + b"\r\n\r\n"
        ),
    )
)
def test_no_bytes_raise_anything_but_a_problem(data: bytes) -> None:
    read([data])
    read(byte_by_byte(data))
