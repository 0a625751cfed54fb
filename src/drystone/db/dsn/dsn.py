"""A connection string, read: who, where, and how to get there.

`parse.py` makes one; everything that opens a connection takes one. The names are ours,
the meaning is libpq's (PostgreSQL documentation, 34.1.2 "Parameter Key Words"), except
for five defaults that libpq leaves to the kernel, and for which the kernel waits from
two minutes to two hours. A request cannot, so where the string says nothing:

    connect_timeout        2 s    libpq: for ever
    keepalives_idle       10 s    Linux: 7,200
    keepalives_interval    5 s    Linux: 75
    keepalives_count       3      Linux: 9
    tcp_user_timeout      15 s    Linux: up to 16 minutes of resending

A peer that falls silent is noticed within 25 s when idle and 15 s when written to. Where
libpq takes 0 for the system's own value, so do we.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

# Where PostgreSQL puts its sockets: Debian's and Red Hat's packages, then upstream.
SOCKET_DIRECTORIES = ("/var/run/postgresql", "/tmp")  # noqa: S108  (libpq's own default)


class SSLMode(StrEnum):
    """How much TLS is asked of a server (34.19.3, table 34.1)."""

    DISABLE = "disable"
    ALLOW = "allow"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"

    @property
    def tells_who_answers(self) -> bool:
        """Whether the server's certificate must be trusted."""
        return self in {SSLMode.VERIFY_CA, SSLMode.VERIFY_FULL}


class TargetSession(StrEnum):
    """Which server of several is wanted (`target_session_attrs`)."""

    ANY = "any"
    READ_WRITE = "read-write"
    READ_ONLY = "read-only"
    PRIMARY = "primary"
    STANDBY = "standby"
    PREFER_STANDBY = "prefer-standby"


@dataclass(frozen=True, slots=True)
class Host:
    """One server to try.

    Attributes:
        name: a host's name or address, or the directory of a Unix socket. Also what a
            certificate and a line of the password file must name.
        port: the TCP port, or the number in the socket's name.
        address: an IP address to connect to instead of looking up `name`.
    """

    name: str
    port: int = 5432
    address: str | None = None

    @property
    def is_unix(self) -> bool:
        """Whether this is a Unix socket."""
        return self.address is None and self.name.startswith("/")

    def __str__(self) -> str:
        """Return the host for a log: `db.example:5432`, `[::1]:5432`, `/run/postgresql:5432`."""
        name = self.name or self.address or ""
        return f"[{name}]:{self.port}" if ":" in name else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keepalive:
    """When a silent TCP peer is given up; 0 leaves a value to the system.

    Attributes:
        enabled: whether the kernel asks an idle peer at all.
        idle_seconds: of silence before it asks.
        interval_seconds: between one question and the next.
        count: of unanswered questions before the connection is given up.
        user_timeout_ms: how long sent bytes may stay unacknowledged; Linux only.
    """

    enabled: bool = True
    idle_seconds: int = 10
    interval_seconds: int = 5
    count: int = 3
    user_timeout_ms: int = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TLSOptions:
    """How a connection is encrypted, and whom it trusts.

    Attributes:
        mode: how much is asked.
        direct: TLS from the first byte (`sslnegotiation=direct`, PostgreSQL 17).
        root_certificate: file of the authorities to trust, or `system`.
        certificate: file of our own certificate.
        key: file of its key.
        key_password: of that file.
        offers_certificate: whether ours is sent to a server that asks.
        revocations: file of revoked certificates.
        revocation_directory: directory of such files, named by hash.
        sends_name: whether the server's name is sent in clear (SNI).
        minimum_version: `TLSv1` to `TLSv1.3`.
        maximum_version: the same, or None for the newest.
        directory: where the files that are not named are looked for
            (`~/.postgresql`); None looks nowhere.
    """

    mode: SSLMode = SSLMode.PREFER
    direct: bool = False
    root_certificate: str | None = None
    certificate: str | None = None
    key: str | None = None
    key_password: str | None = field(default=None, repr=False)
    offers_certificate: bool = True
    revocations: str | None = None
    revocation_directory: str | None = None
    sends_name: bool = True
    minimum_version: str = "TLSv1.2"
    maximum_version: str | None = None
    directory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DSN:
    """A connection string, read.

    Attributes:
        hosts: those to try, in this order; at least one.
        database: None is the one named like the user.
        user: None is the account that the process runs under.
        password: None looks into `password_file`.
        password_file: None has none.
        connect_timeout_seconds: for each address; None waits for ever.
        target: which server of several is wanted.
        shuffles_hosts: whether hosts and their addresses are tried in random order.
        tls: how TCP connections are encrypted; Unix sockets never are.
        keepalive: when a silent peer is given up.
        application_name: what the server's own lists and logs show.
        options: the server's command line options, such as `-c statement_timeout=5s`.
            PgBouncer takes few of them: behind it, set them on the role.
    """

    hosts: tuple[Host, ...]
    database: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    password_file: str | None = None
    connect_timeout_seconds: float | None = 2
    target: TargetSession = TargetSession.ANY
    shuffles_hosts: bool = False
    tls: TLSOptions = TLSOptions()
    keepalive: Keepalive = Keepalive()
    application_name: str | None = None
    options: str | None = None

    @property
    def summary(self) -> str:
        """Hosts, ports and database, for a log: `db1:5432,db2:5432/app`."""
        hosts = ",".join(str(host) for host in self.hosts)
        database = self.database or self.user
        return f"{hosts}/{database}" if database else hosts
