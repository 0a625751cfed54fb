import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serving import serving

from drystone.http.events import Event, event_stream, last_event_id
from drystone.http.protocol.headers import Headers
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service


def parse(text: str) -> list[dict[str, str]]:
    """Read a stream as section 9.2.6 of the standard has a browser do."""
    events, data, kind, last_id = [], "", "", ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                events.append({"data": data[:-1], "event": kind or "message", "id": last_id})
            data, kind = "", ""
        elif name == "data":
            data += value + "\n"
        elif name == "event":
            kind = value
        elif name == "id" and "\0" not in value:
            last_id = value
    return events


@pytest.mark.parametrize(
    ("event", "encoded"),
    [
        (Event("x"), b"data: x\n\n"),
        (Event(""), b"data: \n\n"),
        (Event(" x"), b"data:  x\n\n"),
        (Event("a\nb\r\nc\rd\n"), b"data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"),
        (Event("a\x0bb\x85c\u2028d"), "data: a\x0bb\x85c\u2028d\n\n".encode()),
        (Event("é\ud800"), "data: é?\n\n".encode()),
        (
            Event("x", event="e", id="1", retry_ms=500),
            b"event: e\nid: 1\nretry: 500\ndata: x\n\n",
        ),
        (Event("x", id=""), b"id: \ndata: x\n\n"),
    ],
)
def test_encodes(event: Event, encoded: bytes) -> None:
    assert event.encode() == encoded


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "a\nb"},
        {"event": "a\r"},
        {"id": "1\ndata: forged"},
        {"id": "1\r"},
        {"id": "1\0"},
        {"retry_ms": -1},
    ],
)
def test_refuses_what_would_forge_a_line(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"event|reconnect"):
        Event("x", **fields)  # type: ignore[arg-type]  # one field of either type


names = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), names, names)))
def test_a_browser_reads_what_was_meant(given_events: list[tuple[str, str, str]]) -> None:
    sent = b"".join(Event(data, event=kind, id=id_).encode() for data, kind, id_ in given_events)
    assert parse(sent.decode()) == [
        {
            "data": data.replace("\r\n", "\n").replace("\r", "\n"),
            "event": kind or "message",
            "id": id_,
        }
        for data, kind, id_ in given_events
    ]


def stream_of(response: Response) -> AsyncGenerator[bytes, None]:
    assert isinstance(response.stream, AsyncGenerator)
    return response.stream


async def test_the_answer() -> None:
    async def source() -> AsyncIterator[Event]:
        yield Event("a")
        yield Event("b")

    response = event_stream(source())
    assert response.endless
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert [piece async for piece in stream_of(response)] == [b"data: a\n\n", b"data: b\n\n"]


async def test_heartbeats_leave_the_source_alone() -> None:
    may_go_on = asyncio.Event()
    cancelled = False

    async def source() -> AsyncIterator[Event]:
        nonlocal cancelled
        try:
            await may_go_on.wait()
        except asyncio.CancelledError:
            cancelled = True
            raise
        yield Event("late")

    stream = stream_of(event_stream(source(), heartbeat_seconds=0.01))
    assert [await anext(stream) for _ in range(3)] == [b":\n\n"] * 3
    may_go_on.set()
    pieces = [piece async for piece in stream]
    assert pieces[-1] == b"data: late\n\n"
    assert not cancelled


async def test_the_source_runs_in_one_task_and_is_not_asked_ahead() -> None:
    tasks, made = set(), 0

    async def source() -> AsyncIterator[Event]:
        nonlocal made
        async with asyncio.timeout(10):  # usable in the task that entered it only
            for number in range(3):
                tasks.add(asyncio.current_task())
                made += 1
                yield Event(str(number))
                await asyncio.sleep(0)

    stream = stream_of(event_stream(source()))
    for number in range(3):
        assert await anext(stream) == b"data: %d\n\n" % number
        for _ in range(5):
            await asyncio.sleep(0)
        assert made == number + 1
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert len(tasks) == 1


@pytest.mark.parametrize("waiting", [True, False])
async def test_the_source_is_closed_with_the_stream(waiting: bool) -> None:
    closed = False

    async def source() -> AsyncIterator[Event]:
        nonlocal closed
        try:
            yield Event("a")
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # cleaning up may take its time
            closed = True

    stream = stream_of(event_stream(source(), heartbeat_seconds=0.01))
    await anext(stream)
    if waiting:
        assert await anext(stream) == b":\n\n"
    await stream.aclose()
    assert closed


async def test_the_failure_of_a_source_ends_the_stream() -> None:
    async def source() -> AsyncIterator[Event]:
        yield Event("a")
        raise LookupError("gone")

    stream = stream_of(event_stream(source()))
    await anext(stream)
    with pytest.raises(LookupError, match="gone"):
        await anext(stream)


class Ticker(Service):
    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def handle(self, request: Request) -> Response:
        return event_stream(self._ticks(), heartbeat_seconds=0.01)

    async def _ticks(self) -> AsyncIterator[Event]:
        try:
            yield Event("tick")
            await asyncio.Event().wait()
        finally:
            self.closed.set()


GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("who", ["client", "server"])
async def test_both_sides_can_end_it(who: str) -> None:
    ticker = Ticker()
    async with serving(ticker) as served:
        reader, writer = await served.connect()
        writer.write(GET)
        await reader.readuntil(b"data: tick\n\n")
        await reader.readuntil(b":\n\n")
        if who == "client":
            writer.transport.abort()
            await asyncio.wait_for(ticker.closed.wait(), 10)
    # A server that stops does not wait for a stream without an end.
    await asyncio.wait_for(ticker.closed.wait(), 0.1)
    writer.close()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), (b"", None), (b"42", "42"), ("é".encode(), "é"), (b"\xff", None)],
)
def test_last_event_id(value: bytes | None, expected: str | None) -> None:
    fields = () if value is None else ((b"last-event-id", value),)
    assert last_event_id(Headers(fields)) == expected
