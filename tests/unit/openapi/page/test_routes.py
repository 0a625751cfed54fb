from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.client import Answer, get

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.http.service import Service
from drystone.observe.access import AccessLogger
from drystone.openapi.page import routes
from drystone.openapi.page.routes import page_routes
from drystone.routing.chain import Handler, Middleware, compose
from drystone.routing.middleware.stack import Stack

STATIC = Path(routes.__file__).parent / "static"
FILES = sorted(path.name for path in STATIC.iterdir() if path.name != "index.html")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Served(Service):
    def __init__(self, *, middleware: Sequence[Middleware] = ()) -> None:
        table = page_routes(middleware=middleware).prepare()
        self._answer = compose(Stack(AccessLogger()).layers, table.answer)

    async def handle(self, request: Request) -> Response:
        return await self._answer(request)


async def ask(target: str, **headers: str) -> Answer:
    return await get(Served(), target, headers=headers)


def read(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


async def test_the_page_is_html_under_a_policy_of_its_own() -> None:
    answer = await ask("/docs")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.body == (STATIC / "index.html").read_bytes()
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert {"trusted-types 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert not re.search(r"unsafe|https?:|\*|data:|blob:", "".join(policy))


@pytest.mark.parametrize("name", FILES)
async def test_files_have_their_media_type(name: str) -> None:
    answer = await ask(f"/docs/{name}")
    assert answer.status == 200
    assert answer.headers["content-type"] == TYPES[Path(name).suffix]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body == (STATIC / name).read_bytes()


@pytest.mark.parametrize("target", ["/docs", "/docs/docs.js"])
async def test_a_browser_asks_each_time_and_is_told_of_no_change(target: str) -> None:
    first = await ask(target)
    assert first.headers["cache-control"] == "no-cache"
    again = await ask(target, **{"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = await ask(target, **{"If-None-Match": '"other"'})
    assert other.status == 200


async def test_a_compressed_file_is_not_sent_again_either() -> None:
    first = await ask("/docs/frame.css", **{"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    again = await ask(
        "/docs/frame.css", **{"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]}
    )
    assert again.status == 304


@pytest.mark.parametrize(
    "target", ["/docs/index.html", "/docs/none.js", "/docs/static", "/docs/static/docs.js"]
)
async def test_nothing_else_is_served(target: str) -> None:
    assert (await ask(target)).status == 404


async def test_a_slash_at_the_end_leads_to_the_page() -> None:
    # Relative addresses in the page count on it.
    answer = await ask("/docs/")
    assert (answer.status, answer.headers["location"]) == (308, "/docs")


async def test_middleware_stands_before_the_page() -> None:
    async def refuse(_request: Request, _proceed: Handler) -> Response:
        return Response.empty(403)

    for target in ("/docs", "/docs/docs.js"):
        assert (await get(Served(middleware=(refuse,)), target)).status == 403


def test_everything_that_the_page_refers_to_lies_beside_it() -> None:
    addresses = re.findall(r'(?:href|src)="([^"]*)"', read("index.html"))
    files = [address for address in addresses if not address.startswith("#")]
    assert set(files) - {"openapi.json"} == {f"docs/{name}" for name in FILES}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_modules_import_each_other_alone(name: str) -> None:
    for imported in re.findall(r'from "([^"]*)"', read(name)):
        assert imported.startswith("./")
        assert imported[2:] in FILES


@pytest.mark.parametrize("name", ["index.html", *FILES])
def test_no_file_names_another_site(name: str) -> None:
    text = read(name).replace("http://www.w3.org/2000/svg", "")
    found = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", text))
    assert found <= {"https://example.com"}  # an example for strings of the format `uri`
    assert not re.search(r"@import|\burl\(", text)


@pytest.mark.parametrize("name", ["index.html", *FILES])
def test_no_file_makes_markup_or_code_from_text(name: str) -> None:
    text = read(name)
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(forbidden, text)
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style|javascript:(?!`)", text)


def test_the_names_of_modules_are_loaded_ahead() -> None:
    # Otherwise the browser finds them one import after another.
    ahead = re.findall(r'modulepreload" href="docs/([^"]*)"', read("index.html"))
    assert ahead == [name for name in FILES if name.endswith(".js") and name != "docs.js"]
