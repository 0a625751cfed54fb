"""Who is shown the description: nobody, everybody, or who has the token."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import client

from drystone import App
from drystone.settings import Settings, SettingsReader, Variables
from drystone.settings.reader import SettingsError

TOKEN = "0123456789abcdef"


def settings(**values: object) -> Settings:
    return Settings(allowed_hosts=("testserver",), **values)  # type: ignore[arg-type]  # as given


@pytest.mark.parametrize(
    ("given", "access"),
    [
        (settings(), "open"),
        (settings(docs="off"), "off"),
        (settings(environment="production"), "off"),
        (settings(environment="production", docs="open"), "open"),
        (settings(environment="production", docs="token", docs_token=TOKEN), "token"),
    ],
)
async def test_who_may_see_it(given: Settings, access: str) -> None:
    async with client.started(App(settings=given)) as app:
        answer = await client.get(app, "/openapi.json")
        page = await client.get(app, "/docs")
        problems = await client.get(app, "/problems/not_found")
    statuses = {"open": (200, 200), "off": (404, 404), "token": (401, 200)}
    assert (answer.status, page.status) == statuses[access]
    assert problems.status == 200


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (f"Bearer {TOKEN}", 200, None),
        (f"bearer {TOKEN}", 200, None),
        (None, 401, "unauthenticated"),
        ("Basic YTpi", 401, "unauthenticated"),
        ("Bearer", 401, "invalid_credentials"),
        (f"Bearer {TOKEN}x", 401, "invalid_credentials"),
    ],
)
async def test_the_token_opens_it(sent: str | None, status: int, code: str | None) -> None:
    given = settings(docs="token", docs_token=TOKEN)
    async with client.started(App(settings=given)) as app:
        headers = {} if sent is None else {"Authorization": sent}
        answer = await client.get(app, "/openapi.json", headers=headers)
    assert answer.status == status
    assert answer.json().get("code") == code
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "/api" not in answer.body.decode()


async def test_it_is_built_once_and_known_by_its_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App("Shop", version="2.0.0")
    async with client.started(app):
        first = await client.get(app, "/openapi.json")
        assert first.json()["info"]["title"] == "Shop"
        monkeypatch.setattr("drystone.openapi.encode.build_document", None)
        tag = first.headers["etag"]
        again = await client.get(app, "/openapi.json", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    assert first.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"DRYSTONE_DOCS": "token"}, "DRYSTONE_DOCS_TOKEN: is not set"),
        ({"DRYSTONE_DOCS": "secret"}, "DRYSTONE_DOCS"),
        ({"DRYSTONE_DOCS_TOKEN": "short"}, "DRYSTONE_DOCS_TOKEN"),
        ({"DRYSTONE_DOCS_TOKEN": "with blanks in the middle"}, "DRYSTONE_DOCS_TOKEN"),
    ],
)
def test_settings_that_cannot_be(variables: dict[str, str], fault: str) -> None:
    reader = SettingsReader(Variables.from_process(variables, env_file=Path("/none")))
    with pytest.raises(SettingsError, match=fault):  # noqa: PT012  (either may refuse)
        reader.read(Settings)
        reader.finish()
