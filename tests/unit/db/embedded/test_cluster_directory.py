"""The cluster's folder: who gets in, what it accepts, who holds which lock."""

from __future__ import annotations

import asyncio
import os
import pwd
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from drystone.db.embedded import cluster_directory as subject
from drystone.db.embedded.account import Account, choose_account
from drystone.db.embedded.cluster_directory import ClusterDirectory
from drystone.db.embedded.errors import DirectoryUnusable, DiskFull, NotACluster, StartTimeout
from drystone.db.embedded.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes owners")
HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(descriptor, fcntl.LOCK_SH if sys.argv[2] == "shared" else fcntl.LOCK_EX)
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".drystone" / "postgres"


@pytest.fixture
def home(path: Path) -> Iterator[ClusterDirectory]:
    home = ClusterDirectory(path, choose_account(path))
    yield home
    home.close()


def held_elsewhere(file: Path, kind: str) -> subprocess.Popen[bytes]:
    """Return a process that holds the lock until it ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file), kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_the_folder_is_private_and_the_accounts_own(home: ClusterDirectory, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert path.stat().st_uid == home.account.uid


def test_a_folder_that_was_open_is_closed(path: Path) -> None:
    ClusterDirectory(path, choose_account(path)).close()
    path.chmod(0o755)
    ClusterDirectory(path, choose_account(path)).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_folders_above_are_left_as_they_were(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    before = tmp_path.stat()
    ClusterDirectory(tmp_path / "postgres", choose_account(tmp_path)).close()
    assert (tmp_path.stat().st_mode, tmp_path.stat().st_uid) == (before.st_mode, before.st_uid)


@as_root
def test_folders_made_out_of_the_accounts_reach_stay_closed(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    path = tmp_path / "closed" / ".drystone" / "postgres"
    ClusterDirectory(path, choose_account(path)).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.parent.stat().st_uid == 0


@as_root
def test_a_users_folders_made_by_root_are_the_users(tmp_path: Path) -> None:
    user = pwd.getpwnam("daemon")
    os.chown(tmp_path, user.pw_uid, user.pw_gid)
    path = tmp_path / ".drystone" / "postgres"
    ClusterDirectory(path, choose_account(path)).close()
    assert {path.stat().st_uid, path.parent.stat().st_uid} == {user.pw_uid}


def test_files_of_somebody_else_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    mode = tmp_path.stat().st_mode
    with pytest.raises(NotACluster, match=r"thesis\.tex.*choose an empty directory"):
        ClusterDirectory(tmp_path, choose_account(tmp_path))
    assert tmp_path.stat().st_mode == mode
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@as_root
def test_a_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 4_242, 4_242)
    with pytest.raises(DirectoryUnusable, match="belongs to user 4242"):
        ClusterDirectory(tmp_path, Account(uid=os.geteuid(), gid=0, switched=False))


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DirectoryUnusable, match="choose a directory that you may write to"):
        ClusterDirectory(tmp_path / "file" / "postgres", choose_account(tmp_path))


def test_a_full_disk_is_told_apart(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: ClusterDirectory) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ClusterDirectory, "_make", full)
    with pytest.raises(DiskFull, match="free some space"):
        ClusterDirectory(path, choose_account(path))


def test_closing_twice_is_harmless(home: ClusterDirectory) -> None:
    home.close()
    home.close()


# Files


def test_a_file_is_private_and_the_accounts_own(home: ClusterDirectory, path: Path) -> None:
    os.close(home.open_file("password", os.O_WRONLY | os.O_CREAT))
    status = (path / "password").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, home.account.uid)


def test_a_link_is_never_followed(home: ClusterDirectory, path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of root")
    (path / "password").symlink_to(secret)
    with pytest.raises(OSError, match="symbolic link"):
        home.read_file("password")
    with pytest.raises(OSError, match="symbolic link"):
        home.open_file("password", os.O_WRONLY | os.O_CREAT)


def test_a_missing_file_reads_as_none(home: ClusterDirectory) -> None:
    assert home.read_file("data/PG_VERSION") is None


def test_a_file_is_read_from_a_place_on(home: ClusterDirectory, path: Path) -> None:
    (path / "server.log").write_text("old\nnew\n")
    assert home.read_file("server.log", from_byte=4) == "new\n"


def test_the_log_is_appended_to(home: ClusterDirectory, path: Path) -> None:
    for number, start in ((1, 0), (2, 2)):
        descriptor, length = home.open_log()
        assert length == start
        os.write(descriptor, f"{number}\n".encode())
        os.close(descriptor)
    assert (path / "server.log").read_text() == "1\n2\n"


def test_a_long_log_is_put_aside(
    home: ClusterDirectory, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "_MAX_LOG_BYTES", 3)
    (path / "server.log").write_text("long")
    descriptor, length = home.open_log()
    os.close(descriptor)
    assert length == 0
    assert (path / "server.log").read_text() == ""
    assert (path / "server.log.1").read_text() == "long"


def test_a_tree_is_removed_and_its_absence_is_fine(home: ClusterDirectory, path: Path) -> None:
    (path / "data.new" / "base").mkdir(parents=True)
    home.remove_tree("data.new")
    home.remove_tree("data.new")
    assert not (path / "data.new").exists()


# Locks


async def test_a_start_waits_for_the_one_before(home: ClusterDirectory, path: Path) -> None:
    other = held_elsewhere(path / "lock", "alone")
    waiting = asyncio.create_task(_enter(home))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    end(other)
    await waiting


async def _enter(home: ClusterDirectory) -> None:
    async with home.exclusive(10):
        pass


async def test_a_start_does_not_wait_for_ever(home: ClusterDirectory, path: Path) -> None:
    other = held_elsewhere(path / "lock", "alone")
    with pytest.raises(StartTimeout, match=r"for 0\.01 s"):
        async with home.exclusive(0.01):
            pass
    end(other)


async def test_a_child_that_inherits_the_lock_keeps_it(home: ClusterDirectory) -> None:
    async with home.exclusive(1) as lock:
        child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=[lock])
    with pytest.raises(StartTimeout):
        await home.exclusive(0.01).__aenter__()
    child.communicate()
    await _enter(home)


def test_a_user_counts_until_it_leaves(home: ClusterDirectory, path: Path) -> None:
    assert not home.has_users()
    home.join_users()
    home.join_users()
    assert home.has_users()
    other = held_elsewhere(path / "users", "shared")
    home.leave_users()
    assert home.has_users()
    end(other)  # by SIGKILL: it could not say goodbye
    assert not home.has_users()


def test_a_server_counts_until_its_last_process_ends(home: ClusterDirectory) -> None:
    assert not home.has_server()
    with home.server_lock() as lock:
        child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, pass_fds=[lock])
    assert home.has_server()
    child.communicate()
    assert not home.has_server()


async def test_no_lock_leaks_into_other_children(home: ClusterDirectory) -> None:
    home.join_users()
    child = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, close_fds=False)
    home.leave_users()
    # The kernel closes the copies in the child only after it lets us go on.
    assert await until(lambda: not home.has_users(), 5)
    assert child.poll() is None
    child.communicate()


async def test_waiting_does_not_block_the_loop(home: ClusterDirectory, path: Path) -> None:
    other = held_elsewhere(path / "lock", "alone")
    ticked = threading.Event()
    waiting = asyncio.create_task(_enter(home))
    asyncio.get_running_loop().call_later(0.01, ticked.set)
    while not ticked.is_set():
        await asyncio.sleep(0)
    assert not waiting.done()
    end(other)
    await waiting
