"""The page in a browser, served by an application of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from tests.browser import Page, browser, new_page
from tests.integration.docs_page.described import DOCUMENT, routes
from tests.serving import serving

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service
from drystone.observe.access import AccessLogger
from drystone.routing.chain import compose
from drystone.routing.middleware.stack import Stack
from drystone.routing.router import Router

Serve = Callable[..., Awaitable[str]]


class Described(Service):
    """Routes within the middleware that every application has."""

    def __init__(self, router: Router) -> None:
        self._answer = compose(Stack(AccessLogger()).layers, router.prepare().answer)

    async def handle(self, request: Request) -> Response:
        return await self._answer(request)


@pytest.fixture(scope="package")
def session() -> Iterator[str]:
    with browser() as one:
        yield one


@pytest.fixture
async def page(session: str) -> AsyncIterator[Page]:
    async with new_page(session) as one:
        yield one


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve a document and its page; returns where they are."""
    async with AsyncExitStack() as stack:

        async def start(
            document: object = DOCUMENT, *, prefix: str = "", token: str | None = None
        ) -> str:
            router = Router()
            router.mount(prefix, routes(document, token=token))
            served = await stack.enter_async_context(serving(Described(router)))
            return f"http://127.0.0.1:{served.port}{prefix}"

        yield start
