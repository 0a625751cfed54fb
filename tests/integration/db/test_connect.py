"""Connecting to a real server: hosts in turn, passwords, kinds of session, what a session is."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from tests.integration.db.dead_hosts import refusing_host, silent_host
from tests.integration.db.open_sockets import none_left
from tests.integration.db.tcp_server import tcp_server

from drystone.db.connection.connect import connect
from drystone.db.connection.connect_error import (
    ConnectError,
    HostsUnreachable,
    NoSuchSession,
    NotAdmitted,
)
from drystone.db.dsn.dsn import DSN, Host, Keepalive, SSLMode, TargetSession, TLSOptions
from drystone.db.dsn.parse import parse_dsn
from drystone.db.failures import DatabaseAway, translate

LOOPS = ["asyncio", "uvloop"]


@pytest_asyncio.fixture(autouse=True)
async def no_socket_is_left() -> AsyncIterator[None]:
    async with none_left():
        yield


@pytest.fixture
def dsn(database_url: str) -> DSN:
    return parse_dsn(database_url)


@pytest.fixture(scope="module")
def tcp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that listens on TCP and wants a password."""
    with tcp_server(tmp_path_factory.mktemp("server") / "postgres") as server:
        yield server.url(tcp=True)


async def ask(dsn: DSN, question: str, *args: object) -> Any:
    connection = await connect(dsn)
    try:
        return await connection.fetchval(question, *args)
    finally:
        await connection.close()


async def test_a_session_is_in_utc_and_has_a_name(dsn: DSN) -> None:
    connection = await connect(dsn, application_name="drystone")
    try:
        assert await connection.fetchval("SHOW TimeZone") == "UTC"
        assert await connection.fetchval("SHOW application_name") == "drystone"
        assert await connection.fetchval("SHOW client_encoding") == "UTF8"
        moment = await connection.fetchval("SELECT '2026-01-02 03:04:05+02'::timestamptz")
        assert moment == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    finally:
        await connection.close()


async def test_the_name_in_the_dsn_comes_first(dsn: DSN) -> None:
    connection = await connect(replace(dsn, application_name="mine"), application_name="drystone")
    assert await connection.fetchval("SHOW application_name") == "mine"
    await connection.close()


async def test_a_statement_timeout_is_the_servers_own_and_only_when_asked(dsn: DSN) -> None:
    assert await ask(dsn, "SHOW statement_timeout") == "0"
    connection = await connect(dsn, statement_timeout_seconds=1.5)
    assert await connection.fetchval("SHOW statement_timeout") == "1500ms"
    await connection.close()
    assert await ask(replace(dsn, options="-c statement_timeout=7s"), "SHOW statement_timeout") == (
        "7s"
    )


async def test_values_have_their_types(dsn: DSN) -> None:
    assert await ask(dsn, "SELECT 1.10::numeric") == Decimal("1.10")
    found = await ask(dsn, "SELECT '01890a5d-ac96-774b-bcce-b302099a8057'::uuid")
    assert isinstance(found, UUID)


JSON_VALUES: list[object] = [{"a": [1, 2.5, None, "ä\n"]}, [], "text", 1, True, {"": {}}, 2**60]


@pytest.mark.parametrize("kind", ["json", "jsonb"])
async def test_json_is_plain_values_both_ways(dsn: DSN, kind: str) -> None:
    connection = await connect(dsn)
    try:
        for value in JSON_VALUES:
            found = await connection.fetchrow(
                f"SELECT $1::{kind}, ARRAY[$1::{kind}], ROW($1::{kind})", value
            )
            assert found is not None
            assert (found[0], found[1], tuple(found[2])) == (value, [value], (value,))
        # None is NULL, as for every type, and JSON's own null is None.
        assert await connection.fetchval(f"SELECT $1::{kind} IS NULL", None)
        assert await connection.fetchval(f"SELECT 'null'::{kind}") is None
    finally:
        await connection.close()


async def test_json_goes_through_copy(dsn: DSN) -> None:
    connection = await connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("CREATE TABLE notes (a json, b jsonb)")
            await connection.copy_records_to_table("notes", records=[([1], {"b": 2})])
            row = await connection.fetchrow("SELECT a, b FROM notes")
        assert row is not None
        assert (row["a"], row["b"]) == ([1], {"b": 2})
    finally:
        await connection.close()


async def test_the_drivers_own_ideas_of_the_environment_do_not_count(
    dsn: DSN, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        *("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGPASSFILE", "PGSSLMODE"),
        *("PGTARGETSESSIONATTRS", "PGSSLNEGOTIATION", "PGGSSLIB", "PGSERVICE", "PGSSLCERT"),
        *("PGSSLROOTCERT", "PGSSLKEY", "PGOPTIONS", "PGTZ", "PGSSLMINPROTOCOLVERSION"),
    ):
        monkeypatch.setenv(name, "nonsense")
    assert await ask(dsn, "SELECT 1") == 1


async def test_a_dead_host_is_passed_over(dsn: DSN) -> None:
    with refusing_host() as dead:
        several = replace(
            dsn,
            hosts=(dead, Host("/nowhere"), Host("no-such-name.invalid"), *dsn.hosts),
            tls=TLSOptions(mode=SSLMode.PREFER),
        )
        assert await ask(several, "SELECT 1") == 1


async def test_a_silent_host_leaves_time_for_the_next(dsn: DSN) -> None:
    with silent_host() as silent:
        connection = await connect(replace(dsn, hosts=(silent, *dsn.hosts)), timeout_seconds=2)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_the_connect_timeout_is_for_each_host() -> None:
    with silent_host() as one, silent_host() as two:
        dsn = DSN(hosts=(one, two), user="u", connect_timeout_seconds=0.2)
        started = time.monotonic()
        with pytest.raises(HostsUnreachable) as caught:
            await connect(dsn)
        assert time.monotonic() - started >= 0.4
        assert [attempt.reason for attempt in caught.value.attempts] == ["no answer in time"] * 2


async def test_when_nobody_answers_each_host_is_told() -> None:
    with refusing_host() as dead:
        dsn = DSN(hosts=(dead, Host("/nowhere")), user="u", password="secret")
        with pytest.raises(HostsUnreachable) as caught:
            await connect(dsn, timeout_seconds=5)
    message = str(caught.value)
    assert f"{dead}: " in message
    assert "/nowhere:5432: no such file or directory" in message
    assert "secret" not in message
    assert isinstance(translate(caught.value), DatabaseAway)


async def test_a_missing_database_ends_the_search(dsn: DSN) -> None:
    missing = replace(dsn, database="no_such_database", hosts=(*dsn.hosts[:1], Host("/nowhere")))
    with pytest.raises(NotAdmitted) as caught:
        await connect(missing)
    assert 'database "no_such_database" does not exist' in str(caught.value)
    assert len(caught.value.attempts) == 1


async def test_without_a_user_the_account_is_asked_for(
    dsn: DSN, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = SimpleNamespace(pw_name=dsn.user)
    monkeypatch.setattr("pwd.getpwuid", lambda _: account)
    assert await ask(replace(dsn, user=None), "SELECT current_user") == dsn.user

    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(NotAdmitted, match="this account has no name"):
        await connect(replace(dsn, user=None))


async def test_what_fails_after_the_login_hangs_up(
    tcp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sockets that are left are counted after each test.
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    for step in ("attempt.watch_peer", "host_search.describe_misfit"):
        with monkeypatch.context() as patch:
            patch.setattr(f"drystone.db.connection.{step}", fail)
            with pytest.raises(RuntimeError, match="a fault of ours"):
                await connect(parse_dsn(tcp_url))


async def test_a_cancelled_search_leaves_nothing_behind(dsn: DSN) -> None:
    with silent_host() as silent:
        task = asyncio.create_task(connect(replace(dsn, hosts=(silent,))))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


class TestPasswords:
    async def test_right_and_wrong(self, tcp_url: str) -> None:
        dsn = parse_dsn(tcp_url)
        assert await ask(dsn, "SELECT 1") == 1
        for wrong in ("wrong", "", None):
            with pytest.raises(NotAdmitted, match="password authentication failed"):
                await connect(replace(dsn, password=wrong))

    async def test_a_wrong_one_is_not_tried_elsewhere(self, tcp_url: str) -> None:
        dsn = parse_dsn(tcp_url)
        with pytest.raises(NotAdmitted) as caught:
            await connect(replace(dsn, password="wrong", hosts=dsn.hosts * 2))
        assert len(caught.value.attempts) == 1

    async def test_the_password_file(self, tcp_url: str, tmp_path: Path) -> None:
        dsn = parse_dsn(tcp_url)
        file = tmp_path / "pgpass"
        file.write_text(f"127.0.0.1:*:*:*:{dsn.password}\n")
        file.chmod(0o600)
        from_file = replace(dsn, password=None, password_file=str(file))
        assert await ask(from_file, "SELECT 1") == 1
        file.chmod(0o644)
        with pytest.raises(NotAdmitted, match="others may read it: chmod 600"):
            await connect(from_file)


class TestSockets:
    @pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux only")
    async def test_a_silent_peer_is_given_up(self, tcp_url: str) -> None:
        connection = await connect(parse_dsn(tcp_url))
        peer = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined] # inside
        assert peer.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        options = [
            peer.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        ]
        assert options == [10, 5, 3, 15_000]
        await connection.close()

    @pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux only")
    async def test_nothing_is_asked_of_the_kernel_when_told_so(self, tcp_url: str) -> None:
        keepalive = Keepalive(enabled=False, user_timeout_ms=0)
        connection = await connect(replace(parse_dsn(tcp_url), keepalive=keepalive))
        peer = connection._transport.get_extra_info("socket")  # type: ignore[attr-defined] # inside
        assert peer.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0
        assert peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 0
        await connection.close()

    async def test_every_address_of_a_name_is_tried(
        self, tcp_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dsn = parse_dsn(tcp_url)
        port = dsn.hosts[0].port

        async def two_addresses(*_: object, **__: object) -> list[Any]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two_addresses, raising=False)
        assert await ask(replace(dsn, hosts=(Host("db.test", port),)), "SELECT 1") == 1
        wrong = replace(dsn, hosts=(Host("db.test", port),), password="wrong")
        with pytest.raises(NotAdmitted) as caught:
            await connect(wrong)
        assert [attempt.place for attempt in caught.value.attempts] == [
            f"db.test:{port} (127.0.0.2)",
            f"db.test:{port} (127.0.0.1)",
        ]


class TestTargets:
    """A database without writes stands in for a standby, as libpq cannot tell them apart."""

    @pytest_asyncio.fixture
    async def both(self, tcp_url: str) -> AsyncIterator[DSN]:
        dsn = parse_dsn(tcp_url)
        admin = await connect(dsn)
        await admin.execute("CREATE DATABASE quiet STRATEGY FILE_COPY")
        await admin.execute("ALTER DATABASE quiet SET default_transaction_read_only = on")
        yield dsn
        await admin.execute("DROP DATABASE quiet WITH (FORCE)")
        await admin.close()

    @pytest.mark.parametrize(
        ("target", "app", "quiet"),
        [
            (TargetSession.ANY, True, True),
            (TargetSession.READ_WRITE, True, False),
            (TargetSession.READ_ONLY, False, True),
            (TargetSession.PRIMARY, True, True),
            (TargetSession.STANDBY, False, False),
            (TargetSession.PREFER_STANDBY, True, True),
        ],
    )
    async def test_which_sessions_fit(
        self, both: DSN, target: TargetSession, app: bool, quiet: bool
    ) -> None:
        for database, fits in (("app", app), ("quiet", quiet)):
            dsn = replace(both, target=target, database=database)
            if fits:
                assert await ask(dsn, "SELECT current_database()") == database
            else:
                with pytest.raises(NoSuchSession):
                    await connect(dsn)

    async def test_a_misfit_is_told_beside_the_dead(self, both: DSN) -> None:
        with refusing_host() as dead:
            dsn = replace(both, target=TargetSession.STANDBY, hosts=(*both.hosts, dead))
            with pytest.raises(NoSuchSession) as caught:
                await connect(dsn)
        assert caught.value.attempts[0].reason == "is no standby"
        assert len(caught.value.attempts) == 2

    async def test_no_misfit_stays_connected(self, both: DSN) -> None:
        dsn = replace(both, target=TargetSession.STANDBY, application_name="misfit")
        with pytest.raises(ConnectError):
            await connect(dsn)
        left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'misfit'"
        deadline = time.monotonic() + 10
        while await ask(both, left) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        assert await ask(both, left) == 0


async def test_a_server_that_keeps_its_kind_to_itself_is_asked(
    tcp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncpg.Connection, "get_settings", lambda _: object())
    assert await ask(replace(parse_dsn(tcp_url), target=TargetSession.PRIMARY), "SELECT 1") == 1
    with pytest.raises(NoSuchSession, match="is no standby"):
        await connect(replace(parse_dsn(tcp_url), target=TargetSession.STANDBY))


async def test_hosts_are_shuffled_when_asked(dsn: DSN, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.sample", lambda some, count: list(some)[::-1][:count])
    hosts = (Host("/first"), Host("/second"))
    with pytest.raises(HostsUnreachable) as caught:
        await connect(replace(dsn, hosts=hosts, shuffles_hosts=True))
    assert [attempt.place for attempt in caught.value.attempts] == ["/second:5432", "/first:5432"]
