"""The parser's own bookkeeping: what it remembers, keeps, and lets go of.

Which bytes are a request is the business of tests/conformance.
"""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.errors import BadRequest, HeadersTooLarge, Problem
from drystone.http.limits import Limits
from drystone.http.protocol import head as head_module
from drystone.http.protocol.head import RequestHead, parse_head
from drystone.http.protocol.parser import RequestParser

LIMITS = Limits()


def get(target: str = "/", *fields: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: a", *fields, "", ""]).encode()


def post(body: bytes, *fields: str) -> bytes:
    lines = ["POST / HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body


@pytest.fixture
def parser() -> RequestParser:
    return RequestParser(LIMITS)


def head_of(parser: RequestParser, data: bytes) -> RequestHead:
    parser.feed(data)
    head = parser.next_head()
    assert head is not None
    return head


class TestTheHeadThatComesAgain:
    def test_equal_bytes_give_the_same_head(self, parser: RequestParser) -> None:
        first = head_of(parser, get("/a", "Accept: */*"))
        assert head_of(parser, get("/a", "Accept: */*")) is first

    def test_it_is_recognised_among_pipelined_requests(self, parser: RequestParser) -> None:
        parser.feed(get("/a") * 3)
        assert parser.next_head() is parser.next_head() is parser.next_head()
        assert parser.next_head() is None

    @pytest.mark.parametrize("at", range(len(get("/a", "X: y"))))
    def test_one_changed_byte_is_another_head(self, parser: RequestParser, at: int) -> None:
        block = get("/a", "X: y")
        first = head_of(parser, block)
        parser.feed(block[:at] + bytes([block[at] ^ 1]) + block[at + 1 :])
        try:
            second = parser.next_head()
        except Problem:
            return
        assert second is not first

    def test_its_body_is_read_again(self, parser: RequestParser) -> None:
        for body in (b"one", b"two"):
            parser.feed(post(body))
            assert parser.next_head() is not None
            assert parser.next_data() == body
            assert parser.next_data() == b""

    def test_it_is_forgotten_after_a_refusal(self, parser: RequestParser) -> None:
        head_of(parser, get("/a"))
        parser.feed(b"GET  / HTTP/1.1\r\n")
        with pytest.raises(BadRequest):
            parser.next_head()
        parser.feed(get("/a"))
        with pytest.raises(BadRequest, match="any further"):
            parser.next_head()

    def test_it_is_not_read_out_of_a_refused_body(self, parser: RequestParser) -> None:
        block = chunked(b"")
        head_of(parser, block + b"0\r\n\r\n")
        assert parser.next_data() == b""
        head_of(parser, block + b"xyz\r\n" + block)
        for _ in range(2):
            with pytest.raises(BadRequest):
                parser.next_data()
        assert parser.next_head() is None

    def test_a_long_one_is_not_kept(self, parser: RequestParser) -> None:
        block = get("/", "X: " + "y" * 3000)
        assert head_of(parser, block) is not head_of(parser, block)

    def test_how_it_came_changes_nothing_about_the_next(self, parser: RequestParser) -> None:
        """The rest of a known head must not lend its search position to a short one."""
        known = get("/long", "X: " + "y" * 200)
        head_of(parser, known)
        parser.feed(known[:-2])
        assert parser.next_head() is None
        parser.feed(known[-2:])
        assert parser.next_head() is not None
        assert head_of(parser, get("/s")).target == b"/s"

    def test_each_may_have_an_empty_line_before_it(self, parser: RequestParser) -> None:
        """Old clients end a body with CRLF, and it may come in a packet of its own."""
        head_of(parser, get("/a"))
        for _ in range(3):
            parser.feed(b"\r\n")
            assert parser.next_head() is None
            head_of(parser, get("/a"))


def requests_in(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return the targets read from `data`, asking after each piece."""
    parser, targets = RequestParser(LIMITS), []
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        parser.feed(data[start:end])
        while (head := parser.next_head()) is not None:
            targets.append(head.target)
            while parser.next_data():
                pass
    return targets


@given(
    order=st.lists(st.sampled_from("abc"), min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
def test_repeated_requests_read_the_same_however_they_are_cut(
    order: list[str], cuts: list[int]
) -> None:
    blocks = {
        "a": get("/a"),
        "b": get("/b", "X: " + "y" * 60),
        "c": b"\r\n" + get("/c", "Accept: */*"),
    }
    data = b"".join(blocks[name] for name in order)
    assert requests_in(data, cuts) == [f"/{name}".encode() for name in order]


class TestWhatIsKept:
    def test_nothing_of_a_body_stays_once_it_is_read(self, parser: RequestParser) -> None:
        tracemalloc.start()
        try:
            self.read_body(parser, post(b"x" * 1_000_000))
            self.read_body(parser, chunked(b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n0\r\n\r\n"))
            assert tracemalloc.get_traced_memory()[0] < 50_000
        finally:
            tracemalloc.stop()

    @staticmethod
    def read_body(parser: RequestParser, data: bytes) -> None:
        parser.feed(data)
        del data
        parser.next_head()
        while parser.next_data():
            pass

    def test_nothing_of_pipelined_requests_stays_once_they_are_read(
        self, parser: RequestParser
    ) -> None:
        tracemalloc.start()
        try:
            parser.feed(get("/a") * 10_000)
            while parser.next_head() is not None:
                pass
            assert tracemalloc.get_traced_memory()[0] < 50_000
        finally:
            tracemalloc.stop()

    def test_what_is_fed_and_not_used_is_counted(self, parser: RequestParser) -> None:
        parser.feed(get("/a") + b"GET")
        assert parser.buffered == len(get("/a")) + 3
        parser.next_head()
        assert parser.buffered == 3
        assert parser.take_rest() == b"GET"
        assert parser.buffered == 0

    def test_a_head_that_never_ends_is_refused_at_its_limit(self) -> None:
        parser = RequestParser(Limits(max_head_bytes=1000))
        parser.feed(b"GET / HTTP/1.1\r\nHost: a\r\n")
        while parser.buffered <= 1000:
            assert parser.next_head() is None
            parser.feed(b"X: y\r\n")
        with pytest.raises(HeadersTooLarge):
            parser.next_head()


class TestSharedTables:
    @pytest.mark.parametrize(
        ("make", "size"),
        [
            (lambda n: get("/", f"X-{n}: y"), lambda: len(head_module._remembered_fields)),
            (
                lambda n: get(f"/{n}"),
                lambda: head_module._remember_request_line.cache_info().currsize,
            ),
            (
                lambda n: get().replace(b"Host: a", b"Host: a%d" % n),
                lambda: head_module.is_host.cache_info().currsize,
            ),
            (
                lambda n: get("/", f"Connection: x{n}"),
                lambda: head_module._tokens.cache_info().currsize,
            ),
        ],
        ids=["fields", "request lines", "hosts", "lists"],
    )
    def test_a_flood_of_new_lines_does_not_grow_them(
        self, make: Callable[[int], bytes], size: Callable[[], int]
    ) -> None:
        for n in range(3000):
            parse_head(make(n), LIMITS)
        assert size() <= 1024

    def test_long_lines_do_not_enter_them(self) -> None:
        head_module._remembered_fields.clear()
        head_module._remember_request_line.cache_clear()
        parse_head(get("/" + "t" * 300, "X: y", "X: " + "y" * 300), LIMITS)
        assert b"X: y" in head_module._remembered_fields
        assert all(len(line) <= 256 for line in head_module._remembered_fields)
        assert head_module._remember_request_line.cache_info().currsize == 0
