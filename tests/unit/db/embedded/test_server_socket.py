"""Where the server's socket goes when its directory's name is too long."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from drystone.db.embedded.account import Account
from drystone.db.embedded.server_socket import fits, make_short_directory, remove_short_directory

OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
LIMIT = (107 if sys.platform == "linux" else 103) - len("/.s.PGSQL.65535")


def test_the_limit_is_the_systems(tmp_path_factory: pytest.TempPathFactory) -> None:
    # The system itself is asked: one byte more than the limit must not bind.
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(OSError, match="too long"):
        probe.bind("/" + "x" * (LIMIT + len("/.s.PGSQL.65535")))
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(FileNotFoundError):
        probe.bind("/x/" + "x" * (LIMIT + len("/.s.PGSQL.65535") - 3))


@pytest.mark.parametrize(("length", "fit"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_a_path_fits_up_to_the_limit(length: int, fit: bool) -> None:
    assert fits(Path("/" + "x" * (length - 1))) is fit


@pytest.mark.parametrize("name", ["a,b", "a b", "ä", 'a"b', "a\nb", "a%2Fb", "a'b"])
def test_a_name_that_is_read_in_two_ways_does_not_fit(name: str) -> None:
    assert not fits(Path("/srv") / name)


def test_a_short_directory_is_private_and_fits() -> None:
    path = make_short_directory(OURSELVES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert fits(path)
    (path / ".s.PGSQL.5432").touch()
    (path / ".s.PGSQL.5432.lock").touch()
    remove_short_directory(str(path), 5432)
    assert not path.exists()


def test_a_short_directory_with_anything_else_in_it_is_kept() -> None:
    path = make_short_directory(OURSELVES)
    (path / "precious").touch()
    remove_short_directory(str(path), 5432)
    assert (path / "precious").exists()
    (path / "precious").unlink()
    path.rmdir()


def test_nothing_but_a_short_directory_is_removed(tmp_path: Path) -> None:
    for name in ("drystone-x", "other"):
        (tmp_path / name).mkdir()
        remove_short_directory(str(tmp_path / name), 5432)
        assert (tmp_path / name).is_dir()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    path = make_short_directory(OURSELVES)
    path.rmdir()
    (tmp_path / ".s.PGSQL.5432").touch()
    path.symlink_to(tmp_path)
    remove_short_directory(str(path), 5432)
    assert (tmp_path / ".s.PGSQL.5432").exists()
    path.unlink()
