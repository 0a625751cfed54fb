"""What a handler answers: status, header fields, and a body that is bytes or a stream.

A response says nothing about framing: length, chunks, `Date` and `Connection` are
the connection's business. Names and values are checked when they are sent, so that
nothing a handler was given can split a response.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable
from datetime import datetime
from typing import Final, Protocol

from drystone.errors import MEDIA_TYPE as PROBLEM_TYPE
from drystone.errors import Problem
from drystone.http.parts.cookies import expire_cookie, format_cookie
from drystone.http.protocol.headers import ResponseHeaders
from drystone.schema.json_encode import encode_json

TEXT_TYPE: Final = "text/plain; charset=utf-8"
HTML_TYPE: Final = "text/html; charset=utf-8"
JSON_TYPE: Final = "application/json"

WITHOUT_BODY: Final = frozenset({101, 204, 304})
"""Statuses whose answers have no body, whatever was given (RFC 9112, section 6.3)."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Response:
    """A final answer.

    Args:
        body: the whole body; leave it empty where `stream` is given.
        status: 200 to 599.
        media_type: value of `Content-Type`; none for an empty body.
        headers: further fields.
        stream: pieces of a body that is produced while it is sent. Its length may be
            declared with `Content-Length`; otherwise it goes out in chunks.
        endless: the stream has no natural end (server-sent events): a server that
            stops ends it at once instead of waiting for it.

    >>> Response.json({"id": 7}, status=201).body
    b'{"id":7}'
    """

    __slots__ = ("body", "endless", "headers", "status", "stream")

    def __init__(
        self,
        body: bytes = b"",
        *,
        status: int = 200,
        media_type: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
        stream: AsyncIterable[bytes] | None = None,
        endless: bool = False,
    ) -> None:
        self.status = status
        self.body = body
        self.stream = stream
        self.endless = endless
        self.headers = ResponseHeaders.of(headers) if headers else ResponseHeaders()
        if media_type is not None:
            self.headers.fields["content-type"] = ("Content-Type", media_type)

    def sends_body(self, method: str) -> bool:
        """Tell whether an answer to `method` has a body (RFC 9110, section 9.3.2).

        Where it has none, a stream is closed unread: nobody must wrap it, because a
        generator that was never begun runs no `finally`.
        """
        return method != "HEAD" and self.status not in WITHOUT_BODY

    @classmethod
    def text(cls, text: str, *, status: int = 200) -> Response:
        """Answer plain text in UTF-8."""
        return cls(text.encode(), status=status, media_type=TEXT_TYPE)

    @classmethod
    def html(cls, markup: str, *, status: int = 200) -> Response:
        """Answer an HTML page in UTF-8."""
        return cls(markup.encode(), status=status, media_type=HTML_TYPE)

    @classmethod
    def json(
        cls, value: object, *, status: int = 200, headers: Iterable[tuple[str, str]] = ()
    ) -> Response:
        """Answer `value` as JSON: structs, dataclasses, dates and UUIDs included.

        Raises:
            TypeError: `value` holds something that has no JSON form.
        """
        return cls(encode_json(value), status=status, media_type=JSON_TYPE, headers=headers)

    @classmethod
    def empty(cls, status: int = 204) -> Response:
        """Answer without a body."""
        return cls(status=status)

    @classmethod
    def redirect(cls, location: str, *, status: int = 303) -> Response:
        """Send the client to `location`, a URI reference in ASCII.

        Raises:
            ValueError: `status` is not a redirect.
        """
        if status not in _REDIRECTS:
            raise ValueError(f"{status} is not a redirect; use one of {sorted(_REDIRECTS)}")
        return cls(status=status, headers=[("Location", location)])

    @classmethod
    def problem(cls, problem: Problem, *, request_id: str | None = None) -> Response:
        """Answer a problem document (RFC 9457) with the fields that it asks for."""
        return cls(
            problem.render(request_id),
            status=problem.status,
            media_type=PROBLEM_TYPE,
            headers=problem.headers,
        )

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | None = None,
        expires: datetime | None = None,
        path: str = "/",
        domain: str | None = None,
        secure: bool = True,
        http_only: bool = True,
        same_site: str = "Lax",
        partitioned: bool = False,
        priority: str | None = None,
    ) -> None:
        """Set a cookie; the safe attributes are the defaults. See `format_cookie`.

        Args:
            name: a token.
            value: printable ASCII without blanks, quotes, commas, semicolons, backslashes.
            max_age: seconds that it lives; a session cookie where None.
            expires: the same as a moment, for clients from before `Max-Age`.
            path: below which it is sent.
            domain: the hosts that get it; only this one where None.
            secure: whether it is sent over TLS alone.
            http_only: whether scripts cannot read it.
            same_site: `Strict`, `Lax` or `None`.
            partitioned: whether each embedding site has its own.
            priority: `Low`, `Medium` or `High`.

        Raises:
            ValueError: a character that a cookie cannot hold, or attributes that a
                browser would refuse together (`__Host-` with a domain, ...).
        """
        cookie = format_cookie(
            name,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            http_only=http_only,
            same_site=same_site,
            partitioned=partitioned,
            priority=priority,
        )
        self.headers.add("Set-Cookie", cookie)

    def delete_cookie(
        self, name: str, *, path: str = "/", domain: str | None = None, secure: bool = True
    ) -> None:
        """Let the client forget the cookie `name`, which was set with these attributes."""
        cookie = expire_cookie(name, path=path, domain=domain, secure=secure)
        self.headers.add("Set-Cookie", cookie)


async def close_stream(stream: AsyncIterable[bytes]) -> None:
    """Let a generator that was not read to its end clean up now, not when collected."""
    if isinstance(stream, AsyncGenerator):
        await stream.aclose()


class ByteStream(Protocol):
    """The raw connection, once it speaks another protocol than HTTP."""

    async def read(self) -> bytes:
        """Return the next bytes; `b""` once the other end has finished."""

    async def write(self, data: bytes) -> None:
        """Send bytes; waits while the other end is slow.

        Raises:
            ClientDisconnected: the other end is gone.
        """


class Upgrade(Response):
    """101 Switching Protocols: the connection is handed over.

    Valid only as the answer to a request whose `head.upgrade` names the protocol.

    Args:
        protocol: the value of `Upgrade`, such as `websocket`.
        takeover: speaks the new protocol; the connection closes when it returns.
        headers: further fields of the handshake.
    """

    __slots__ = ("takeover",)

    def __init__(
        self,
        protocol: str,
        takeover: Callable[[ByteStream], Awaitable[None]],
        *,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(status=101, headers=headers, endless=True)
        self.headers["Upgrade"] = protocol
        self.takeover = takeover
