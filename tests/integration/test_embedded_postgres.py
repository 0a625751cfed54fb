"""The embedded server, with real processes: started, shared, killed, found again."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from drystone.db.embedded.account import Account, choose_account
from drystone.db.embedded.binaries import Binaries, find_binaries, probe, within_reach
from drystone.db.embedded.errors import (
    DiskFull,
    InitdbFailed,
    PortInUse,
    StartFailed,
    StartTimeout,
    VersionMismatch,
)
from drystone.db.embedded.server import EmbeddedPostgres
from drystone.db.finding import find_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

DRIVER = Path(__file__).with_name("embedded_driver.py")
SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A directory for a cluster; what still runs in it at the end is a fault."""
    path = tmp_path / ".drystone" / "postgres"
    yield path
    pid = postmaster(path)
    if pid is not None:
        os.kill(pid, signal.SIGQUIT)
        pytest.fail(f"a server was left running in {path}")


def postmaster(directory: Path) -> int | None:
    """Return the id of the server's process, if it is alive."""
    try:
        pid = int((directory / "data" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, 0)
    except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
        return None
    return pid


def server_pid(directory: Path) -> int:
    pid = postmaster(directory)
    assert pid is not None
    return pid


def embedded(directory: Path, **options: object) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory, **({"durable": False} | options))  # type: ignore[arg-type] # options of several types


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@asynccontextmanager
async def _patience(what: str) -> AsyncIterator[None]:
    async with asyncio.timeout(20):
        yield


async def until_gone(pid: int) -> None:
    async with _patience("the end of a process"):
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.005)


@dataclass
class Driver:
    """Another process that uses the server."""

    process: subprocess.Popen[str]
    url: str = ""
    version: str = ""
    origin: str = ""

    def await_server(self) -> Driver:
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.url, self.version, self.origin = said["url"], said["version"], said["origin"]
        return self

    def leave(self) -> str:
        said, _ = self.process.communicate("\n", timeout=20)
        return said

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def driver(
    directory: Path,
    loop: str = "asyncio",
    *,
    user: int | None = None,
    python: Path = Path(sys.executable),
) -> Iterator[Driver]:
    process = subprocess.Popen(
        [str(python), str(DRIVER), loop, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd="/",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        yield Driver(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


# What is there


async def test_asyncpg_and_psql_can_use_the_url(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Settings meant for another server must not lead astray.
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "elsewhere.invalid")
    async with embedded(directory, databases=["app", 'od"d näme']) as server:
        assert await ask(server.url(), "SELECT current_database()::text") == "app"
        odd = server.url('od"d näme')
        assert await ask(odd, "SELECT current_database()::text") == 'od"d näme'
        psql = shutil.which("psql")
        if psql is not None:
            result = await asyncio.to_thread(
                subprocess.run,
                [psql, "-XAtc", "SELECT current_database()", odd],
                capture_output=True,
                text=True,
                check=True,
            )
            assert result.stdout == 'od"d näme\n'


async def test_the_database_is_one_to_build_on(directory: Path) -> None:
    async with embedded(directory, settings={"work_mem": "7MB"}) as server:
        expected = {
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
            "listen_addresses": "",
            "fsync": "off",
            "work_mem": "7MB",
            "is_superuser": "off",
        }
        for name, value in expected.items():
            assert await ask(server.url(), f"SHOW {name}") == value
        assert (
            server.server_version == str(await ask(server.url(), "SHOW server_version")).split()[0]
        )
        # Sorted by code point, but letters are letters beyond ASCII.
        assert await ask(server.url(), "SELECT 'Z' < 'a' AND upper('é') = 'É'") is True
        assert await ask(server.url(superuser=True), "SHOW is_superuser") == "on"
        await ask(server.url(), "CREATE TABLE stone (id integer)")
        await ask(server.url(), "CREATE EXTENSION pg_trgm")
        seen = await ask(server.url("postgres"), "SELECT count(*) > 0 FROM pg_stat_statements")
        assert seen is True


async def test_durable_is_the_default(directory: Path) -> None:
    async with EmbeddedPostgres(directory) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await ask(server.url(), f"SHOW {name}") == "on"


async def test_only_its_account_gets_to_the_socket(directory: Path) -> None:
    async with embedded(directory) as server:
        (host,) = parse_qs(urlsplit(server.url()).query)["host"]
        assert host == str(directory)
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("program", SYSTEM, ids=lambda path: path.parent.parent.name)
async def test_the_systems_versions_work_too(directory: Path, program: Path) -> None:
    binaries = probe(program.parent)
    if binaries.major < 15:
        pytest.skip("older than what is supported")
    async with embedded(directory, binaries=binaries) as server:
        assert server.server_version == binaries.version
        assert await ask(server.url(), "SELECT upper('é')") == "É"


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_either_loop_will_do(directory: Path, loop: str) -> None:
    with driver(directory, loop) as user:
        user.await_server()
        assert user.leave() == "answered\n"
    assert user.process.returncode == 0
    assert postmaster(directory) is None


async def test_data_is_found_again(directory: Path) -> None:
    async with embedded(directory) as server:
        await ask(server.url(), "CREATE TABLE stone AS SELECT 7 AS weight")
    assert postmaster(directory) is None
    async with embedded(directory, databases=["app", "other"]) as server:
        assert await ask(server.url(), "SELECT weight FROM stone") == 7
        assert await ask(server.url("other"), "SELECT to_regclass('stone')") is None


async def test_an_object_can_be_started_and_stopped_again(directory: Path) -> None:
    server = embedded(directory)
    for _ in range(2):
        await server.start()
        with pytest.raises(RuntimeError, match="started already"):
            await server.start()
        assert await ask(server.url(), "SELECT 1") == 1
        await server.stop()
        await server.stop()


async def test_the_choice_is_said_in_one_line(directory: Path) -> None:
    async with find_database(None, directory=directory) as found:
        assert await ask(found.url, "SELECT current_database()::text") == "app"
        assert found.summary.startswith("PostgreSQL ")
        assert found.summary.endswith(f"data in {directory} (no DATABASE_URL)")
    assert postmaster(directory) is None


async def test_a_path_that_is_too_long_for_a_socket_still_works(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 100) / "ä, b" / "postgres"
    async with embedded(directory) as server:
        (host,) = parse_qs(urlsplit(server.url()).query)["host"]
        assert stat.S_IMODE(Path(host).stat().st_mode) == 0o700
        async with embedded(directory) as second:
            assert second.url() == server.url()
        assert await ask(server.url(), "SELECT 1") == 1
    assert not Path(host).exists()


# TCP


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_tcp_needs_the_password(directory: Path, free_port: int) -> None:
    async with embedded(directory, port=free_port) as server:
        assert await ask(server.url(tcp=True), "SELECT 1") == 1
        assert await ask(server.url(), "SELECT 1") == 1
        bare = f"postgresql://app:wrong@127.0.0.1:{free_port}/app"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(bare, "SELECT 1")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(bare.replace("//app:", "//postgres:"), "SELECT 1")
        first = server.url(tcp=True)
    async with embedded(directory, port=free_port) as server:
        assert server.url(tcp=True) == first
    async with embedded(directory) as server:
        with pytest.raises(RuntimeError, match="TCP"):
            server.url(tcp=True)


async def test_a_port_in_use_is_named(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"port {port} .* is in use: choose another"):
            await embedded(directory, port=port).start()
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT 1") == 1


# Several users


async def test_the_last_user_stops_the_server(directory: Path) -> None:
    with driver(directory) as first:
        first.await_server()
        pid = server_pid(directory)
        with driver(directory) as second:
            assert second.await_server().origin == "found running"
            assert second.url == first.url
            first.leave()
            assert server_pid(directory) == pid
            assert await ask(second.url, "SELECT 1") == 1
            second.leave()
    assert postmaster(directory) is None


async def test_users_in_one_process_count_one_by_one(directory: Path) -> None:
    async with embedded(directory) as first:
        async with embedded(directory, databases=["later"]) as second:
            assert await ask(second.url("later"), "SELECT 1") == 1
        assert await ask(first.url(), "SELECT 1") == 1
    assert postmaster(directory) is None


def test_a_race_to_start_has_one_server(directory: Path) -> None:
    with driver(directory) as first, driver(directory) as second, driver(directory) as third:
        users = [first, second, third]
        for user in users:
            user.await_server()
        assert sorted(user.origin == "found running" for user in users) == [False, True, True]
        for user in users:
            assert user.leave() == "answered\n"
    assert postmaster(directory) is None


async def test_ctrl_c_reaches_the_server_last(directory: Path) -> None:
    with driver(directory) as user:
        user.await_server()
        # What a terminal does: every process of the foreground group gets it.
        os.killpg(user.process.pid, signal.SIGINT)
        said, _ = await asyncio.to_thread(user.process.communicate)
        assert said == "answered\n"
    assert postmaster(directory) is None


# Killed


async def test_a_killed_users_server_is_joined_and_stopped_by_the_next(directory: Path) -> None:
    with driver(directory) as user:
        user.await_server()
        pid = server_pid(directory)
        await ask(user.url, "CREATE TABLE stone ()")
        user.kill()
    assert server_pid(directory) == pid
    async with embedded(directory) as server:
        assert server.origin == "found running"
        assert server_pid(directory) == pid
        assert await ask(server.url(), "SELECT to_regclass('stone')::text") == "stone"
    assert postmaster(directory) is None


async def test_a_killed_server_is_recovered(directory: Path) -> None:
    with driver(directory) as user:
        user.await_server()
        await ask(user.url, "CREATE TABLE stone ()")
        busy = await asyncpg.connect(user.url)
        sleeping = asyncio.create_task(busy.execute("SELECT pg_sleep(60)"))
        await asyncio.sleep(0)
        os.kill(server_pid(directory), signal.SIGKILL)
        user.kill()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await sleeping
        busy.terminate()
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT to_regclass('stone')::text") == "stone"


async def test_a_killed_server_is_started_again_while_a_user_lives(directory: Path) -> None:
    async with embedded(directory) as first:
        pid = server_pid(directory)
        os.kill(pid, signal.SIGKILL)
        await until_gone(pid)
        async with embedded(directory) as second:
            assert server_pid(directory) != pid
            assert await ask(second.url(), "SELECT 1") == 1
        assert await ask(first.url(), "SELECT 1") == 1
    assert postmaster(directory) is None


async def test_a_stale_state_file_with_the_id_of_a_live_process_is_no_obstacle(
    directory: Path,
) -> None:
    async with embedded(directory) as server:
        pid = server_pid(directory)
        os.kill(pid, signal.SIGKILL)
        await until_gone(pid)
        await server.stop()
    account = choose_account(directory)
    other = subprocess.Popen(
        ["/bin/cat"], stdin=subprocess.PIPE, user=account.uid if account.switched else None, cwd="/"
    )
    state = directory / "data" / "postmaster.pid"
    state.write_text("\n".join([str(other.pid), *state.read_text().split("\n")[1:]]))
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT 1") == 1
    assert other.poll() is None
    other.communicate()


async def test_a_user_killed_while_making_the_cluster_does_no_harm(directory: Path) -> None:
    with driver(directory) as user:
        async with _patience("initdb's first files"):
            while not (directory / "data.new" / "base").exists():
                await asyncio.sleep(0.002)
        user.kill()
    assert not (directory / "data").exists()
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT 1") == 1
    assert not (directory / "data.new").exists()


@pytest.mark.parametrize("sign", ["data.new/base", "data/postmaster.pid"])
async def test_a_cancelled_start_leaves_nothing(directory: Path, sign: str) -> None:
    server = embedded(directory)
    starting = asyncio.create_task(server.start())
    while not (directory / sign).exists() and not starting.done():
        await asyncio.sleep(0.001)
    starting.cancel()
    with suppress(asyncio.CancelledError):
        await starting
    await server.stop()
    async with embedded(directory) as again:
        assert await ask(again.url(), "SELECT 1") == 1
    assert postmaster(directory) is None


# Failures


async def test_data_of_another_version_is_refused_untouched(directory: Path) -> None:
    async with embedded(directory):
        pass
    version = directory / "data" / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(VersionMismatch, match=r"holds data of PostgreSQL 14.*dump it"):
        await embedded(directory).start()
    assert version.read_text() == "14\n"


async def test_a_server_that_will_not_start_shows_its_log(directory: Path) -> None:
    with pytest.raises(StartFailed, match="the end of its server") as caught:
        await embedded(directory, settings={"shared_buffers": "nonsense"}).start()
    assert any("shared_buffers" in line for line in caught.value.log)
    with pytest.raises(StartFailed) as caught:
        await embedded(directory, settings={"work_mem": "nonsense"}).start()
    assert not any("shared_buffers" in line for line in caught.value.log)  # this start's alone
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT 1") == 1


async def test_a_failing_initdb_shows_what_it_said(directory: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        for name in ("postgres", "initdb"):
            program = Path(folder) / name
            program.write_text("#!/bin/sh\necho 'initdb: error: out of luck' >&2\nexit 1\n")
            program.chmod(0o755)
        broken = Binaries(Path(folder), 18, "18.6", "a test")
        with pytest.raises(InitdbFailed) as caught:
            await embedded(directory, binaries=broken).start()
    assert caught.value.log == ("initdb: error: out of luck",)
    assert not (directory / "data").exists()


async def test_a_server_that_is_not_ready_in_time_is_ended(directory: Path) -> None:
    async with embedded(directory):
        pass
    with pytest.raises(StartTimeout, match="give it more time"):
        await embedded(directory, start_timeout_seconds=0.0).start()
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT 1") == 1


@as_root
async def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "none", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(DiskFull, match="free some space"):
            await embedded(small / "postgres").start()
    finally:
        subprocess.run(["umount", str(small)], check=True)


# Accounts


@as_root
def test_an_ordinary_user_needs_no_root(tmp_path: Path) -> None:
    user = pwd.getpwnam("nobody")
    stranger = Account(uid=user.pw_uid, gid=user.pw_gid, switched=True)
    # Our own interpreter may be closed to others; another of the same version will do.
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    pythons = [path for path in (Path(sys.executable), Path("/usr/bin") / name) if path.exists()]
    python = next((path for path in pythons if stranger.can_reach(path)), None)
    if python is None or not stranger.can_reach(DRIVER.parent):
        pytest.skip("an ordinary user cannot reach an interpreter or this working tree")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        directory = Path(folder) / "postgres"
        with driver(directory, user=user.pw_uid, python=python) as ordinary:
            ordinary.await_server()
            assert Path(f"/proc/{server_pid(directory)}").stat().st_uid == user.pw_uid
            assert ordinary.leave() == "answered\n"
        assert postmaster(directory) is None


@as_root
async def test_root_runs_it_as_somebody_else_and_opens_no_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    directory = closed / ".drystone" / "postgres"
    modes = {path: path.stat().st_mode for path in (closed, *closed.parents)}
    users = Path("/etc/passwd").read_bytes()
    async with embedded(directory) as server:
        assert await ask(server.url(), "SELECT 1") == 1
        process = Path(f"/proc/{server_pid(directory)}")
        status = dict(
            line.split(":\t", 1) for line in (process / "status").read_text().splitlines()
        )
        nobody = pwd.getpwnam("nobody")
        assert set(status["Uid"].split()) == {str(nobody.pw_uid)}
        assert set(status["Gid"].split()) == {str(nobody.pw_gid)}
        assert status["Groups"].split() in ([], [str(nobody.pw_gid)])
        # The folder it was given must not let it climb to those above.
        status_above = await asyncio.to_thread(_climb, directory, nobody.pw_uid)
        assert status_above != 0
    assert {path: path.stat().st_mode for path in modes} == modes
    assert Path("/etc/passwd").read_bytes() == users


def _climb(directory: Path, user: int) -> int:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        return subprocess.run(
            ["/bin/ls", f"/proc/self/fd/{descriptor}/../.."],
            user=user,
            group=user,
            extra_groups=[],
            pass_fds=[descriptor],
            cwd="/",
            check=False,
            capture_output=True,
        ).returncode
    finally:
        os.close(descriptor)


@as_root
async def test_closed_binaries_are_copied_and_run(directory: Path, tmp_path: Path) -> None:
    found = await find_binaries()
    if found.directory.parent.name != "pginstall":
        pytest.skip("only a relocatable installation can be copied")
    package = found.directory.parents[1]
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package / "pginstall", closed / "package" / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, closed / libraries.name)
    binaries = probe(closed / "package" / "pginstall" / "bin")
    with tempfile.TemporaryDirectory(dir="/tmp") as cache:
        Path(cache).chmod(0o755)
        account = choose_account(directory)
        # Libraries are looked for by the package's name, so it must be kept.
        (closed / "package").rename(closed / package.name)
        binaries = probe(closed / package.name / "pginstall" / "bin")
        copied = await within_reach(binaries, account, cache=Path(cache))
        assert copied.directory.is_relative_to(cache)
        async with embedded(directory, binaries=copied) as server:
            assert await ask(server.url(), "SELECT 1") == 1


# Quick


async def test_a_start_is_quick(directory: Path) -> None:
    began = time.monotonic()
    async with embedded(directory):
        first = time.monotonic() - began
    began = time.monotonic()
    async with embedded(directory):
        later = time.monotonic() - began
    # Measured 0.6 s and 0.04 s; a loaded machine gets room, a mistake does not.
    assert first < 10
    assert later < 3
