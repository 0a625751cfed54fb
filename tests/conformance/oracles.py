"""Two parsers that we did not write, asked what some bytes are.

h11 is the careful one, in Python; httptools is llhttp, Node's parser. Each says
which requests the bytes hold, and whether it refuses them at some point.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import h11
import httptools


@dataclass
class Verdict:
    """Complete requests as (method, target, body), and why reading stopped, if it did."""

    requests: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    refusal: str | None = None


def ask_h11(data: bytes) -> Verdict:
    """Read `data` as an h11 server does, answering each request."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=64 * 1024)
    connection.receive_data(data)
    verdict = Verdict()
    method, target, body = "", b"", b""
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            verdict.refusal = str(error)
            return verdict
        if isinstance(event, h11.Request):
            method, target, body = event.method.decode(), event.target, b""
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            verdict.requests.append((method, target, body))
            connection.send(h11.Response(status_code=204, headers=[]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return verdict
            connection.start_next_cycle()
        else:
            return verdict


class _Collector:
    def __init__(self) -> None:
        self.verdict = Verdict()
        self.parser = httptools.HttpRequestParser(self)
        self.target = b""
        self.body = b""

    def on_message_begin(self) -> None:
        self.target, self.body = b"", b""

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        method = self.parser.get_method().decode()
        self.verdict.requests.append((method, self.target, self.body))


def ask_llhttp(data: bytes) -> Verdict:
    """Read `data` with llhttp in strict mode."""
    collector = _Collector()
    try:
        collector.parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        collector.verdict.refusal = str(error) or type(error).__name__
    return collector.verdict
