"""A request as handlers see it: the head, decoded when asked, and the body.

Everything that costs is done on first use and kept: a handler that looks at
neither query nor cookies pays for neither.
"""

from __future__ import annotations

from typing import Any, TypeVar, overload

from msgspec import Struct

from drystone.errors import BadRequest, UnsupportedMediaType
from drystone.http.body import Body
from drystone.http.forms.form import Form, FormLimits, parse_form
from drystone.http.parts.cookies import parse_cookies
from drystone.http.parts.forwarded import Origin, resolve_origin
from drystone.http.parts.media import parse_media_type
from drystone.http.parts.peer import Peer
from drystone.http.parts.query import Query
from drystone.http.protocol.head import RequestHead
from drystone.http.protocol.headers import Headers
from drystone.schema.strict_json import decode_json

T = TypeVar("T")

MAX_JSON_BYTES = 1024 * 1024
MAX_TEXT_BYTES = 1024 * 1024

_NO_BODY = Body()


class Request(Struct, eq=False):
    """One request.

    Attributes:
        head: the parsed head; shared with equal requests, never changed.
        peer: the other end of the connection, which may be a proxy; see `client`.
        body: the body as a stream; `bytes`, `text`, `json` and `form` read it whole.
        params: values of the path's parameters, typed by the route's pattern.
        template: the pattern that the path matched, such as `/tasks/{id}`; empty
            before routing and where nothing matched.
        id: the request id; set by the middleware of that name.
    """

    head: RequestHead
    peer: Peer
    body: Body = _NO_BODY
    params: dict[str, Any] = {}
    template: str = ""
    id: str = ""
    _query: Query | None = None
    _cookies: dict[str, str] | None = None
    _origin: Origin | None = None
    _state: dict[str, object] | None = None

    @property
    def method(self) -> str:
        """The method as sent, such as `GET`."""
        return self.head.method

    @property
    def target(self) -> str:
        """The request target as sent, still encoded."""
        return self.head.target.decode("ascii")

    @property
    def path(self) -> str:
        """The path, decoded once.

        Raises:
            BadRequest: it can be read in two ways; see `decode_path`.
        """
        return self.head.path

    @property
    def query(self) -> Query:
        """The parameters after the `?`.

        Raises:
            InvalidParameter: they are not well-formed, or too many.
        """
        if self._query is None:
            self._query = Query.parse(self.head.raw_query)
        return self._query

    @property
    def headers(self) -> Headers:
        """The header fields, names in any case."""
        return self.head.headers

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name.

        Raises:
            BadRequest: there are too many.
        """
        if self._cookies is None:
            self._cookies = parse_cookies(self.headers.get("cookie"))
        return self._cookies

    @property
    def client(self) -> str:
        """The caller's IP address, seen through trusted proxies; empty on a Unix socket."""
        return self.origin.client

    @property
    def scheme(self) -> str:
        """`http` or `https`, as the caller used it."""
        return self.origin.scheme

    @property
    def host(self) -> str:
        """Host name and port that the caller asked."""
        return self.origin.host

    @property
    def origin(self) -> Origin:
        """Client, scheme and host, from the connection or a trusted proxy's word."""
        if self._origin is None:
            self._origin = resolve_origin(self.headers, self.peer, self.head.host.decode("ascii"))
        return self._origin

    @property
    def state(self) -> dict[str, object]:
        """What middleware leaves for handlers; lives as long as the request."""
        if self._state is None:
            self._state = {}
        return self._state

    async def bytes(self, *, max_bytes: int | None = None) -> bytes:
        """Return the whole body.

        Raises:
            PayloadTooLarge: it is over `max_bytes`, or the route's limit.
            RequestTimeout: it comes too slowly.
        """
        return await self.body.read_all(max_bytes=max_bytes)

    def stream(self) -> Body:
        """Return the body for `async for`: each piece as it arrives."""
        return self.body

    async def text(self, *, max_bytes: int = MAX_TEXT_BYTES) -> str:
        """Return the whole body as UTF-8 text.

        Raises:
            BadRequest: it is not UTF-8.
            PayloadTooLarge, RequestTimeout: as for `bytes`.
        """
        try:
            return (await self.bytes(max_bytes=max_bytes)).decode("utf-8")
        except UnicodeDecodeError:
            raise BadRequest("The body is not UTF-8 text.") from None

    @overload
    async def json(self, *, max_bytes: int = ...) -> Any: ...
    @overload
    async def json(self, type: type[T], *, max_bytes: int = ...) -> T: ...
    async def json(self, type: type[T] | None = None, *, max_bytes: int = MAX_JSON_BYTES) -> Any:  # noqa: A002  (the name that msgspec gave it)
        """Return the body as JSON, of `type` where one is given.

        Args:
            type: anything that msgspec decodes: a struct, `list[int]`, ...
            max_bytes: the largest body that is read.

        Raises:
            UnsupportedMediaType: the body is not declared as JSON.
            MalformedJSON: it is not JSON.
            ValidationFailed: it is not of the type, or beyond the limits of JSON;
                every fault is listed.
            PayloadTooLarge, RequestTimeout: as for `bytes`.
        """
        self.require_json()
        return decode_json(await self.bytes(max_bytes=max_bytes), type)

    async def form(self, *, limits: FormLimits | None = None) -> Form:
        """Return the fields and uploads of a form; use it with `async with`.

        Raises:
            UnsupportedMediaType: the body is not a form.
            BadRequest: it is not well-formed.
            PayloadTooLarge: a limit is passed.
        """
        media_type = parse_media_type(self.headers.get("content-type"))
        return await parse_form(self.body, media_type, limits=limits or FormLimits())

    def require_json(self) -> None:
        """Return if the body is declared as JSON.

        Raises:
            UnsupportedMediaType: it is not, or it is compressed.
        """
        # Nothing is decompressed here; the answer says so (RFC 9110, section 12.5.3).
        coding = self.headers.get("content-encoding")
        if coding is not None and coding.lower() != "identity":
            raise UnsupportedMediaType(
                "The body must be sent without a Content-Encoding.",
                headers=[("Accept-Encoding", "identity")],
            )
        # Anything but JSON is refused: a text/plain body is what another site's form
        # can send without a preflight (the CSRF of old).
        declared = self.headers.get("content-type")
        if declared == "application/json":
            return
        media_type = parse_media_type(declared)
        if media_type is None or not (
            media_type.essence == "application/json" or media_type.subtype.endswith("+json")
        ):
            raise UnsupportedMediaType("The body must be sent as application/json.")
        if media_type.params.get("charset", "utf-8").lower() != "utf-8":
            raise UnsupportedMediaType("JSON is UTF-8.")
