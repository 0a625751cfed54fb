from __future__ import annotations

from tests.client import make_request

from drystone.http.parts.peer import Peer
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.security_headers import SecurityHeaders

TLS = Peer(address="192.0.2.7", secure=True)


async def completed(response: Response, *, peer: Peer | None = None) -> dict[str, str]:
    async def handler(_request: Request) -> Response:
        return response

    request = make_request("GET", "/", peer=peer or Peer(address="192.0.2.7"))
    return dict((await SecurityHeaders()(request, handler)).headers.items())


async def test_every_answer_carries_the_defaults() -> None:
    assert await completed(Response()) == {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


async def test_hsts_is_sent_over_https_only() -> None:
    headers = await completed(Response(), peer=TLS)
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


async def test_a_proxy_that_is_not_trusted_cannot_ask_for_hsts() -> None:
    async def handler(_request: Request) -> Response:
        return Response()

    request = make_request("GET", "/", headers={"X-Forwarded-Proto": "https"})
    response = await SecurityHeaders()(request, handler)
    assert "Strict-Transport-Security" not in response.headers


async def test_what_a_handler_has_set_stays() -> None:
    response = Response(headers=[("content-security-policy", "default-src 'self'")])
    headers = await completed(response)
    assert headers["content-security-policy"] == "default-src 'self'"
    assert "Content-Security-Policy" not in headers


async def test_fields_and_hsts_can_be_chosen() -> None:
    response = Response()
    SecurityHeaders(fields=[("X-A", "1")], hsts=None).complete(response, secure=True)
    assert list(response.headers.items()) == [("X-A", "1")]
