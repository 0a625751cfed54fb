"""Files and folders: names, numbers, bytes, checksums."""

from __future__ import annotations

from pathlib import Path

import pytest

from drystone.db.migrations.errors import FileError
from drystone.db.migrations.files import MAX_FILE_BYTES, parse_file, read_file, read_folder
from drystone.db.migrations.runner import PLATFORM_FOLDER, read_files

GOOD = b"-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"
PATH = Path("migrations/0007_add_due_at.sql")


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(GOOD)


def faults(folder: Path) -> tuple[str, ...]:
    with pytest.raises(FileError) as caught:
        read_folder(folder)
    return caught.value.faults


def test_a_folder_is_read_in_order_of_numbers(tmp_path: Path) -> None:
    write(tmp_path, "0002_b.sql", "0001_a.sql", "0003_c_2.sql")
    (tmp_path / "README.md").write_text("not SQL")
    (tmp_path / ".#0002_b.sql").write_text("an editor's")
    files = read_folder(tmp_path)
    assert [(file.number, file.name, file.label) for file in files] == [
        (1, "a", "0001_a"),
        (2, "b", "0002_b"),
        (3, "c_2", "0003_c_2"),
    ]
    assert all(file.source == "app" and file.down is not None for file in files)


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert read_folder(tmp_path) == ()


def test_numbers_go_on_after_four_digits(tmp_path: Path) -> None:
    write(tmp_path, *(f"{number:04d}_a.sql" for number in (1, 3, 10_000)))
    missing = faults(tmp_path)
    assert len(missing) == 2
    assert "0003_a.sql: 0002 is missing before it" in missing[0]
    assert "10000_a.sql: 0004 and more is missing before it" in missing[1]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["0001_a.sql", "0001_b.sql"], "0001_b.sql: has the number of 0001_a.sql"),
        (["0002_a.sql"], "0001 is missing before it"),
        (["0000_a.sql"], "numbers begin at 0001"),
        (["0001_a.sql", "00002_b.sql"], "00002_b.sql: is not numbered as expected"),
        (["1_a.sql"], "1_a.sql: is not named like a migration"),
        (["0001_A.sql"], "is not named like a migration"),
        (["0001_a.SQL"], "is not named like a migration"),
        (["0001_a-b.sql"], "is not named like a migration"),
        (["0001.sql"], "is not named like a migration"),
        (["notes.sql"], "is not named like a migration"),
    ],
)
def test_a_folder_out_of_order_is_an_error(tmp_path: Path, names: list[str], said: str) -> None:
    write(tmp_path, *names)
    assert any(said in fault for fault in faults(tmp_path))


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "none")
    assert "none: cannot be read (No such file or directory); make the folder" in fault


def test_a_folder_named_like_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").mkdir()
    assert "0001_a.sql: cannot be read" in faults(tmp_path)[0]


def test_the_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1;")
    (tmp_path / "0002_b.sql").write_text("-- migrate:up\nCOMMIT;")
    first, second = faults(tmp_path)
    assert "0001_a.sql:1: SQL stands before" in first
    assert "0002_b.sql:2: COMMIT: the file runs in one transaction already" in second


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf" + GOOD, ":1: begins with a byte order mark"),
        (b"-- migrate:up\n\nSELECT '\xff';", ":3: is not UTF-8"),
        (b"-- migrate:up\nSELECT '\0';", ":2: holds a NUL"),
        (GOOD + b"-" * MAX_FILE_BYTES, ": is over 1024 KiB"),
        (b"-- migrate:up\nSELECT 'a;", ":2: the quoted string"),
    ],
)
def test_bytes_that_are_no_migration_name_file_and_line(content: bytes, said: str) -> None:
    with pytest.raises(FileError) as caught:
        parse_file(PATH, content)
    assert str(caught.value).startswith(f"{PATH}{said}")


def test_line_ends_do_not_change_the_checksum_and_everything_else_does() -> None:
    one = parse_file(PATH, GOOD)
    assert parse_file(PATH, GOOD.replace(b"\n", b"\r\n")).checksum == one.checksum
    assert parse_file(PATH, GOOD.replace(b"\n", b"\r")).checksum == one.checksum
    assert parse_file(PATH, GOOD + b" ").checksum != one.checksum
    assert len(one.checksum) == 64
    assert parse_file(PATH, GOOD.replace(b"\n", b"\r\n")).up == one.up


def test_only_a_name_of_a_migration_is_parsed() -> None:
    with pytest.raises(ValueError, match="not named like a migration"):
        parse_file(Path("notes.sql"), GOOD)
    with pytest.raises(FileError, match="not named like a migration"):
        read_file(Path("notes.sql"))


def test_the_platforms_own_are_read_by_the_same_means_and_come_first(tmp_path: Path) -> None:
    write(tmp_path, "0001_a.sql")
    *platform, own = read_files(tmp_path)
    assert own.label == "0001_a"
    assert platform[0].label == "drystone/0001_base"
    assert all(file.path.parent == PLATFORM_FOLDER for file in platform)
    assert read_files(None) == tuple(platform)
