"""Every code is explained, and every explanation is of a code; the guide lists the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests import client
from tests.described import Judge

from drystone import App
from drystone.errors import VIOLATION_CODES, every_problem
from drystone.openapi.problems.codes import problems_by_code
from drystone.openapi.problems.explanations import PROBLEMS, VIOLATIONS
from drystone.openapi.problems.page import CONTENT_SECURITY_POLICY, example_of_problem

GUIDE = Path(__file__).parents[4] / "docs" / "problems.md"
CODES = {problem.code for problem in every_problem()}


def test_every_code_is_explained_and_no_other() -> None:
    assert set(PROBLEMS) == CODES == set(problems_by_code())
    assert set(VIOLATIONS) == VIOLATION_CODES


def test_the_guide_lists_the_same_codes() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert {code: int(status) for status, code in rows} == {
        code: problem.status for code, problem in problems_by_code().items()
    }
    faults = re.findall(r"^\| `(\w+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert set(faults) == VIOLATION_CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_explanation_says_what_happened_and_what_to_do(code: str) -> None:
    told = PROBLEMS[code]
    for text in (told.happened, told.mend):
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")
    if told.fault is not None:
        assert told.fault[0] in VIOLATION_CODES
    example = example_of_problem(problems_by_code()[code])
    assert example["type"] == f"/problems/{code}"


@pytest.mark.parametrize("code", sorted(CODES))
async def test_each_code_has_a_page(code: str) -> None:
    async with client.started(App()) as app:
        answer = await client.get(app, f"/problems/{code}", headers={"Accept": "text/html"})
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["vary"].startswith("Accept")
        assert f"<code>{code}</code>" in answer.body.decode()
        plain = await client.get(app, f"/problems/{code}", headers={"Accept": "application/json"})
        assert plain.json()["code"] == code
        assert plain.json()["mend"] == PROBLEMS[code].mend


async def test_another_code_has_none() -> None:
    async with client.started(App()) as app:
        assert (await client.get(app, "/problems/nonsense")).status == 404


async def test_the_index_leads_to_all_of_them() -> None:
    async with client.started(App()) as app:
        page = (await client.get(app, "/problems")).body.decode()
        assert set(re.findall(r'href="problems/(\w+)"', page)) == CODES
        listed = await client.get(app, "/problems", headers={"Accept": "application/json"})
        assert {one["code"] for one in listed.json()["problems"]} == CODES
        assert listed.json()["errors"] == VIOLATIONS
        document = (await client.get(app, "/openapi.json")).json()
    assert Judge(document).faults("GET", "/problems", 200, listed.headers, listed.json()) == []


async def test_a_page_runs_nothing_and_its_style_is_allowed_by_its_hash() -> None:
    async with client.started(App()) as app:
        answer = await client.get(app, "/problems/validation_failed")
    policy = answer.headers["content-security-policy"]
    assert policy == CONTENT_SECURITY_POLICY
    assert "script" not in policy
    assert "unsafe" not in policy
    page = answer.body.decode()
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme:dark" in page
