"""A connection string, from text to `DSN`.

PostgreSQL documentation, 34.1.1 "Connection Strings". Two forms, read by `uri.py` and
`key_value.py` into parameters; `keywords.py` says which there are and adds the
environment's; here each gets its type. Pure: the environment is passed in, no file is
read and no name looked up.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .dsn import DSN, Keepalive, SSLMode, TargetSession, TLSOptions
from .error import DSNError
from .host_list import read_hosts
from .key_value import read_key_value
from .keywords import gather
from .uri import is_uri, read_uri
from .values import read_amount, read_choice, read_integer, read_switch, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .keywords import Given

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
# In the order of their strength.
_TLS_VERSIONS: Final = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


class _Negotiation(StrEnum):
    POSTGRES = "postgres"
    DIRECT = "direct"


class _LoadBalance(StrEnum):
    DISABLE = "disable"
    RANDOM = "random"


class _CertificateMode(StrEnum):
    ALLOW = "allow"
    DISABLE = "disable"


def parse_dsn(text: str, *, environment: Mapping[str, str] = _NOTHING) -> DSN:
    """Return what a connection string says.

    Args:
        text: a URI (`postgresql://…`) or `name=value` pairs.
        environment: the `PG…` variables stand in for parameters that are not given, and
            `HOME` is where `.pgpass` and `.postgresql` lie. Without it neither counts.

    Raises:
        DSNError: it cannot be read, or asks for what is not done.

    >>> dsn = parse_dsn("postgresql://ann:secret@db1,db2:5433/app?target_session_attrs=primary")
    >>> dsn.summary, dsn.user, dsn.target.value
    ('db1:5432,db2:5433/app', 'ann', 'primary')
    >>> parse_dsn("host=/run/postgresql dbname=app").hosts[0].is_unix
    True
    """
    parameters = read_uri(text) if is_uri(text) else read_key_value(text)
    given = gather(parameters, environment)
    home = environment.get("HOME") or None
    seconds = read_integer(given, "connect_timeout", 2)
    application_name = read_text(given, "application_name")
    return DSN(
        hosts=read_hosts(given),
        database=read_text(given, "dbname"),
        user=read_text(given, "user"),
        password=read_text(given, "password"),
        password_file=read_text(given, "passfile") or _below(home, ".pgpass"),
        connect_timeout_seconds=seconds if seconds > 0 else None,
        target=read_choice(given, "target_session_attrs", TargetSession.ANY),
        shuffles_hosts=read_choice(given, "load_balance_hosts", _LoadBalance.DISABLE)
        is _LoadBalance.RANDOM,
        tls=_read_tls(given, _below(home, ".postgresql")),
        keepalive=_read_keepalive(given),
        application_name=application_name or read_text(given, "fallback_application_name"),
        options=read_text(given, "options"),
    )


def _below(home: str | None, name: str) -> str | None:
    return str(PurePosixPath(home, name)) if home else None


def _read_keepalive(given: Mapping[str, Given]) -> Keepalive:
    return Keepalive(
        enabled=read_switch(given, "keepalives"),
        idle_seconds=read_amount(given, "keepalives_idle", 10),
        interval_seconds=read_amount(given, "keepalives_interval", 5),
        count=read_amount(given, "keepalives_count", 3),
        user_timeout_ms=read_amount(given, "tcp_user_timeout", 15_000),
    )


def _read_tls(given: Mapping[str, Given], directory: str | None) -> TLSOptions:
    root = read_text(given, "sslrootcert")
    # The system's authorities vouch for anybody, so only a name tells who answers.
    default = SSLMode.VERIFY_FULL if root == "system" else SSLMode.PREFER
    certificates = read_choice(given, "sslcertmode", _CertificateMode.ALLOW)
    options = TLSOptions(
        mode=read_choice(given, "sslmode", default),
        direct=read_choice(given, "sslnegotiation", _Negotiation.POSTGRES) is _Negotiation.DIRECT,
        root_certificate=root,
        certificate=read_text(given, "sslcert"),
        key=read_text(given, "sslkey"),
        key_password=read_text(given, "sslpassword"),
        offers_certificate=certificates is _CertificateMode.ALLOW,
        revocations=read_text(given, "sslcrl"),
        revocation_directory=read_text(given, "sslcrldir"),
        sends_name=read_switch(given, "sslsni"),
        minimum_version=_read_tls_version(given, "ssl_min_protocol_version") or "TLSv1.2",
        maximum_version=_read_tls_version(given, "ssl_max_protocol_version"),
        directory=directory,
    )
    _check_tls(options)
    return options


def _read_tls_version(given: Mapping[str, Given], name: str) -> str | None:
    text = read_text(given, name)
    known = {version.lower(): version for version in _TLS_VERSIONS}
    if text is not None and text.lower() not in known:
        raise DSNError(f"{given[name].place} is not known: write one of {', '.join(_TLS_VERSIONS)}")
    return known[text.lower()] if text else None


def _check_tls(options: TLSOptions) -> None:
    """Refuse what contradicts itself."""
    if options.root_certificate == "system" and options.mode is not SSLMode.VERIFY_FULL:
        raise DSNError("sslrootcert=system needs sslmode=verify-full: write that, or leave it out")
    if options.direct and options.mode in {SSLMode.DISABLE, SSLMode.ALLOW, SSLMode.PREFER}:
        raise DSNError("sslnegotiation=direct needs sslmode=require or stronger: write that")
    if options.mode is SSLMode.VERIFY_FULL and not options.sends_name:
        raise DSNError("sslsni=0 cannot be had with sslmode=verify-full: leave it out")
    highest = options.maximum_version or _TLS_VERSIONS[-1]
    if _TLS_VERSIONS.index(options.minimum_version) > _TLS_VERSIONS.index(highest):
        raise DSNError("ssl_min_protocol_version is above ssl_max_protocol_version: swap them")
