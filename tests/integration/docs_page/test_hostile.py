"""A document that would run something if it could: all of it stays text."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser import Page
from tests.integration.docs_page.conftest import Serve

MARKUP = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
LINKS = (
    "[a](javascript:window.ran=1) [b](JaVaScRiPt:window.ran=1) [c](data:text/html,x) "
    "[d](vbscript:x) <javascript:window.ran=1> **[e](java\tscript:window.ran=1)**"
)
TEXT = f"{MARKUP}\n\n{LINKS}\n\n```\n{MARKUP}\n```\n\n- {MARKUP}\n\n# {MARKUP}"


def hostile() -> dict[str, Any]:
    schema = {
        "title": MARKUP,
        "type": "object",
        "description": TEXT,
        "required": [MARKUP, "__proto__"],
        "properties": {
            MARKUP: {"type": MARKUP, "format": MARKUP, "enum": [MARKUP], "description": TEXT},
            "__proto__": {"type": "object", "properties": {"ran": {"default": MARKUP}}},
            "constructor": {"$ref": "#/components/schemas/constructor/prototype"},
            "elsewhere": {"$ref": "https://elsewhere.test/schema.json"},
            "round": {"$ref": "#/components/schemas/Round"},
        },
    }
    operation = {
        "operationId": MARKUP,
        "tags": [MARKUP],
        "summary": MARKUP,
        "description": TEXT,
        "externalDocs": {"url": "javascript:window.ran=1", "description": MARKUP},
        "parameters": [
            {
                "name": MARKUP,
                "in": "query",
                "description": TEXT,
                "example": MARKUP,
                "schema": schema,
            },
            {"name": "onclick", "in": "header", "schema": {"default": MARKUP, "pattern": MARKUP}},
        ],
        "requestBody": {
            "description": TEXT,
            "content": {
                "application/json": {"schema": schema, "examples": {MARKUP: {"value": MARKUP}}}
            },
        },
        "responses": {
            MARKUP: {"description": TEXT, "headers": {MARKUP: {"schema": schema}}},
            "200": {"description": TEXT, "content": {MARKUP: {"schema": schema, "example": TEXT}}},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": MARKUP,
            "version": MARKUP,
            "summary": MARKUP,
            "description": TEXT,
            "contact": {"name": MARKUP, "url": "javascript:window.ran=1"},
            "license": {"name": MARKUP, "url": "javascript:window.ran=1"},
            "termsOfService": "javascript:window.ran=1",
        },
        "tags": [{"name": MARKUP, "description": TEXT}],
        "servers": [{"url": "javascript:window.ran=1"}, {"url": "https://elsewhere.test/"}],
        "paths": {f"/{MARKUP}": {"post": operation}},
        "components": {
            "schemas": {
                MARKUP: schema,
                "Round": {"$ref": "#/components/schemas/Round"},
            }
        },
    }


@pytest.mark.parametrize("entry", ["/docs", "an operation", "a schema"])
async def test_nothing_in_a_document_runs(page: Page, serve: Serve, entry: str) -> None:
    where = await serve(hostile())
    await page.open(f"{where}/docs")
    await page.wait("document.querySelector('main h1')")
    if entry != "/docs":
        kind = "operation" if entry == "an operation" else "schema"
        await page.run(f"document.querySelector(\"nav a[href^='#{kind}/']\").click()")
        await page.wait("location.hash && document.querySelector('main h1')")
    found = await page.run(
        """
        for (let round = 0; round < 3; round++) {
            for (const one of document.querySelectorAll("details")) one.open = true;
            await new Promise((done) => setTimeout(done, 30));
        }
        return {
            alert: document.querySelector("main > [role=alert]")?.innerText ?? null,
            ran: window.ran ?? null,
            elements: document.querySelectorAll("body img, body script, body iframe").length,
            handlers: [...document.querySelectorAll("*")].filter((one) =>
                [...one.attributes].some((attribute) => attribute.name.startsWith("on"))).length,
            links: [...document.querySelectorAll("a")].map((one) => one.href)
                .filter((href) => !href.startsWith(location.origin)),
            shown: document.querySelector("main").innerText.includes(arguments[0]),
        };
        """,
        MARKUP,
    )
    assert found == {
        "alert": None,
        "ran": None,
        "elements": 0,
        "handlers": 0,
        "links": [],
        "shown": True,
    }
    # Not refused by the policy either: the page did not even try.
    assert await page.complaints() == []


async def test_requests_go_nowhere_but_to_where_the_page_is_from(page: Page, serve: Serve) -> None:
    where = await serve(hostile())
    await page.open(f"{where}/docs")
    await page.wait("document.querySelector('main h1')")
    await page.run("document.querySelector(\"nav a[href^='#operation/']\").click()")
    command = await page.wait("document.querySelector('.command code')?.textContent")
    assert f"'{where}/" in command


async def test_markup_from_a_string_is_refused_by_the_browser(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs")
    refused = await page.run(
        """
        try {
            document.createElement("div").innerHTML = "<b>x</b>";
        } catch (error) {
            return error.name;
        }
        return "taken";
        """
    )
    assert refused == "TypeError"
