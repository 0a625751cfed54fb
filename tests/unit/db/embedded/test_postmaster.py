"""The server's state file, command lines and process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drystone.db.embedded.binaries import Binaries
from drystone.db.embedded.postmaster import (
    PostmasterState,
    initdb_arguments,
    parse_pid,
    parse_state,
    runs_in,
    server_arguments,
)

STATE = "4711\n/data\n1700000000\n5432\n/sockets\n127.0.0.1\n  16039943        17\nready   \n"


def binaries(major: int, directory: Path = Path("/opt/bin")) -> Binaries:
    return Binaries(directory, major, f"{major}.1", "a test")


def test_a_whole_state_file_is_read() -> None:
    expected = PostmasterState(4711, 5432, "/sockets", "127.0.0.1", "ready")
    assert parse_state(STATE) == expected
    assert expected.ready


@pytest.mark.parametrize("length", range(len(STATE)))
def test_a_state_file_cut_anywhere_says_nothing(length: int) -> None:
    assert parse_state(STATE[:length]) is None


@pytest.mark.parametrize("status", ["starting", "stopping", "standby "])
def test_only_ready_is_ready(status: str) -> None:
    state = parse_state(STATE.replace("ready   ", status))
    assert state is not None
    assert state.status == status.strip()
    assert not state.ready


def test_no_file_has_no_state_and_no_process() -> None:
    assert parse_state(None) is None
    assert parse_pid(None) is None


@pytest.mark.parametrize(
    ("text", "pid"), [("17\n/da", 17), ("-17\n", None), ("0\n", None), ("x", None)]
)
def test_the_process_id_is_read_from_an_incomplete_file(text: str, pid: int | None) -> None:
    assert parse_pid(text) == pid


def test_a_process_runs_in_its_working_directory_only(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert runs_in(process.pid, tmp_path.stat())
        if Path("/proc").exists():
            assert not runs_in(process.pid, tmp_path.parent.stat())
            assert not runs_in(process.pid, None)
        process.communicate(b"\n")
    assert not runs_in(process.pid, tmp_path.stat())


def options(arguments: list[str]) -> dict[str, str]:
    pairs = zip(arguments[3::2], arguments[4::2], strict=True)
    assert all(flag == "-c" for flag, _ in pairs)
    return dict(part.split("=", 1) for part in arguments[4::2])


def command(
    *,
    directory: Path = Path("/opt/bin"),
    port: int | None = None,
    durable: bool = True,
    settings: dict[str, str] | None = None,
) -> list[str]:
    return server_arguments(
        binaries(18, directory),
        Path("/data"),
        socket_directory=Path("/sockets"),
        port=port,
        durable=durable,
        settings=settings or {},
    )


def test_a_server_listens_on_its_socket_alone() -> None:
    assert command()[:3] == ["/opt/bin/postgres", "-D", "/data"]
    said = options(command())
    assert (said["listen_addresses"], said["unix_socket_directories"]) == ("", "/sockets")
    assert said["unix_socket_permissions"] == "0700"
    assert said["timezone"] == "UTC"


def test_a_port_opens_the_loopback_address_alone() -> None:
    said = options(command(port=6_000))
    assert (said["listen_addresses"], said["port"]) == ("127.0.0.1", "6000")


def test_durability_is_given_up_only_when_asked() -> None:
    names = {"fsync", "synchronous_commit", "full_page_writes"}
    assert names.isdisjoint(options(command()))
    assert {options(command(durable=False))[name] for name in names} == {"off"}


def test_settings_given_win() -> None:
    said = options(command(durable=False, settings={"fsync": "on", "work_mem": "8MB"}))
    assert (said["fsync"], said["work_mem"], said["full_page_writes"]) == ("on", "8MB", "off")


def test_statistics_are_loaded_where_they_are_installed(tmp_path: Path) -> None:
    assert "shared_preload_libraries" not in options(command(directory=tmp_path / "bin"))
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "pg_stat_statements.so").touch()
    said = options(command(directory=tmp_path / "bin"))
    assert said["shared_preload_libraries"] == "pg_stat_statements"


@pytest.mark.parametrize(
    ("major", "platform", "expected"),
    [
        (18, "linux", {"--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}),
        (17, "darwin", {"--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}),
        (16, "linux", {"--locale=C.UTF-8"}),
        (15, "darwin", {"--locale=C"}),
    ],
)
def test_the_locale_sorts_by_code_point(major: int, platform: str, expected: set[str]) -> None:
    arguments = initdb_arguments(binaries(major), Path("/data"), durable=True, platform=platform)
    assert {part for part in arguments if "locale" in part} == expected
    assert "--encoding=UTF8" in arguments


@pytest.mark.parametrize("durable", [True, False])
def test_a_new_cluster_is_flushed_to_disk_when_durable(durable: bool) -> None:
    arguments = initdb_arguments(binaries(18), Path("/data"), durable=durable, platform=os.name)
    assert ("--no-sync" in arguments) is not durable


def test_passwords_are_asked_for_on_tcp() -> None:
    arguments = initdb_arguments(binaries(18), Path("/data"), durable=True, platform="linux")
    assert {"--auth-local=trust", "--auth-host=scram-sha-256"} <= set(arguments)
