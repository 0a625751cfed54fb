"""What is learnt of an application without importing it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drystone.cli.declared import Declared, read_declared

MODEL = '''
from drystone import App, Field, Model


class Book(Model):
    """A book."""

    title: Field[str]

'''


def learn(directory: Path, text: str, *, timeout_seconds: float = 60.0) -> Declared:
    (directory / "shop.py").write_text(text)
    declared = read_declared("shop:app", timeout_seconds=timeout_seconds)
    assert "shop" not in sys.modules
    return declared


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("from drystone import App\napp = App()\n", Declared()),
        (f"{MODEL}app = App(models=[Book])\n", Declared(has_database=True)),
        (
            f"{MODEL}app = App(models=[Book], migrations='changes')\n",
            Declared(has_database=True, migrations=Path("changes")),
        ),
        (
            "from drystone import App\napp = App(migrations='changes')\n",
            Declared(has_database=True, migrations=Path("changes")),
        ),
    ],
)
def test_models_and_folder_are_learnt(project: Path, text: str, declared: Declared) -> None:
    assert learn(project, text) == declared


@pytest.mark.parametrize(
    "text", ["1 / 0\n", "import nowhere\n", "other = 1\n", "raise SystemExit(0)\n"]
)
def test_of_what_cannot_be_imported_nothing_is_known_nor_said(
    project: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert learn(project, text) == Declared()
    assert capfd.readouterr() == ("", "")


def test_what_it_prints_and_its_threads_are_in_nobody_s_way(project: Path) -> None:
    text = (
        "import threading, time\nprint('{}')\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        f"{MODEL}app = App(models=[Book])\n"
    )
    assert learn(project, text).has_database


def test_an_import_without_end_is_given_up(project: Path) -> None:
    text = "import time\ntime.sleep(600)\n"
    assert learn(project, text, timeout_seconds=0.2) == Declared()
