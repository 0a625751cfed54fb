"""Compresses answers, where the client takes it and it is worth the work.

Not compressed are: small bodies, media that are compressed by nature, what a handler
has coded or marked `no-transform`, parts (206) and digests (which would no longer be
true), and server-sent events, whose pieces are too small to gain and must not wait.

A coded answer is another representation of the same thing, so it has an `ETag` of its
own: `"17"` becomes `"17;gzip"`, and `"17;ab"` becomes `"17;ab-gzip"`. Only this module
knows that tag, so it also answers `If-None-Match` with it: 304, without compressing.
A weak tag stays as it is; it says that representations are equivalent, not equal.

A large body is compressed in a thread: the event loop serves others meanwhile. A
stream is compressed piece by piece, and what went in can be read at once by the client.

A response that holds both a secret and text that an attacker chose leaks the secret
by its compressed length (BREACH). Mark it `Cache-Control: no-transform`.

Source: RFC 9110, sections 8.4, 8.8.3.3, 12.5.3 and 13.1.2; RFC 9111, section 5.2.2.6.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator
from functools import lru_cache
from typing import Final

from drystone.http.parts.media import negotiate_encoding
from drystone.http.request import Request
from drystone.http.response import WITHOUT_BODY, Response, close_stream
from drystone.routing.chain import Handler
from drystone.routing.middleware.codings import CODINGS, Coding, StreamEncoder

KIB: Final = 1024

# Below, an answer fits into one packet either way.
MIN_BYTES: Final = KIB
# From here on gzip takes half a millisecond, ten times what handing it to a thread costs.
THREAD_BYTES: Final = 64 * KIB

# Without a body, or a part of one.
NEVER_CODED: Final = WITHOUT_BODY | {206}

# The body is bound to its bytes: coded already, a part of a whole, or digested.
_BOUND: Final = ("Content-Encoding", "Content-Range", "Content-Digest", "Repr-Digest")

_COMPRESSIBLE: Final = re.compile(
    r"text/(?!event-stream).*"
    r"|application/(?:.+\+)?(?:json|xml|yaml)"
    r"|application/(?:javascript|x-ndjson|json-seq|wasm|sql)"
    r"|image/svg\+xml"
)
# entity-tag = [ weak ] opaque-tag; etagc has no quotes (RFC 9110, section 8.8.3).
_OPAQUE_TAG: Final = re.compile(r'"[^"]*"')


class Compression:
    """Compress answers with zstd or gzip.

    Args:
        min_bytes: the smallest body that is compressed. A stream always is.
    """

    def __init__(self, *, min_bytes: int = MIN_BYTES) -> None:
        self._min_bytes = min_bytes
        self._codings = {coding.name: coding for coding in CODINGS}
        self._names = tuple(self._codings)

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on, and compress the answer."""
        response = await proceed(request)
        if response.stream is None and len(response.body) < self._min_bytes:
            return response
        if not _may_be_coded(response):
            return response
        response.headers.vary("Accept-Encoding")
        name = negotiate_encoding(request.headers.get("accept-encoding"), self._names)
        # None: the client takes nothing that we have, not even plain bytes. What was
        # asked for may be done by now, so it is told in plain bytes all the same.
        coding = None if name is None else self._codings.get(name)
        if coding is not None:
            await _encode(request, response, coding)
        return response


async def _encode(request: Request, response: Response, coding: Coding) -> None:
    headers = response.headers
    tag = headers.get("ETag", "") or ""
    if tag.startswith('"'):
        headers["ETag"] = tag = variant_tag(tag, coding.name)
        if _is_known(request, response, tag):
            await _become_not_modified(response)
            return
    headers["Content-Encoding"] = coding.name
    headers.discard("Content-Length")
    stream = response.stream
    if stream is None:
        response.body = await _compress(coding, response.body)
    elif response.sends_body(request.method):
        response.stream = _compress_stream(stream, coding.start())


def variant_tag(tag: str, variant: str) -> str:
    """Return the strong entity tag of a variant of the representation that `tag` names.

    >>> variant_tag('"17"', "gzip"), variant_tag('"17;ab"', "gzip")
    ('"17;gzip"', '"17;ab-gzip"')
    """
    return f'{tag[:-1]}{"-" if ";" in tag else ";"}{variant}"'


def _is_known(request: Request, response: Response, tag: str) -> bool:
    """Tell whether the client has this very representation."""
    if response.status != 200 or request.method not in {"GET", "HEAD"}:
        return False
    known = request.headers.get("if-none-match")
    # Weak comparison (RFC 9110, section 13.1.2): `W/` before a tag makes no difference.
    return known is not None and tag in _OPAQUE_TAG.findall(known)


async def _become_not_modified(response: Response) -> None:
    if response.stream is not None:
        await close_stream(response.stream)
    response.status, response.body, response.stream = 304, b"", None
    for name in ("Content-Type", "Content-Length", "Content-Language"):
        response.headers.discard(name)


def _may_be_coded(response: Response) -> bool:
    headers = response.headers
    return (
        response.status >= 200
        and response.status not in NEVER_CODED
        and not response.endless
        and is_compressible(headers.get("Content-Type", "") or "")
        and not any(name in headers for name in _BOUND)
        and "no-transform" not in (headers.get("Cache-Control", "") or "").lower()
    )


@lru_cache(maxsize=256)
def is_compressible(content_type: str) -> bool:
    """Tell whether a media type is text of some kind, rather than compressed by nature.

    >>> is_compressible("application/problem+json"), is_compressible("image/png")
    (True, False)
    """
    return _COMPRESSIBLE.fullmatch(content_type.partition(";")[0].strip().lower()) is not None


async def _compress(coding: Coding, data: bytes) -> bytes:
    if len(data) < THREAD_BYTES:
        return coding.compress(data)
    return await asyncio.to_thread(coding.compress, data)


async def _compress_stream(
    stream: AsyncIterable[bytes], encoder: StreamEncoder
) -> AsyncIterator[bytes]:
    try:
        async for piece in stream:
            if len(piece) < THREAD_BYTES:
                yield encoder.encode(piece)
            else:
                yield await asyncio.to_thread(encoder.encode, piece)
        yield encoder.finish()
    finally:
        await close_stream(stream)
