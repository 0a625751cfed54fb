"""New files are there whole or not at all, and never in the place of another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drystone.db.changes.draft import MigrationDraft
from drystone.db.migrations.errors import FileError
from drystone.db.migrations.files import parse_file, read_folder
from drystone.db.migrations.making.errors import NotMade
from drystone.db.migrations.making.folder import (
    EMPTY,
    NewFile,
    number_drafts,
    read_present,
    write_files,
)

TEXT = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"


def drafts(*names: str) -> list[MigrationDraft]:
    return [
        MigrationDraft(name=name, is_transactional=True, up="SELECT 1;", down="SELECT 2;")
        for name in names
    ]


def test_numbers_come_after_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text(TEXT)
    (tmp_path / "0002_b.sql").write_text(TEXT)
    files = number_drafts(tmp_path, read_present(tmp_path), drafts("c", "c_concurrently"))
    assert [file.path.name for file in files] == ["0003_c.sql", "0004_c_concurrently.sql"]
    write_files(tmp_path, files)
    assert [file.number for file in read_folder(tmp_path)] == [1, 2, 3, 4]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_missing_folder_is_empty_and_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "db/migrations"
    files = number_drafts(folder, read_present(folder), drafts("a"))
    write_files(folder, files)
    assert (folder / "0001_a.sql").read_text() == files[0].text


def test_what_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    files = number_drafts(folder, (), drafts("a", "b"))
    link = os.link
    seen: list[list[str]] = []

    def break_at_the_second(source: Path, target: Path) -> None:
        # Nobody sees a file before it is whole.
        seen.append([path.name for path in folder.glob("*.sql")])
        if target.name == "0002_b.sql":
            raise OSError(28, "No space left on device")
        link(source, target)

    monkeypatch.setattr(os, "link", break_at_the_second)
    with pytest.raises(NotMade, match=r"No space left on device\); nothing was written"):
        write_files(folder, files)
    assert seen == [[], ["0001_a.sql"]]
    assert not folder.exists()
    folder.mkdir()
    (folder / "README").write_text("mine")
    with pytest.raises(NotMade):
        write_files(folder, files)
    assert [path.name for path in folder.iterdir()] == ["README"]


def test_a_number_that_was_taken_meanwhile_is_left_alone(tmp_path: Path) -> None:
    files = number_drafts(tmp_path, (), drafts("a", "b"))
    (tmp_path / "0002_other.sql").write_text("mine")
    with pytest.raises(NotMade, match=r"0002_other\.sql was written meanwhile"):
        write_files(tmp_path, files)
    assert [path.name for path in tmp_path.iterdir()] == ["0002_other.sql"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.write_text("")
    with pytest.raises(NotMade, match="cannot be written"):
        write_files(folder, number_drafts(folder, (), drafts("a")))


def test_an_empty_one_is_a_migration_once_it_has_statements(tmp_path: Path) -> None:
    path = tmp_path / "0001_a.sql"
    with pytest.raises(FileError, match="there is no statement to apply"):
        parse_file(path, EMPTY.encode())
    filled = EMPTY.replace("-- migrate:up\n", "-- migrate:up\nSELECT 1;\n")
    assert len(parse_file(path, filled.encode()).up.statements) == 1


def test_what_cannot_be_read_is_not_written(tmp_path: Path) -> None:
    broken = NewFile(tmp_path / "0001_a.sql", TEXT.replace("SELECT 1", "SELECT '"))
    with pytest.raises(NotMade, match="look at --backfill"):
        broken.parse()
