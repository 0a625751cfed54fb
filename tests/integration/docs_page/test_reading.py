"""Reading the page: what is shown, found, and reached by address, keyboard and phone."""

from __future__ import annotations

import pytest
from tests.browser import ENTER, ESCAPE, Page
from tests.integration.docs_page.conftest import Serve
from tests.integration.docs_page.described import DOCUMENT, with_operations

HEADING = "document.querySelector('main h1')?.innerText"
ADDRESSES = [
    "",
    "#operation/listTasks",
    "#operation/createTask",
    "#operation/upload",
    "#schema/Task",
]
OPEN_ALL = """
    for (let round = 0; round < 3; round++) {
        for (const one of document.querySelectorAll("main details")) one.open = true;
        await new Promise((done) => setTimeout(done, 20));
    }
"""


async def test_operations_are_grouped_by_their_tags(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs")
    await page.wait(HEADING)
    groups = await page.run(
        """
        return [...document.querySelectorAll("nav .group")].map((group) => [
            group.querySelector("summary").textContent,
            [...group.querySelectorAll("a .title")].map((one) => one.textContent),
        ]);
        """
    )
    assert groups == [
        [
            "tasks 5",
            [
                "List tasks",
                "Create a task",
                "Read a task",
                "Change members of a task",
                "Assign a task",
            ],
        ],
        ["projects 1", ["List projects"]],
        ["Other 2", ["Upload a file", "Follow what happens"]],
        ["Webhooks 1", ["A task is done"]],
        ["Schemas 2", ["Task", "User"]],
    ]


async def test_nothing_is_refused_by_the_policy_of_the_page(page: Page, serve: Serve) -> None:
    where = await serve()
    for address in ADDRESSES:
        await page.open(f"{where}/docs{address}")
        await page.wait(HEADING)
        await page.run(OPEN_ALL)
    assert await page.complaints() == []


async def test_an_operation_has_an_address_that_survives_a_reload(page: Page, serve: Serve) -> None:
    where = await serve()
    await page.open(f"{where}/docs")
    await page.wait(HEADING)
    await page.click("nav a[href='#operation/createTask']")
    assert await page.wait(HEADING) == "Create a task"
    await page.reload()
    assert await page.wait(HEADING) == "Create a task"
    assert await page.run("return document.title") == "Create a task · Task tracker"
    current = "document.querySelector('nav [aria-current=page]').textContent"
    assert "Create a task" in await page.wait(current)


async def test_parameters_tell_their_types_and_bounds(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs#operation/listTasks")
    await page.wait(HEADING)
    await page.run(OPEN_ALL)
    text = await page.run("return document.querySelector('.about').innerText")
    told = " ".join(text.split())
    for fact in (
        "limit integer Rows on a page. 1 to 100 default 20",
        "status string one of todo doing done",
        "Also [in] [ne]",
        "status[in] array of string",
        "q string deprecated Use search.",
        'If-None-Match string Example: "17"',
        "200 A page of tasks.",
        "Link string",
        "data array of Task always there",
        "304 Not modified.",
        "400 What is wrong.",
    ):
        assert fact in told


async def test_a_body_is_a_tree_without_what_the_server_sets(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs#operation/createTask")
    await page.wait(HEADING)
    names = await page.run(
        """
        const body = [...document.querySelectorAll(".about section")]
            .find((one) => one.innerText.startsWith("Request body"));
        return [...body.querySelectorAll(".schema > .members > li > .line .name")]
            .map((one) => one.textContent);
        """
    )
    assert names == [
        "title",
        "status",
        "priority",
        "assignee",
        "parent",
        "labels",
        "estimate",
        "due",
        "source",
        "extra",
    ]


async def test_a_schema_that_holds_itself_opens_level_by_level(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs#schema/Task")
    await page.wait(HEADING)
    depth = await page.run(
        """
        let place = document.querySelector("main .members");
        let depth = 0;
        for (; depth < 12 && place; depth++) {
            const inside = [...place.children]
                .find((one) => one.querySelector(".name").textContent === "parent")
                .querySelector("details.inside");
            inside.open = true;
            await new Promise((done) => setTimeout(done, 20));
            place = inside.querySelector(".members");
        }
        return depth;
        """
    )
    assert depth == 12


async def test_what_is_deprecated_is_struck_through(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs")
    await page.wait(HEADING)
    struck = await page.run(
        """
        return [...document.querySelectorAll("nav .title")]
            .filter((one) => getComputedStyle(one).textDecorationLine === "line-through")
            .map((one) => one.textContent);
        """
    )
    assert struck == ["Assign a task"]


async def test_one_version_can_be_looked_at_alone(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs")
    await page.wait(HEADING)
    shown = await page.run(
        """
        const choice = document.querySelector("nav select");
        choice.value = "v2";
        choice.dispatchEvent(new Event("change"));
        return [...document.querySelectorAll("nav li:not([hidden]) .title")]
            .map((one) => one.textContent);
        """
    )
    assert "List projects" in shown
    assert "List tasks" not in shown


async def test_a_slash_searches_and_enter_opens_what_is_found(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve()}/docs")
    await page.wait(HEADING)
    await page.press("/", *"patch members")
    found = "[...document.querySelectorAll('nav li:not([hidden])')].map((one) => one.innerText)"
    assert len(await page.wait(found)) == 1
    await page.press(ENTER)
    assert await page.wait(f"location.hash && {HEADING}") == "Change members of a task"
    await page.press("/", ESCAPE)
    assert len(await page.wait(found)) > 5


async def test_three_hundred_operations_are_as_light_as_ten(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve(with_operations(300))}/docs#operation/readThing42")
    await page.wait(HEADING)
    # Only what is looked at is laid out, beside one entry per operation.
    assert await page.run("return document.querySelectorAll('main *').length") < 500
    assert await page.run("return document.querySelectorAll('nav li').length") > 300
    await page.press("/", *"thing 299")
    assert await page.wait("document.querySelectorAll('nav li:not([hidden])').length === 1")


@pytest.mark.parametrize("dark", [False, True])
async def test_a_phone_shows_it_without_scrolling_sideways(
    page: Page, serve: Serve, dark: bool
) -> None:
    where = await serve()
    await page.resize(390, 844, dark=dark)
    for address in ADDRESSES:
        await page.open(f"{where}/docs{address}")
        await page.wait(HEADING)
        await page.run(OPEN_ALL)
        width = await page.run("return document.documentElement.scrollWidth")
        assert (address, width) == (address, 390)


async def test_on_a_phone_the_menu_covers_the_page_until_a_choice_is_made(
    page: Page, serve: Serve
) -> None:
    await page.resize(390, 844)
    await page.open(f"{await serve()}/docs")
    await page.wait(HEADING)
    assert await page.run("return document.querySelector('nav').checkVisibility()") is False
    await page.click("#menu")
    assert await page.run("return document.querySelector('#menu').ariaExpanded") == "true"
    await page.click("nav a[href='#operation/readTask']")
    assert await page.wait("!document.querySelector('nav').checkVisibility()")


CONTRASTS = """
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const channels = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (rgb) => {
        const [r, g, b] = rgb.slice(0, 3).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const colour = channels(getComputedStyle(node).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return channels(getComputedStyle(document.documentElement).backgroundColor);
    };
    const poor = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const node = text.parentElement;
        if (!text.data.trim() || !node.checkVisibility()) continue;
        const sides = [channels(getComputedStyle(node).color), ground(node)].map(luminance);
        const ratio = (Math.max(...sides) + 0.05) / (Math.min(...sides) + 0.05);
        if (ratio < 4.5) poor.add(`${ratio} ${node.tagName}.${node.className}: ${text.data}`);
    }
    return [...poor];
"""


@pytest.mark.parametrize("dark", [False, True])
async def test_every_text_stands_out_from_its_ground(page: Page, serve: Serve, dark: bool) -> None:
    where = await serve()
    await page.resize(1280, 900, dark=dark)
    for address in ADDRESSES:
        await page.open(f"{where}/docs{address}")
        await page.wait(HEADING)
        await page.run(OPEN_ALL)
        assert await page.run(CONTRASTS) == []


async def test_every_control_has_a_name_and_no_identifier_is_given_twice(
    page: Page, serve: Serve
) -> None:
    where = await serve()
    for address in ADDRESSES:
        await page.open(f"{where}/docs{address}")
        await page.wait(HEADING)
        await page.run(OPEN_ALL)
        nameless, twice = await page.run(
            """
            const controls = [...document.querySelectorAll("input, select, textarea, button, a")];
            // What a control holds is its name for buttons and links alone.
            const named = (one) => one.getAttribute("aria-label")
                || one.matches("a, button") && one.textContent.trim()
                || [...(one.labels ?? [])].some((label) => label.textContent.trim());
            const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
            return [
                controls.filter((one) => !named(one)).map((one) => one.outerHTML),
                ids.filter((id, at) => ids.indexOf(id) !== at),
            ];
            """
        )
        assert (address, nameless, twice) == (address, [], [])


async def test_a_document_for_those_with_a_token_asks_for_it(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve(token='open-sesame')}/docs")
    await page.wait("document.querySelector('#document-token')")
    await page.click("#document-token")
    await page.press(*"open-sesame", ENTER)
    assert (await page.wait(HEADING)).startswith("Task tracker")


async def test_a_document_that_is_none_is_told(page: Page, serve: Serve) -> None:
    await page.open(f"{await serve({'swagger': '2.0'})}/docs")
    alert = "document.querySelector('main [role=alert]')?.innerText"
    assert "is not an OpenAPI 3.1 document" in await page.wait(alert)


async def test_one_broken_part_leaves_the_rest(page: Page, serve: Serve) -> None:
    broken = {"operationId": "broken", "parameters": [{"name": 7, "in": "query"}]}
    document = DOCUMENT | {"paths": DOCUMENT["paths"] | {"/broken": {"get": broken}}}
    await page.open(f"{await serve(document)}/docs#operation/broken")
    alert = "document.querySelector('main [role=alert]')?.innerText"
    assert "cannot be shown" in await page.wait(alert)
    await page.run("location.hash = '#operation/readTask'")
    assert await page.wait(HEADING) == "Read a task"
