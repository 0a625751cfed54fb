"""Whom the server runs as, and where that account can go."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drystone.db.embedded.account import Account, choose_account
from drystone.db.embedded.errors import AccountUnusable, BinariesUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
STRANGER = Account(uid=4_242, gid=4_242, switched=True)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes owners")


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that a stranger can walk to, which pytest's own are not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize(
    ("mode", "reachable"), [(0o755, True), (0o705, True), (0o711, False), (0o700, False)]
)
def test_a_stranger_needs_the_bits_for_others_on_the_folder(
    open_path: Path, mode: int, reachable: bool
) -> None:
    folder = open_path / "folder"
    folder.mkdir()
    folder.chmod(mode)
    assert STRANGER.can_reach(folder) is reachable


def test_a_stranger_needs_to_pass_every_folder_above(open_path: Path) -> None:
    inner = open_path / "closed" / "inner"
    inner.mkdir(parents=True)
    assert STRANGER.can_reach(inner)
    inner.parent.chmod(0o700)
    assert not STRANGER.can_reach(inner)
    inner.parent.chmod(0o711)
    assert STRANGER.can_reach(inner)


@as_root
@pytest.mark.parametrize(
    ("uid", "gid", "mode", "reachable"),
    [
        (4_242, 0, 0o500, True),
        (4_242, 0, 0o077, False),  # the owner's bits count for the owner, others' do not
        (0, 4_242, 0o050, True),
        (0, 4_242, 0o705, False),
    ],
)
def test_owner_and_group_bits_come_before_the_others(
    open_path: Path, uid: int, gid: int, mode: int, reachable: bool
) -> None:
    folder = open_path / "folder"
    folder.mkdir()
    os.chown(folder, uid, gid)
    folder.chmod(mode)
    assert STRANGER.can_reach(folder) is reachable


def test_a_link_is_judged_by_where_it_leads(open_path: Path) -> None:
    closed = open_path / "closed"
    closed.mkdir(mode=0o700)
    (open_path / "link").symlink_to(closed)
    assert not STRANGER.can_reach(open_path / "link")


def test_of_ourselves_nothing_is_computed(tmp_path: Path) -> None:
    assert OURSELVES.can_reach(tmp_path / "not even there")


def test_an_ordinary_user_runs_the_server_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_242)
    monkeypatch.setattr(os, "getegid", lambda: 4_243)
    assert choose_account(tmp_path) == Account(uid=4_242, gid=4_243, switched=False)


@as_root
def test_root_hands_its_own_folders_to_nobody(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    chosen = choose_account(tmp_path / "not" / "yet" / "there")
    assert chosen == Account(uid=nobody.pw_uid, gid=nobody.pw_gid, switched=True)
    assert chosen.name == "nobody"


@as_root
def test_root_hands_a_users_folders_to_that_user(tmp_path: Path) -> None:
    user = pwd.getpwnam("daemon")
    os.chown(tmp_path, user.pw_uid, user.pw_gid)
    assert choose_account(tmp_path / ".drystone" / "postgres").uid == user.pw_uid


@as_root
def test_an_owner_without_a_name_is_replaced_by_nobody(tmp_path: Path) -> None:
    os.chown(tmp_path, 4_242, 4_242)
    assert choose_account(tmp_path / ".drystone").name == "nobody"


@as_root
def test_root_without_a_nobody_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", unknown)
    with pytest.raises(AccountUnusable, match="set DATABASE_URL"):
        choose_account(tmp_path)


async def test_a_command_runs_with_a_bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("DRYSTONE_SECRET_KEY", "secret")
    status, text = await OURSELVES.run(["/usr/bin/env"])
    names = {line.partition("=")[0] for line in text.splitlines()}
    assert status == 0
    assert "LC_ALL=C" in text
    assert names <= {"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LC_ALL"}


async def test_a_command_says_how_it_ended_and_what_it_said() -> None:
    status, text = await OURSELVES.run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (status, text) == (3, "out\nerr\n")


@as_root
async def test_a_command_of_another_account_has_no_groups_of_ours() -> None:
    nobody = pwd.getpwnam("nobody")
    account = Account(uid=nobody.pw_uid, gid=nobody.pw_gid, switched=True)
    _, text = await account.run(["/bin/sh", "-c", "id -u; id -G; umask; pwd"])
    assert text.split() == [str(nobody.pw_uid), str(nobody.pw_gid), "0077", "/"]


async def test_a_command_that_is_no_program_is_named(tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.write_bytes(b"\x7fELF of another machine")
    program.chmod(0o755)
    with pytest.raises(BinariesUnusable, match=f"{program} cannot be run"):
        await OURSELVES.run([str(program)])
