"""Where the password comes from, and which files are not trusted with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drystone.db.connection.password_source import read_password_source
from drystone.db.dsn.dsn import DSN, Host

HOST = Host("db")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pass"
    path.write_text("db:5432:app:ann:secret\n")
    path.chmod(0o600)
    return path


def dsn(path: Path, *, password: str | None = None) -> DSN:
    return DSN(hosts=(HOST,), password=password, password_file=str(path))


def test_the_file_is_asked(file: Path) -> None:
    source = read_password_source(dsn(file))
    assert source.find(HOST, database="app", user="ann") == "secret"
    assert source.find(HOST, database="app", user="bob") == ""
    assert "secret" not in repr(source)


def test_a_password_that_is_given_comes_first(file: Path) -> None:
    source = read_password_source(dsn(file, password="given"))
    assert source.find(HOST, database="app", user="ann") == "given"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_not_used(file: Path, mode: int) -> None:
    file.chmod(mode)
    source = read_password_source(dsn(file))
    assert source.find(HOST, database="app", user="ann") == ""
    assert source.trouble == f"{file} was not used, others may read it: chmod 600"


def test_what_is_no_file_or_no_text_is_said(tmp_path: Path, file: Path) -> None:
    assert "not a plain file" in read_password_source(dsn(tmp_path)).trouble
    file.write_bytes(b"\xff")
    assert "cannot be read" in read_password_source(dsn(file)).trouble


def test_no_file_is_no_trouble(tmp_path: Path) -> None:
    source = read_password_source(dsn(tmp_path / "none"))
    assert (source.trouble, source.find(HOST, database="app", user="ann")) == ("", "")
    assert read_password_source(DSN(hosts=(HOST,))).trouble == ""
