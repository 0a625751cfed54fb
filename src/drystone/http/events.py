"""Server-sent events: a response that goes on as long as something happens.

An `Event` is what happened; `event_stream` sends each one as it comes, and a comment
now and then while nothing does, so that neither a proxy nor a broken line goes
unnoticed. A client that lost its connection comes back by itself and says which event
was its last: `last_event_id` reads that.

The source of the events runs in one task of its own from beginning to end: it may hold
a transaction, a time-out or a task group across its `yield`. It is asked for the next
event only once the last one was written, and closed when the client goes away.

Source: WHATWG HTML, section 9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from drystone.http.protocol.headers import Headers
from drystone.http.response import Response

MEDIA_TYPE: Final = "text/event-stream; charset=utf-8"
HEARTBEAT_SECONDS: Final = 15.0  # what the standard's authoring notes recommend

# A line that starts with a colon is a comment.
_HEARTBEAT: Final = b":\n\n"
# end-of-line = ( cr lf / cr / lf ). Not str.splitlines, which knows ten more.
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NOT_IN_NAME: Final = re.compile(r"[\r\n]")
# A client ignores an id with a null: it would resume from the wrong place.
_NOT_IN_ID: Final = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class Event:
    r"""Something that happened.

    Args:
        data: what; any text, of several lines too.
        event: its type, for `addEventListener`; a browser takes `message` by default.
        id: what the client sends back as `Last-Event-ID`; empty forgets the last one.
        retry_ms: after how many milliseconds a client is to reconnect.

    Raises:
        ValueError: `event` or `id` would end its line, or `id` holds a null, or
            `retry_ms` is negative.

    >>> Event("a\nb", event="note", id="7").encode()
    b'event: note\nid: 7\ndata: a\ndata: b\n\n'
    """

    data: str
    event: str | None = None
    id: str | None = None
    retry_ms: int | None = None

    def __post_init__(self) -> None:
        if self.event is not None and _NOT_IN_NAME.search(self.event):
            raise ValueError("the type of an event holds a line break")
        if self.id is not None and _NOT_IN_ID.search(self.id):
            raise ValueError("the id of an event holds a line break or a null")
        if self.retry_ms is not None and self.retry_ms < 0:
            raise ValueError("the time to reconnect is negative")

    def encode(self) -> bytes:
        """Return the event as it is sent. Lone surrogates, which UTF-8 has not, become `?`."""
        lines = []
        if self.event is not None:
            lines.append(f"event: {self.event}")
        if self.id is not None:
            lines.append(f"id: {self.id}")
        if self.retry_ms is not None:
            lines.append(f"retry: {self.retry_ms:d}")
        lines += [f"data: {line}" for line in _LINE_END.split(self.data)]
        return "\n".join([*lines, "\n"]).encode("utf-8", "replace")


def event_stream(
    source: AsyncIterable[Event], *, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> Response:
    """Answer with the events of `source`, until it ends or the client goes away.

    Args:
        source: often an async generator; it is closed at the end.
        heartbeat_seconds: how long nothing is sent at most.
    """
    return Response(
        stream=_encode_events(source, heartbeat_seconds),
        headers=[
            ("Content-Type", MEDIA_TYPE),
            ("Cache-Control", "no-store"),
            # nginx would otherwise collect events until a buffer is full.
            ("X-Accel-Buffering", "no"),
        ],
        endless=True,
    )


def last_event_id(headers: Headers) -> str | None:
    """Return the id of the last event that the client saw, None where it saw none.

    >>> last_event_id(Headers(((b"last-event-id", "née".encode()),)))
    'née'
    """
    value = headers.get("last-event-id")
    if not value:
        return None
    try:
        # The one field whose value browsers send in UTF-8.
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None


async def _encode_events(
    source: AsyncIterable[Event], heartbeat_seconds: float
) -> AsyncGenerator[bytes, None]:
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    pump = asyncio.create_task(_pump(source, events))
    try:
        while True:
            try:
                async with asyncio.timeout(heartbeat_seconds):
                    event = await events.get()
            except TimeoutError:
                yield _HEARTBEAT
                continue
            if event is None:
                break
            yield event.encode()
            events.task_done()
        await pump  # its failure is ours
    finally:
        pump.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await pump


async def _pump(source: AsyncIterable[Event], events: asyncio.Queue[Event | None]) -> None:
    """Hand over each event, wait until it is written, and say when there are no more."""
    try:
        async for event in source:
            events.put_nowait(event)
            await events.join()
    finally:
        events.put_nowait(None)
        if isinstance(source, AsyncGenerator):
            await source.aclose()
