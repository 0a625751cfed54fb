"""Which application is meant, and what is said where none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from drystone.cli.failure import Misuse
from drystone.cli.target import find_target


@pytest.fixture
def pyproject(tmp_path: Path) -> Path:
    return tmp_path / "pyproject.toml"


def test_the_argument_wins_over_the_settings_and_those_over_the_file(pyproject: Path) -> None:
    pyproject.write_text('[tool.drystone]\napp = "file:app"\n')
    assert find_target("a:b", "c:d", pyproject=pyproject) == "a:b"
    assert find_target(None, "c:d", pyproject=pyproject) == "c:d"
    assert find_target(None, None, pyproject=pyproject) == "file:app"


@pytest.mark.parametrize("content", [None, "", "[tool.other]\n", "[tool]\ndrystone = 1\n"])
def test_nothing_named_says_the_three_places(pyproject: Path, content: str | None) -> None:
    if content is not None:
        pyproject.write_text(content)
    with pytest.raises(Misuse) as caught:
        find_target(None, None, pyproject=pyproject)
    assert "DRYSTONE_APP" in caught.value.message
    assert "[tool.drystone]" in caught.value.message


@pytest.mark.parametrize(
    ("argument", "mend"),
    [
        ("shop/app.py", "shop/app.py: names a file; write shop.app:app"),
        ("./shop/app.py:api", "./shop/app.py:api: names a file; write shop.app:api"),
        ("shop.app", "shop.app: names no attribute; write shop.app:app"),
        ("shop app:app", "shop app:app: does not name an application"),
    ],
)
def test_what_is_no_target_is_refused_with_what_was_probably_meant(
    argument: str, mend: str
) -> None:
    with pytest.raises(Misuse) as caught:
        find_target(argument, None)
    assert caught.value.message.startswith(mend)


def test_a_target_in_the_file_that_is_none_names_the_file(pyproject: Path) -> None:
    pyproject.write_text('[tool.drystone]\napp = "shop.app"\n')
    with pytest.raises(Misuse, match=r"pyproject.toml: app = 'shop.app': names no attribute"):
        find_target(None, None, pyproject=pyproject)


def test_a_file_that_is_not_toml_is_one_line(pyproject: Path) -> None:
    pyproject.write_text("[tool")
    with pytest.raises(Misuse) as caught:
        find_target(None, None, pyproject=pyproject)
    assert caught.value.message.startswith(f"{pyproject}: cannot be read: ")
