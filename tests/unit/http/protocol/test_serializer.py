"""Nothing that a handler was given can add a line to a response."""

from __future__ import annotations

import time
from email.utils import formatdate

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.http.protocol import serializer
from drystone.http.protocol.headers import ResponseHeaders
from drystone.http.protocol.serializer import (
    InvalidHeader,
    encode_chunk_size,
    encode_date_line,
    encode_response,
)

DATE = encode_date_line(784111777)


def encode(status: int = 200, *fields: tuple[str, str], body: bytes = b"") -> bytes:
    return encode_response(
        status,
        ResponseHeaders.of(fields),
        framing=b"Content-Length: %d\r\n" % len(body),
        date_line=DATE,
        body=body,
    )


def read_by_another(data: bytes) -> tuple[h11.Response, bytes, bytes]:
    """Return head, body and what is left over, as h11 reads them as a client."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    head, body = client.next_event(), b""
    assert isinstance(head, h11.Response)
    while isinstance(event := client.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    return head, body, client.trailing_data[0]


def test_a_response_is_written_in_order() -> None:
    assert encode(201, ("X", "y"), ("Set-Cookie", "a=1"), body=b"hi") == (
        b"HTTP/1.1 201 Created\r\nX: y\r\nSet-Cookie: a=1\r\n"
        b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\nhi"
    )


names = st.one_of(st.text(max_size=12), st.text("abcXYZ-_\r\n: \t\0", max_size=8))
values = st.one_of(st.text(max_size=30), st.text("ab \t\r\n:\0\x7f\x85é", max_size=12))


@given(status=st.integers(200, 599), fields=st.lists(st.tuples(names, values), max_size=5))
def test_a_response_cannot_be_split(status: int, fields: list[tuple[str, str]]) -> None:
    headers = ResponseHeaders.of(fields)
    try:
        data = encode_response(
            status, headers, framing=b"Content-Length: 2\r\n", date_line=DATE, body=b"hi"
        )
    except InvalidHeader:
        return
    head = data[:-2]
    assert head.count(b"\r\n\r\n") == 1
    lines = head[:-4].split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)
    own = {"connection", "content-length", "keep-alive", "transfer-encoding"}
    sent = [name for name, _ in headers.items() if name.lower() not in own]
    with_date = sent if "date" in headers else [*sent, "Date"]
    found = [line.partition(b":")[0].decode() for line in lines[1:]]
    assert found == [*with_date, "Content-Length"]


@given(
    fields=st.lists(
        st.tuples(
            st.text("abcdefXYZ-_.0", min_size=1, max_size=12),
            st.text('abc def;=,/"é', max_size=20).map(str.strip),
        ),
        max_size=6,
        unique_by=lambda field: field[0].lower(),
    ),
    body=st.binary(max_size=50),
)
def test_what_is_written_is_what_another_reads(fields: list[tuple[str, str]], body: bytes) -> None:
    head, read_body, rest = read_by_another(encode(200, *fields, body=body))
    assert (read_body, rest) == (body, b"")
    received = {name.decode(): value.decode("latin-1") for name, value in head.headers}
    assert received == {name.lower(): value for name, value in fields} | {
        "date": "Sun, 06 Nov 1994 08:49:37 GMT",
        "content-length": str(len(body)),
    }


@pytest.mark.parametrize("bad", ["a\r\nX: y", "a\nb", "a\rb", "a\0b", "a\x1b[31m", "a\x7f", "€"])
def test_a_value_that_cannot_be_sent_raises(bad: str) -> None:
    for name in ("X", "Location", "Set-Cookie", "Content-Type"):
        for _ in range(2):  # the refusal is not remembered as a line
            with pytest.raises(InvalidHeader):
                encode(200, (name, bad))


@pytest.mark.parametrize("bad", ["", "a b", "a:", "a\r\n", "é", "a\0", "(a)", " a", "€"])
def test_a_name_that_cannot_be_sent_raises(bad: str) -> None:
    for _ in range(2):
        with pytest.raises(InvalidHeader):
            encode(200, (bad, "x"))


@pytest.mark.parametrize("bad", [7, None, b"bytes", ["x"]])
def test_a_value_that_is_not_text_raises(bad: object) -> None:
    headers = ResponseHeaders()
    headers["Set-Cookie"] = bad  # type: ignore[assignment]  # what untyped callers do
    with pytest.raises(InvalidHeader):
        encode_response(200, headers, framing=b"", date_line=DATE)


@pytest.mark.parametrize("status", [-1, 0, 99, 100, 102, 103, 199, 600, 1000])
def test_a_status_that_is_no_final_answer_raises(status: int) -> None:
    with pytest.raises(InvalidHeader):
        encode(status)


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (101, b"HTTP/1.1 101 Switching Protocols"),
        (200, b"HTTP/1.1 200 OK"),
        (299, b"HTTP/1.1 299 "),
        (404, b"HTTP/1.1 404 Not Found"),
        (599, b"HTTP/1.1 599 "),
    ],
)
def test_a_status_is_written_with_its_phrase(status: int, line: bytes) -> None:
    assert encode(status).partition(b"\r\n")[0] == line


@pytest.mark.parametrize(
    "name", ["Content-Length", "content-length", "CONNECTION", "Keep-Alive", "Transfer-Encoding"]
)
def test_framing_is_not_the_handlers(name: str) -> None:
    assert encode(200, (name, "99"), body=b"hi") == encode(200, body=b"hi")


def test_a_date_of_the_handlers_own_is_the_only_one() -> None:
    data = encode(200, ("dAtE", "Sun, 06 Nov 1994 08:49:38 GMT"))
    assert data.lower().count(b"\r\ndate:") == 1
    assert b":38 GMT" in data


@given(st.integers(0, 253_402_300_799))
def test_a_date_is_the_one_that_python_writes(seconds: int) -> None:
    assert encode_date_line(seconds).decode() == f"Date: {formatdate(seconds, usegmt=True)}\r\n"


def test_a_date_is_of_the_second_that_has_begun() -> None:
    now = int(time.time())
    assert encode_date_line(now + 0.999) == encode_date_line(now)


@pytest.mark.parametrize("size", [1, 15, 16, 255, 2**40])
def test_a_chunk_size_is_hexadecimal(size: int) -> None:
    assert int(encode_chunk_size(size).removesuffix(b"\r\n"), 16) == size


class TestRememberedLines:
    def test_they_are_bounded(self) -> None:
        for n in range(5000):
            encode(200, ("X-Request-ID", f"r{n}"))
        assert len(serializer._remembered_lines) <= 512

    def test_long_values_and_cookies_are_not_among_them(self) -> None:
        serializer._remembered_lines.clear()
        encode(200, ("X", "y" * 257), ("Set-Cookie", "session=secret"))
        assert serializer._remembered_lines == {}

    def test_a_remembered_line_is_the_same_line(self) -> None:
        assert encode(200, ("X", "y")) == encode(200, ("X", "y"))

    def test_names_in_other_cases_keep_theirs(self) -> None:
        assert b"x-a: 1" in encode(200, ("x-a", "1"))
        assert b"X-A: 1" in encode(200, ("X-A", "1"))
