"""What `drystone` offers: exactly `__all__`, each name from its home, loaded when asked for."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import pytest

import drystone
from drystone.app import App
from drystone.http.response import Response


@pytest.mark.parametrize("name", drystone.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(drystone, name) is not None
    assert name in dir(drystone)


def test_all_is_the_whole_public_surface() -> None:
    assert sorted(drystone._HOMES) == sorted(drystone.__all__)
    assert len(set(drystone.__all__)) == len(drystone.__all__)


def test_a_name_is_the_one_of_its_home() -> None:
    assert drystone.App is App
    assert drystone.Response is Response


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'drystone' has no attribute 'Nothing'"):
        drystone.Nothing  # noqa: B018  (wrong on purpose)


def test_importing_the_package_loads_nothing_else() -> None:
    code = (
        "import sys, drystone\n"
        "loaded = [name for name in sys.modules if name.startswith('drystone.')]\n"
        "sys.exit(str(loaded) if loaded else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_type_checker_sees_the_same_names() -> None:
    tree = ast.parse(inspect.getsource(drystone))
    checked = {
        alias.name
        for block in ast.walk(tree)
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert checked == set(drystone.__all__)
