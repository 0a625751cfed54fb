"""`docs/resources.md` says what is so: its code is run, its requests are sent."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from tests.integration.db.ddl.tables import connect
from tests.integration.exchange_page import ExchangePage
from tests.integration.running import ROOT

from drystone.db.ddl.statements import create_statements
from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.runner import up
from drystone.resources.options import ResourceOptions

GUIDE = ROOT / "docs/resources.md"


async def test_the_guide_is_followed_from_top_to_bottom(
    database_url: str, monkeypatch: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    page = ExchangePage(GUIDE, {})
    first, *others = page.blocks
    await page.run(first)
    await up(partial(connect_direct, database_url), None)
    connection = await connect(database_url)
    for statement in create_statements(page.models):
        await connection.execute(statement)
    await connection.close()
    try:
        for block in others:
            await page.run(block)
    finally:
        await page.close()
    requests = [one for one in page.blocks if one.kind == "http"]
    assert len(requests) % 2 == 0
    assert len(requests) > 40


def test_every_option_is_in_the_table() -> None:
    text = GUIDE.read_text("utf-8")
    table = text[text.index("| option | what it says |") :].partition("\n\n")[0]
    named = [
        name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert sorted(named) == sorted(ResourceOptions.__annotations__)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", GUIDE.read_text("utf-8")))
def test_links_lead_somewhere(link: str) -> None:
    page, _, place = link.partition("#")
    path = ROOT / "docs" / page if page else GUIDE
    assert path.exists(), link
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    places = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
    assert not place or place in places, link
