"""`drystone erd`: what is written, where, and what is said when nothing can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drystone.cli.main import main

APP = """
from drystone import App, Field, Model, Ref

class Author(Model):
    name: Field[str]

class Book(Model):
    author: Ref[Author]

app = App("Library", models=[Book, Author])
partly = App("Library")
partly.models = (Book,)
bare = App("Nothing")
"""


@pytest.fixture(autouse=True)
def library(project: Path) -> None:
    (project / "library_erd.py").write_text(APP)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["erd", *arguments])


def test_mermaid_is_written_unless_said() -> None:
    result = run("library_erd:app")
    assert result.exit_code == 0
    assert result.stdout.startswith("erDiagram\n    authors ||--o{ books : author_id\n")


def test_svg_is_written_when_asked_for() -> None:
    result = run("library_erd:app", "--format", "svg")
    assert result.stdout.startswith("<svg ")
    assert result.stdout.endswith("</svg>\n")


def test_the_ending_of_a_file_says_what_to_write(tmp_path: Path) -> None:
    drawn, text = tmp_path / "diagram.svg", tmp_path / "diagram.mmd"
    assert run("library_erd:app", "--output", str(drawn)).stdout == ""
    run("library_erd:app", "--output", str(text))
    assert drawn.read_text().startswith("<svg ")
    assert text.read_text().startswith("erDiagram")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["library_erd:bare"], 2, "library_erd:bare has no models to draw"),
        (["library_erd:partly"], 1, "Book refers to Author by 'author', which is not among"),
        (["nowhere_erd:app"], 1, "nowhere_erd"),
        (["library_erd:app", "--output", "/nowhere/x.svg"], 1, "Cannot write /nowhere/x.svg"),
        (["library_erd:app", "--format", "png"], 2, "'png' is not one of"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(arguments: list[str], code: int, said: str) -> None:
    result = run(*arguments)
    assert said in result.stderr
    assert result.exit_code == code
