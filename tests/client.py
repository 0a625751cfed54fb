"""An HTTP client without a socket: a request is read from bytes, and given to a service.

    answer = await client.get(app, "/api/v1/tasks")
    assert (answer.status, answer.json()) == (200, [])

It stands where the connection would: heads are read by the real parser, a service that
raises is asked to `refuse`, and no body comes back for HEAD, 204 and 304. What happens
on the wire (framing, timeouts, back-pressure) is tested with sockets.
"""

from __future__ import annotations

import json as json_library
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from drystone.errors import InternalError, Problem
from drystone.http.body import Body
from drystone.http.limits import Limits
from drystone.http.parts.peer import Peer
from drystone.http.protocol.head import parse_head
from drystone.http.protocol.serializer import encode_response
from drystone.http.request import Request
from drystone.http.response import close_stream

if TYPE_CHECKING:
    from drystone.http.response import Response
    from drystone.http.service import Service

PEER = Peer(address="192.0.2.7", port=50_000)

S = TypeVar("S", bound="Service")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        headers: by lower-case name.
        body: the whole body, as the client would receive it.
        response: what the service returned.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    response: Response

    def json(self) -> Any:
        return json_library.loads(self.body)


def make_request(
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    peer: Peer = PEER,
    limits: Limits | None = None,
) -> Request:
    """Return a request as the connection makes one from bytes."""
    limits = limits or Limits()
    fields = {"Host": "testserver", **(headers or {})}
    if content:
        fields["Content-Length"] = str(len(content))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {fields[name]}" for name in fields)]
    head = parse_head("\r\n".join([*lines, "", ""]).encode("latin-1"), limits)
    return Request(head, peer, make_body(content, limits))


def make_body(content: bytes, limits: Limits) -> Body:
    """Return a body of which `content` is the one piece."""
    pieces = [content] if content else []

    async def receive() -> bytes:
        return pieces.pop() if pieces else b""

    return Body(receive, declared_length=len(content), max_bytes=limits.max_body_bytes)


async def send(service: Service, request: Request) -> Answer:
    """Return the answer of `service` as it would go out."""
    try:
        response = await service.handle(request)
    except Problem as problem:
        response = service.refuse(problem, request.peer)
    except Exception:
        response = service.refuse(InternalError(), request.peer)
    encode_response(response.status, response.headers, framing=b"", date_line=b"")
    body = await _read(request, response)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, body, response)


async def _read(request: Request, response: Response) -> bytes:
    has_body = request.method != "HEAD" and response.status not in {204, 304}
    stream = response.stream
    if stream is None:
        return response.body if has_body else b""
    try:
        return b"".join([piece async for piece in stream]) if has_body else b""
    finally:
        await close_stream(stream)


async def request(
    service: Service,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    json: object = None,
    peer: Peer = PEER,
) -> Answer:
    """Send a request; `json` stands in place of `content`."""
    fields = dict(headers or {})
    if json is not None:
        content = json_library.dumps(json).encode()
        fields.setdefault("Content-Type", "application/json")
    made = make_request(method, target, headers=fields, content=content, peer=peer)
    return await send(service, made)


async def get(
    service: Service,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    peer: Peer = PEER,
) -> Answer:
    """Send a GET request."""
    return await request(service, "GET", target, headers=headers, peer=peer)


async def post(
    service: Service,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    json: object = None,
) -> Answer:
    """Send a POST request."""
    return await request(service, "POST", target, headers=headers, content=content, json=json)


@asynccontextmanager
async def started(service: S) -> AsyncIterator[S]:
    """Start a service, and stop it afterwards."""
    await service.start()
    try:
        yield service
    finally:
        await service.stop()
