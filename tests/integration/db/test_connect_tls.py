"""Connecting with TLS to a real server: each `sslmode`, and whom it trusts."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import trustme
from tests.integration.db.open_sockets import none_left
from tests.integration.db.tcp_server import tcp_server

from drystone.db.connection.connect import connect
from drystone.db.connection.connect_error import NotAdmitted, TLSUnusable
from drystone.db.dsn.dsn import DSN, Host, SSLMode, TLSOptions
from drystone.db.dsn.parse import parse_dsn
from drystone.db.embedded.account import choose_account
from drystone.db.embedded.binaries import Binaries, probe
from drystone.db.embedded.server import EmbeddedPostgres

LOOPS = ["asyncio", "uvloop"]


@pytest_asyncio.fixture(autouse=True)
async def no_socket_is_left() -> AsyncIterator[None]:
    async with none_left():
        yield


# Who may come in only in one way, before the server's own rules.
HBA = """
hostnossl all plain_only 127.0.0.1/32 trust
hostssl   all tls_only   127.0.0.1/32 trust
hostssl   all client     127.0.0.1/32 cert
host      all plain_only,tls_only,client 127.0.0.1/32 reject
"""
EVERY_MODE = list(SSLMode)
TLS_MODES = [mode for mode in SSLMode if mode not in {SSLMode.DISABLE, SSLMode.ALLOW}]


@dataclass(frozen=True)
class TLSServer:
    """A server with TLS, whose certificate is for `localhost`.

    Attributes:
        dsn: its DSN over TCP, with the password, and nothing said of TLS.
        directory: where `ca.pem`, `other.pem`, `client.pem` and `client.key` lie.
        authority: who issued the certificates, but for `other.pem`.
    """

    dsn: DSN
    directory: Path
    authority: trustme.CA

    def with_tls(self, mode: SSLMode, *, user: str | None = None, **options: Any) -> DSN:
        tls = TLSOptions(mode=mode, **options)
        return replace(self.dsn, tls=tls, user=user or self.dsn.user)

    def file(self, name: str) -> str:
        return str(self.directory / name)


def binaries_with_tls() -> Binaries | None:
    for directory in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            return probe(directory)
    return None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TLSServer]:
    binaries = binaries_with_tls()
    if binaries is None:
        pytest.skip("there is no PostgreSQL built with OpenSSL")
    directory = tmp_path_factory.mktemp("tls")
    authority = write_certificates(directory)
    home = directory / "postgres"
    with tcp_server(home, binaries=binaries) as postgres:
        issued = authority.issue_cert("localhost")
        write_for_server(home, "server.crt", issued.cert_chain_pems[0].bytes())
        write_for_server(home, "server.key", issued.private_key_pem.bytes())
        write_for_server(home, "ca.crt", authority.cert_pem.bytes())
        hba = home / "data" / "pg_hba.conf"
        hba.write_text(HBA + hba.read_text())
        asyncio.run(switch_on(postgres))
        yield TLSServer(parse_dsn(postgres.url(tcp=True)), directory, authority)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DSN]:
    """A server without TLS."""
    with tcp_server(tmp_path_factory.mktemp("plain") / "postgres") as postgres:
        yield parse_dsn(postgres.url(tcp=True))


def write_certificates(directory: Path) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(directory / "ca.pem")
    trustme.CA().cert_pem.write_to_path(directory / "other.pem")
    client = authority.issue_cert(common_name="client")
    client.cert_chain_pems[0].write_to_path(directory / "client.pem")
    client.private_key_pem.write_to_path(directory / "client.key")
    (directory / "client.key").chmod(0o600)
    return authority


def write_for_server(home: Path, name: str, content: bytes) -> None:
    path = home / "data" / name
    path.write_bytes(content)
    path.chmod(0o600)
    account = choose_account(home)
    os.chown(path, account.uid, account.gid)


async def switch_on(postgres: EmbeddedPostgres) -> None:
    admin = await connect(parse_dsn(postgres.url("postgres", superuser=True)))
    for role in ("plain_only", "tls_only", "client"):
        await admin.execute(f"CREATE ROLE {role} LOGIN")
    for setting, value in (
        ("ssl_cert_file", "server.crt"),
        ("ssl_key_file", "server.key"),
        ("ssl_ca_file", "ca.crt"),
        ("ssl", "on"),
    ):
        await admin.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
    await admin.execute("SELECT pg_reload_conf()")
    await admin.close()
    dsn = parse_dsn(postgres.url(tcp=True))
    async with asyncio.timeout(20):
        while not await has_tls(replace(dsn, tls=TLSOptions(mode=SSLMode.PREFER))):
            await asyncio.sleep(0.02)


async def has_tls(dsn: DSN) -> bool:
    """Return whether the server sees the session encrypted."""
    connection = await connect(dsn)
    try:
        found = await connection.fetchval(
            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )
        return bool(found)
    finally:
        await connection.close()


def named(dsn: DSN, name: str, *, address: str | None = None) -> DSN:
    return replace(dsn, hosts=(Host(name, dsn.hosts[0].port, address),))


class TestModes:
    @pytest.mark.parametrize(
        ("mode", "encrypted"),
        [
            (SSLMode.DISABLE, False),
            (SSLMode.ALLOW, False),
            (SSLMode.PREFER, True),
            (SSLMode.REQUIRE, True),
        ],
    )
    async def test_without_a_root_certificate(
        self, server: TLSServer, mode: SSLMode, encrypted: bool
    ) -> None:
        assert await has_tls(server.with_tls(mode)) is encrypted

    @pytest.mark.parametrize("mode", [SSLMode.ALLOW, *TLS_MODES[:2]])
    async def test_a_role_that_must_have_tls(self, server: TLSServer, mode: SSLMode) -> None:
        assert await has_tls(server.with_tls(mode, user="tls_only"))

    @pytest.mark.parametrize("mode", [SSLMode.DISABLE, SSLMode.ALLOW, SSLMode.PREFER])
    async def test_a_role_that_must_not(self, server: TLSServer, mode: SSLMode) -> None:
        assert not await has_tls(server.with_tls(mode, user="plain_only"))

    async def test_a_role_in_the_wrong_way(self, server: TLSServer) -> None:
        for mode, user in ((SSLMode.DISABLE, "tls_only"), (SSLMode.REQUIRE, "plain_only")):
            with pytest.raises(NotAdmitted, match=r"pg_hba\.conf rejects"):
                await connect(server.with_tls(mode, user=user))

    async def test_a_wrong_password_is_sent_once(self, server: TLSServer) -> None:
        wrong = replace(server.with_tls(SSLMode.PREFER), password="wrong")
        with pytest.raises(NotAdmitted, match="password authentication failed"):
            await connect(wrong)


class TestTrust:
    @pytest.mark.parametrize("mode", [SSLMode.REQUIRE, SSLMode.VERIFY_CA])
    async def test_a_trusted_authority_is_enough(self, server: TLSServer, mode: SSLMode) -> None:
        # 127.0.0.1 is not in the certificate.
        assert await has_tls(server.with_tls(mode, root_certificate=server.file("ca.pem")))

    @pytest.mark.parametrize("mode", [SSLMode.REQUIRE, SSLMode.VERIFY_CA, SSLMode.VERIFY_FULL])
    async def test_another_authority_is_not(self, server: TLSServer, mode: SSLMode) -> None:
        dsn = server.with_tls(mode, root_certificate=server.file("other.pem"))
        with pytest.raises(TLSUnusable, match="the server's certificate is not trusted"):
            await connect(named(dsn, "localhost", address="127.0.0.1"))

    async def test_the_name_must_be_right_for_verify_full(self, server: TLSServer) -> None:
        dsn = server.with_tls(SSLMode.VERIFY_FULL, root_certificate=server.file("ca.pem"))
        # By name, looked up; and by name, with the address given.
        assert await has_tls(named(dsn, "localhost"))
        assert await has_tls(named(dsn, "localhost", address="127.0.0.1"))
        for wrong in (dsn, named(dsn, "db.example", address="127.0.0.1")):
            with pytest.raises(TLSUnusable, match="not trusted"):
                await connect(wrong)

    async def test_the_system_does_not_vouch_for_it(self, server: TLSServer) -> None:
        dsn = server.with_tls(SSLMode.VERIFY_FULL, root_certificate="system")
        with pytest.raises(TLSUnusable, match="not trusted"):
            await connect(named(dsn, "localhost", address="127.0.0.1"))

    async def test_a_certificate_of_our_own(self, server: TLSServer) -> None:
        certificate = {
            "certificate": server.file("client.pem"),
            "key": server.file("client.key"),
        }
        assert await has_tls(server.with_tls(SSLMode.REQUIRE, user="client", **certificate))
        withheld = server.with_tls(
            SSLMode.REQUIRE, user="client", offers_certificate=False, **certificate
        )
        with pytest.raises(NotAdmitted, match="certificate"):
            await connect(withheld)

    async def test_a_version_that_is_asked_for(self, server: TLSServer) -> None:
        dsn = server.with_tls(SSLMode.REQUIRE, minimum_version="TLSv1.3", maximum_version="TLSv1.3")
        assert await has_tls(dsn)

    async def test_a_cancel_request_reaches_the_server(self, server: TLSServer) -> None:
        dsn = server.with_tls(SSLMode.VERIFY_FULL, root_certificate=server.file("ca.pem"))
        connection = await connect(named(dsn, "localhost", address="127.0.0.1"))
        with pytest.raises(TimeoutError):
            await connection.execute("SELECT pg_sleep(60)", timeout=0.1)
        # Answered at once: the statement was cancelled over TLS, for the right name.
        async with asyncio.timeout(20):
            assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


class TestServersWithoutTLS:
    """`prefer` is the default, and many servers within a house have no TLS."""

    @pytest.mark.parametrize("mode", [SSLMode.DISABLE, SSLMode.ALLOW, SSLMode.PREFER])
    async def test_prefer_falls_back(self, plain: DSN, mode: SSLMode) -> None:
        assert not await has_tls(replace(plain, tls=TLSOptions(mode=mode)))

    async def test_require_does_not(self, plain: DSN) -> None:
        with pytest.raises(TLSUnusable, match="the server has no TLS, and it is required"):
            await connect(replace(plain, tls=TLSOptions(mode=SSLMode.REQUIRE)))


class TestFromTheFirstByte:
    """`sslnegotiation=direct`, with something in front that ends TLS, as PostgreSQL 17 does."""

    @asynccontextmanager
    async def in_front_of(self, server: TLSServer) -> AsyncIterator[tuple[int, list[str | None]]]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.authority.issue_cert("localhost").configure_cert(context)
        context.set_alpn_protocols(["postgresql"])
        spoken: list[str | None] = []
        tasks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            spoken.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", server.dsn.hosts[0].port
            )
            await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))

        listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        yield listener.sockets[0].getsockname()[1], spoken
        listener.close()
        await asyncio.gather(*tasks)

    async def test_it_is_spoken(self, server: TLSServer) -> None:
        async with self.in_front_of(server) as (port, spoken):
            dsn = server.with_tls(
                SSLMode.VERIFY_FULL, direct=True, root_certificate=server.file("ca.pem")
            )
            connection = await connect(replace(dsn, hosts=(Host("localhost", port, "127.0.0.1"),)))
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
        assert spoken == ["postgresql"]


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()
