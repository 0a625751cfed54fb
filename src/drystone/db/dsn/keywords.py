"""Every parameter of a connection string, and the variable that stands in for it.

PostgreSQL documentation, 34.1.2 "Parameter Key Words" and 34.15 "Environment Variables",
as of version 18. A parameter that we do not carry out is here as well: where its value
asks for nothing that matters it is taken, else it is refused with a sentence. To pass it
over in silence could mean another server, or one that should not have been trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from .error import DSNError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Keyword:
    """A parameter that libpq knows.

    Attributes:
        name: in a connection string.
        variable: in the environment; None has none.
        refusal: why a value is refused; empty where we do what is asked.
        harmless: values that are taken all the same.
    """

    name: str
    variable: str | None = None
    refusal: str = ""
    harmless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and where it was found: its parameter, or the environment's variable."""

    value: str
    place: str


_ENCODING: Final = "only UTF8 is spoken here: leave it out"
_KERBEROS: Final = "Kerberos is not spoken here: leave it out, or write disable or prefer"
_OAUTH: Final = "OAuth is not spoken here: use a password or a certificate"
_SCRAM: Final = "SCRAM keys are not used here: give the password"
_CHANNEL: Final = (
    "passwords are not bound to the TLS channel here: write prefer, and sslmode=verify-full "
    "to know the server"
)
_SERVICE: Final = "service files are not read: write the service's parameters themselves"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALL: Final = (
    Keyword("host", "PGHOST"),
    Keyword("hostaddr", "PGHOSTADDR"),
    Keyword("port", "PGPORT"),
    Keyword("dbname", "PGDATABASE"),
    Keyword("user", "PGUSER"),
    Keyword("password", "PGPASSWORD"),
    Keyword("passfile", "PGPASSFILE"),
    Keyword("connect_timeout", "PGCONNECT_TIMEOUT"),
    Keyword("target_session_attrs", "PGTARGETSESSIONATTRS"),
    Keyword("load_balance_hosts", "PGLOADBALANCEHOSTS"),
    Keyword("application_name", "PGAPPNAME"),
    Keyword("fallback_application_name"),
    Keyword("options", "PGOPTIONS"),
    Keyword("keepalives"),
    Keyword("keepalives_idle"),
    Keyword("keepalives_interval"),
    Keyword("keepalives_count"),
    Keyword("tcp_user_timeout"),
    Keyword("sslmode", "PGSSLMODE"),
    Keyword("sslnegotiation", "PGSSLNEGOTIATION"),
    Keyword("sslrootcert", "PGSSLROOTCERT"),
    Keyword("sslcert", "PGSSLCERT"),
    Keyword("sslkey", "PGSSLKEY"),
    Keyword("sslpassword"),
    Keyword("sslcertmode", "PGSSLCERTMODE"),
    Keyword("sslcrl", "PGSSLCRL"),
    Keyword("sslcrldir", "PGSSLCRLDIR"),
    Keyword("sslsni", "PGSSLSNI"),
    Keyword("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    Keyword("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    # Taken and refused. TLS has not been compressed for years, by libpq either.
    Keyword("sslcompression", "PGSSLCOMPRESSION", "write 0", _words("0 1")),
    Keyword(
        "client_encoding",
        "PGCLIENTENCODING",
        _ENCODING,
        _words("UTF8 utf8 UTF-8 utf-8 UNICODE unicode"),
    ),
    Keyword("channel_binding", "PGCHANNELBINDING", _CHANNEL, _words("disable prefer")),
    Keyword("gssencmode", "PGGSSENCMODE", _KERBEROS, _words("disable prefer")),
    Keyword("krbsrvname", "PGKRBSRVNAME", _KERBEROS, _words("postgres")),
    Keyword("gsslib", "PGGSSLIB", _KERBEROS, _words("gssapi sspi")),
    Keyword("gssdelegation", "PGGSSDELEGATION", _KERBEROS, _words("0")),
    Keyword("requirepeer", "PGREQUIREPEER", "the owner of a socket is not checked here"),
    Keyword("require_auth", "PGREQUIREAUTH", "the way of authentication is the server's choice"),
    Keyword("min_protocol_version", "PGMINPROTOCOLVERSION", "only 3.0 is spoken", _words("3.0")),
    Keyword(
        "max_protocol_version",
        "PGMAXPROTOCOLVERSION",
        "only 3.0 is spoken",
        _words("3.0 3.2 latest"),
    ),
    Keyword("replication", None, "replication is not spoken", _words("false off no 0")),
    Keyword("service", "PGSERVICE", _SERVICE),
    # Its variable alone says nothing: it counts when a service is named.
    Keyword("servicefile", None, _SERVICE),
    Keyword("scram_client_key", None, _SCRAM),
    Keyword("scram_server_key", None, _SCRAM),
    Keyword("oauth_issuer", None, _OAUTH),
    Keyword("oauth_client_id", None, _OAUTH),
    Keyword("oauth_client_secret", None, _OAUTH),
    Keyword("oauth_scope", None, _OAUTH),
    Keyword("sslkeylogfile", None, "session keys are not written to files here"),
)
KEYWORDS: Final[Mapping[str, Keyword]] = {keyword.name: keyword for keyword in _ALL}


def gather(
    parameters: Iterator[tuple[str, str]], environment: Mapping[str, str]
) -> dict[str, Given]:
    """Return what was given for each parameter; the environment where the string is silent.

    The last of several counts, and what is empty is not given.

    Raises:
        DSNError: a parameter is unknown, or asks for what is not done.
    """
    given = {
        keyword.name: Given(environment[keyword.variable], keyword.variable)
        for keyword in _ALL
        if keyword.variable and keyword.variable in environment
    }
    for name, value in parameters:
        if name not in KEYWORDS:
            raise _unknown(name)
        given[name] = Given(value, name)
    found = {name: one for name, one in given.items() if one.value}
    for name, one in found.items():
        _check(KEYWORDS[name], one)
    return found


def _check(keyword: Keyword, given: Given) -> None:
    if "\0" in given.value:
        raise DSNError(f"{given.place} holds a NUL character")
    if keyword.refusal and given.value not in keyword.harmless:
        raise DSNError(f"{given.place} cannot be had: {keyword.refusal}")


def _unknown(name: str) -> DSNError:
    nearest = get_close_matches({"database": "dbname"}.get(name, name), KEYWORDS, n=1, cutoff=0.8)
    if nearest:
        return DSNError(f"there is no parameter {name}: did you mean {nearest[0]}?")
    # Not repeated: in a string that was put together wrongly it may be half a password.
    return DSNError(
        "there is a parameter that PostgreSQL does not have: settings of the server go into "
        "options, such as options='-c statement_timeout=5s'"
    )
