"""Trying an operation: what is sent, what is shown of the answer, and the same as a command."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from tests.browser import ENTER, Page
from tests.integration.docs_page.conftest import Serve
from tests.integration.docs_page.described import BIG, ID

FORM = "document.querySelector('form.request')"
STATUS = "document.querySelector('.status .code')?.innerText"
BODY = "document.querySelector('.answer pre')?.innerText"
COMMAND = "document.querySelector('.command code').textContent"
OUTCOME = f"{STATUS} && {BODY} && [{STATUS}, {BODY}]"


async def open_operation(page: Page, where: str, name: str) -> None:
    await page.open(f"{where}/docs#operation/{name}")
    await page.wait(FORM)


async def enter(page: Page, selector: str, text: str) -> None:
    await page.run(
        """
        const [selector, text] = arguments;
        const field = document.querySelector(selector);
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        """,
        selector,
        text,
    )


async def enter_parameter(page: Page, name: str, text: str) -> None:
    await page.run("for (const one of document.querySelectorAll('.optional')) one.open = true")
    labels = "[...document.querySelectorAll('.field label')]"
    label = f"{labels}.find((one) => one.innerText === {json.dumps(name)})"
    identifier = await page.wait(f"{label}?.htmlFor")
    await enter(page, f"[id={json.dumps(identifier)}]", text)


async def send(page: Page) -> tuple[str, Any]:
    await page.click("form.request button.primary")
    status, body = await page.wait(OUTCOME)
    return status, json.loads(body)


async def test_nothing_optional_is_sent_until_it_is_asked_for(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "listTasks")
    status, body = await send(page)
    assert (status, body["query"]) == ("200 OK", "")


async def test_what_is_typed_is_sent(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "listTasks")
    await enter_parameter(page, "limit", "5")
    await enter_parameter(page, "status[in]", 'todo,"a,b"')
    _, body = await send(page)
    assert body["query"] == "limit=5&status%5Bin%5D=todo,%22a,b%22"


async def test_an_answer_is_shown_as_it_came(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "listTasks")
    await page.click("form.request button.primary")
    _, shown = await page.wait(OUTCOME)
    assert shown == (
        '{\n  "data": [\n    {\n'
        f'      "big": {BIG},\n'
        '      "empty": {},\n      "none": []\n    }\n  ],\n  "query": ""\n}'
    )
    status = await page.run("return document.querySelector('.status').innerText")
    assert " ms" in status
    assert "bytes" in status
    await page.run("document.querySelector('.answer .headers').open = true")
    fields = "document.querySelector('.answer dl')?.innerText"
    assert "application/json" in await page.wait(fields)


async def test_an_example_is_there_beforehand_and_another_can_be_taken(
    page: Page, serve: Serve
) -> None:
    await open_operation(page, await serve(), "createTask")
    status, told = await send(page)
    assert status == "201 Created"
    assert json.loads(told["body"]) == {"title": "Write it down"}
    assert told["headers"]["content-type"] == "application/json"
    assert told["headers"]["prefer"] is None
    await page.run(
        """
        const choice = document.querySelector(".body .tools select");
        choice.value = "quoted";
        choice.dispatchEvent(new Event("change", { bubbles: true }));
        """
    )
    assert "$HOME" in (await send(page))[1]["body"]


async def test_a_body_without_an_example_gets_one_that_fits_its_schema(
    page: Page, serve: Serve
) -> None:
    await open_operation(page, await serve(), "patchTask")
    body = json.loads(await page.run("return document.querySelector('textarea').value"))
    assert body["title"] == "text"
    assert body["priority"] == 3
    assert body["assignee"]["name"] == "text"
    assert "id" not in body  # the server's
    assert "due" not in body  # deprecated
    assert ID in await page.run(f"return {COMMAND}")


async def test_what_is_not_json_is_told_and_can_be_sent(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "createTask")
    await enter(page, "textarea", '{"title": }')
    fault = await page.run("return document.querySelector('.body .fault').innerText")
    assert "Not JSON" in fault
    assert (await send(page))[1]["body"] == '{"title": }'


async def test_credentials_are_sent_and_kept_for_the_session_alone(
    page: Page, serve: Serve
) -> None:
    await open_operation(page, await serve(), "createTask")
    await page.click("#credentials")
    await page.press(*"secret-token")
    await enter(page, "dialog .row input:nth-child(2)", "ada")
    await page.click("dialog button.primary")
    for _ in range(2):
        _, told = await send(page)
        assert told["headers"]["authorization"] == "Bearer secret-token"
        assert told["headers"]["x-drystone-caller"] == "ada"
        await page.reload()
        await page.wait(FORM)
    kept = await page.run("return [localStorage.length, document.cookie, sessionStorage.length]")
    assert kept == [0, "", 1]


async def test_a_field_that_a_browser_would_drop_is_refused(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "createTask")
    await page.click("#credentials")
    await enter(page, "dialog .row input:nth-child(1)", "Cookie")
    await enter(page, "dialog .row input:nth-child(2)", "a=b")
    await page.click("dialog button.primary")
    assert "Browsers let no page send Cookie" in await page.wait(
        "document.querySelector('dialog [role=alert]').innerText"
    )


@pytest.mark.parametrize("prefix", ["", "/team/one"])
async def test_a_problem_leads_to_the_page_of_its_type(
    page: Page, serve: Serve, prefix: str
) -> None:
    where = await serve(prefix=prefix)
    await open_operation(page, where, "listTasks")
    await enter_parameter(page, "limit", "0")
    await page.press(ENTER)
    await page.run("document.querySelector('form.request').requestSubmit()")
    link = await page.wait("document.querySelector('.problem a')?.href")
    assert link == f"{where}/problems/bad_request"
    assert "limit is 1 to 100" in await page.run(
        "return document.querySelector('.problem').innerText"
    )


async def test_a_stream_without_end_is_shown_and_can_be_stopped(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "events")
    await page.click("form.request button.primary")
    assert "data: first" in await page.wait(BODY)
    await page.click("form.request button.primary")
    assert "stopped" in await page.wait(f"{STATUS} && document.querySelector('.status').innerText")


async def test_no_server_is_told(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "createTask")
    # As if it were gone: the page itself is loaded.
    await page.run("window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))")
    await page.click("form.request button.primary")
    told = await page.wait("document.querySelector('.status .fault')?.innerText")
    assert "No answer: Failed to fetch" in told


async def test_all_of_it_works_below_a_prefix(page: Page, serve: Serve) -> None:
    where = await serve(prefix="/team/one")
    await open_operation(page, where, "listTasks")
    assert (await send(page))[0] == "200 OK"
    assert f"{where}/api/v1/tasks" in await page.run(f"return {COMMAND}")


@pytest.mark.parametrize("shell", ["sh", "bash"])
async def test_the_command_is_what_a_shell_reads_as_the_same_request(
    page: Page, serve: Serve, shell: str
) -> None:
    where = await serve()
    await open_operation(page, where, "createTask")
    body = '@it\'s "$HOME" `id` \\ $(id) ü\n!'
    await enter(page, "textarea", body)
    await enter_parameter(page, "Prefer", "a'b; $c")
    command = await page.run(f"return {COMMAND}")
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    printed = subprocess.run([shell, "-c", script], capture_output=True, check=True).stdout
    assert printed.decode().split("\0")[:-1] == [
        "--request",
        "POST",
        f"{where}/api/v1/tasks",
        "--header",
        "Prefer: a'b; $c",
        "--header",
        "Content-Type: application/json",
        "--data-raw",
        body,
    ]


async def test_a_form_with_files_becomes_fields_and_arguments(page: Page, serve: Serve) -> None:
    await open_operation(page, await serve(), "upload")
    await page.run(
        """
        const chosen = new DataTransfer();
        chosen.items.add(new File(["x"], 'a "b".txt'));
        const field = document.querySelector("input[type=file]");
        field.files = chosen.files;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        """
    )
    await enter(page, ".body .field input", "@name")
    assert (await page.run(f"return {COMMAND}")).splitlines()[-2:] == [
        "  --form-string 'name=@name' \\",
        """  --form 'file=@"a \\"b\\".txt"\'""",
    ]


EXCHANGES = [
    ({"type": "integer"}, {}, "7", "x=7"),
    ({"type": "string"}, {}, "a b&c=d,e", "x=a%20b%26c%3Dd,e"),
    ({"type": "array"}, {}, "a,b", "x=a&x=b"),
    ({"type": "array"}, {"explode": False}, '["a,b","c"]', "x=%22a,b%22,c"),
    ({"type": "array"}, {"style": "pipeDelimited", "explode": False}, "a,b", "x=a|b"),
    ({"type": "object"}, {}, '{"a": 1, "b": "c"}', "a=1&b=c"),
    ({"type": "object"}, {"style": "deepObject"}, '{"a": 1}', "x%5Ba%5D=1"),
    ({"type": "object"}, {"explode": False}, '{"a": 1}', "x=a,1"),
    ({"type": "object"}, {}, "not json", "x=not%20json"),
]


@pytest.mark.parametrize(("schema", "style", "text", "query"), EXCHANGES)
async def test_parameters_are_written_in_their_style(
    page: Page, serve: Serve, schema: object, style: dict[str, object], text: str, query: str
) -> None:
    await page.open(f"{await serve()}/docs")
    url = await page.run(
        """
        const { buildExchange } = await import(new URL("docs/exchange.js", document.baseURI));
        const [schema, style, text] = arguments;
        const parameter = { name: "x", in: "query", ...style };
        const operation = { method: "get", path: "/p", base: "" };
        return buildExchange(operation, [{ parameter, schema, text }], null, []).url;
        """,
        schema,
        style,
        text,
    )
    assert url == f"/p?{query}"


@pytest.mark.parametrize(
    ("text", "slashes", "path"),
    [
        ("a/b?c#d", False, "/p/a%2Fb%3Fc%23d"),
        ("a/b?c#d", True, "/p/a/b%3Fc%23d"),
        ("..", False, None),
        ("a/../b", True, None),
    ],
)
async def test_a_value_stays_within_its_part_of_the_path(
    page: Page, serve: Serve, text: str, slashes: bool, path: str | None
) -> None:
    await page.open(f"{await serve()}/docs")
    made = await page.run(
        """
        const { buildExchange } = await import(new URL("docs/exchange.js", document.baseURI));
        const parameter = { name: "x", in: "path", "x-drystone-slashes": arguments[1] };
        const operation = { method: "get", path: "/p/{x}", base: "" };
        try {
            return buildExchange(operation, [{ parameter, text: arguments[0] }], null, []).url;
        } catch {
            return null;
        }
        """,
        text,
        slashes,
    )
    assert made == path
