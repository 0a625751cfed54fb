"""A PgBouncer of a test's own: transaction mode, five connections, in front of one database."""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

# Another one than that on the path: the suite is run with an old and a new one.
PROGRAM = os.environ.get("DRYSTONE_TEST_PGBOUNCER") or shutil.which("pgbouncer")
SERVERS = 5
KEEPS_PREPARED = (1, 21)

_ADMIN = "bouncer"
_PREFIX = "drystone-test-"
_CONFIGURATION = """
[databases]
{database} = {server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {directory}/users
admin_users = {admin}
pool_mode = {mode}
default_pool_size = {servers}
max_client_conn = 400
query_wait_timeout = 20
server_login_retry = 0.2
"""


def version_of(program: str) -> tuple[int, int]:
    """Return the version as two numbers."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"PgBouncer (\d+)\.(\d+)", told.stdout)
    assert found, told.stdout
    return int(found[1]), int(found[2])


class PgBouncer:
    """A process in front of the database of `database_url`.

    Args:
        database_url: of the database itself.
        mode: `transaction`, or another of its `pool_mode`.
    """

    def __init__(self, database_url: str, *, mode: str = "transaction") -> None:
        assert PROGRAM
        self.program = PROGRAM
        self.version = version_of(PROGRAM)
        self.direct_url = database_url
        self._parts = urlsplit(database_url)
        self._mode = mode
        self._directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._configure()

    @property
    def url(self) -> str:
        """Of the database through it."""
        return f"postgresql://{self._user}@127.0.0.1:{self.port}{self._parts.path}?sslmode=disable"

    async def start(self) -> None:
        """Start it, and return when it answers."""
        account = self._account()
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, str(self._directory / "pgbouncer.ini")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # It refuses to run as root.
                user=account,
                group=None if account is None else pwd.getpwuid(account).pw_gid,
                extra_groups=None if account is None else [],
            )
        async with asyncio.timeout(30):
            while not await self._answers():
                assert self._process.poll() is None, (self._directory / "log").read_text()
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End it at once, whoever is connected."""
        process, self._process = self._process, None
        if process is not None:
            # Where SIGTERM waits for the clients, SIGQUIT does not.
            process.send_signal(signal.SIGQUIT if self.version >= (1, 23) else signal.SIGTERM)
            await asyncio.to_thread(process.wait, 30)

    async def dispose(self) -> None:
        """End it, and leave nothing behind."""
        await self.stop()
        shutil.rmtree(self._directory)

    async def command(self, text: str) -> None:
        """Give it an order, such as `PAUSE`."""
        admin = await self._admin()
        try:
            await admin.execute(text)
        finally:
            admin.terminate()

    async def _admin(self) -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(
            host="127.0.0.1", port=self.port, user=_ADMIN, database="pgbouncer", ssl=False
        )

    async def _answers(self) -> bool:
        try:
            (await self._admin()).terminate()
        except OSError:
            return False
        return True

    @property
    def _user(self) -> str:
        return unquote(self._parts.username or "postgres")

    def _host(self) -> str:
        return parse_qs(self._parts.query).get("host", [self._parts.hostname or "127.0.0.1"])[0]

    def _account(self) -> int | None:
        """Return whom it runs as: who may use the server's socket, where that is not us."""
        if os.geteuid() != 0:
            return None
        host = Path(self._host())
        if not host.is_absolute():
            return pwd.getpwnam("nobody").pw_uid
        # The run's own directory is root's: let its server's account walk through.
        if host.parent.name.startswith(_PREFIX):
            host.parent.chmod(0o711)
        return host.stat().st_uid or pwd.getpwnam("nobody").pw_uid

    def _configure(self) -> None:
        query = parse_qs(self._parts.query)
        server = {
            "host": self._host(),
            "port": str(self._parts.port or query.get("port", ["5432"])[0]),
            "user": self._user,
        }
        if self._parts.password:
            server["password"] = f"'{unquote(self._parts.password)}'"
        configuration = _CONFIGURATION.format(
            database=self._parts.path.removeprefix("/"),
            server=" ".join(f"{name}={value}" for name, value in server.items()),
            port=self.port,
            directory=self._directory,
            admin=_ADMIN,
            mode=self._mode,
            servers=SERVERS,
        )
        if self.version >= KEEPS_PREPARED:
            configuration += "max_prepared_statements = 200\n"
        (self._directory / "pgbouncer.ini").write_text(configuration)
        (self._directory / "users").write_text(f'"{self._user}" ""\n"{_ADMIN}" ""\n')
        self._directory.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
