"""`docs/rules.md` says what is so: its code is run from top to bottom."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tests import client
from tests.integration.guide_page import GuidePage
from tests.integration.running import ROOT
from tests.postgres import Migrate

import drystone
from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.security.rules import RowRules
from drystone.settings import Settings

PAGE = ROOT / "docs/rules.md"


@pytest.fixture
def migrate() -> Migrate:
    async def platform(url: str) -> None:
        await up(partial(connect_direct, url), None)

    return platform


async def test_the_rules_page_is_run_from_top_to_bottom(database_url: str) -> None:
    names: dict[str, Any] = {name: getattr(drystone, name) for name in drystone.__all__}
    names |= {"UUID": UUID, "settings": Settings(database_url=database_url)}
    page = GuidePage(PAGE, names)

    async def ask(method: str, path: str, body: object = None, *, caller: str | None = None) -> Any:
        """Return what is answered; a problem is printed."""
        headers = {} if caller is None else {"X-Drystone-Caller": caller}
        target = f"/api/v1{path}"
        answer = await client.request(app, method, target, json=body, headers=headers)
        if answer.status >= 400:
            print(answer.status, answer.json()["code"])
        return answer.json()

    vars(page._module)["ask"] = ask
    blocks = iter(page.blocks)
    await page.run(next(blocks))
    app = vars(page._module)["app"]
    connection = await asyncpg.connect(database_url)
    for statement in create_statements(page.models):
        await connection.execute(statement)
    await connection.close()
    # Declared on the page behind what is asked; an application takes no routes once it runs.
    rest = list(blocks)
    handlers = next(one for one in rest if "async def shout" in one.text)
    await page.run(handlers)
    async with client.started(app):
        for block in rest:
            if block is not handlers:
                await page.run(block)
        eve = {"X-Drystone-Caller": vars(page._module)["EVE"]}
        listed = (await client.get(app, "/api/v1/tasks", headers=eve)).json()["data"]
        path = f"/api/v1/tasks/{listed[0]['id']}/shout"
        assert (await client.request(app, "POST", path, headers=eve)).status == 200
        titles = await client.get(app, "/api/v1/tasks/titles", headers=eve)
        assert titles.json() == ["Plan the Website", "PLAN THE SECRET"]


def test_every_act_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")
    table = text[text.index("| act |") : text.index("All but `create`")]
    named = set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    assert named == set(RowRules.__dataclass_fields__) | {"write"}


def test_pages_that_are_named_exist() -> None:
    links: list[str] = re.findall(r"\]\(([^)#:]+)", PAGE.read_text("utf-8"))
    assert [one for one in links if not (ROOT / "docs" / one).exists()] == []
