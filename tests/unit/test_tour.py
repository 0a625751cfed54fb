"""`docs/tour.md` and the decision records name only what is there."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
_PLACE = re.compile(r"`([\w/]+\.py): ([\w.]+)`")
_PATH = re.compile(r"`((?:[\w.]+/)+[\w.]*)`")
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def places() -> list[tuple[str, str]]:
    found = _PLACE.findall((ROOT / "docs/tour.md").read_text("utf-8"))
    assert len(found) > 40
    return sorted(set(found))


def locate(name: str) -> Path:
    inside = ROOT / "src/drystone" / name
    return inside if inside.exists() else ROOT / name


def declares(tree: ast.AST, names: list[str]) -> bool:
    """Tell whether a class or function of that qualified name is defined there."""
    for node in ast.iter_child_nodes(tree):
        kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if isinstance(node, kinds) and node.name == names[0]:
            return len(names) == 1 or declares(node, names[1:])
    return False


@pytest.mark.parametrize(("file", "name"), places())
def test_every_name_of_the_tour_is_in_its_file(file: str, name: str) -> None:
    tree = ast.parse(locate(file).read_text("utf-8"))
    assert declares(tree, name.split(".")), f"{file} has no {name}"


def test_every_path_of_the_tour_exists() -> None:
    for path in _PATH.findall((ROOT / "docs/tour.md").read_text("utf-8")):
        assert locate(path).exists(), path


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_link_of_the_documentation_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text("utf-8")):
        assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_page_is_in_the_list() -> None:
    page = ROOT / "docs/README.md"
    listed = set(_LINK.findall(page.read_text("utf-8")))
    there = {one.name for one in page.parent.glob("*.md")} - {page.name}
    assert there <= listed


def test_every_dependency_has_its_row() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["embedded"], *extras["reload"]]
    record = (ROOT / "docs/adr/0002-dependencies.md").read_text("utf-8")
    named = set(re.findall(r"^\| (\w[\w-]*)(?: \(extra\))? \|", record, re.MULTILINE)) - {"library"}
    assert named == {re.split(r"[><=\[]", one)[0] for one in wanted}
