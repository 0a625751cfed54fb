"""What a connection string says, and what it is refused for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.db.dsn.dsn import (
    DSN,
    SOCKET_DIRECTORIES,
    Host,
    Keepalive,
    SSLMode,
    TargetSession,
    TLSOptions,
)
from drystone.db.dsn.error import DSNError
from drystone.db.dsn.parse import parse_dsn

SOCKETS = tuple(Host(directory) for directory in SOCKET_DIRECTORIES)

HOSTS = [
    ("postgresql://db", (Host("db"),)),
    ("postgres://db:5433/app", (Host("db", 5433),)),
    ("postgresql://a:1,b:2/app", (Host("a", 1), Host("b", 2))),
    ("postgresql://a,b:2", (Host("a"), Host("b", 2))),
    ("postgresql://[::1]:5433,10.0.0.1", (Host("::1", 5433), Host("10.0.0.1"))),
    ("postgresql://%2Frun%2Fpostgresql/app", (Host("/run/postgresql"),)),
    ("postgresql:///app?host=/run/postgresql&port=5433", (Host("/run/postgresql", 5433),)),
    ("postgresql:///app", SOCKETS),
    ("", SOCKETS),
    ("port=5433", tuple(Host(directory, 5433) for directory in SOCKET_DIRECTORIES)),
    ("host=a,,b port=1", (Host("a", 1), *(Host(one.name, 1) for one in SOCKETS), Host("b", 1))),
    ("host=fe80::1%eth0,::1", (Host("fe80::1%eth0"), Host("::1"))),
    ("host=/run/a:b", (Host("/run/a:b"),)),
    ("hostaddr=10.0.0.1", (Host("", 5432, "10.0.0.1"),)),
    ("host=a,b hostaddr=10.0.0.1,::1", (Host("a", 5432, "10.0.0.1"), Host("b", 5432, "::1"))),
    ("host=a,b hostaddr=,::1", (Host("a"), Host("b", 5432, "::1"))),
]

BAD = [
    ("host=a,b port=1,2,3", "one port, or one for each host"),
    ("host=a,b hostaddr=::1", "give each host its address"),
    ("host=a hostaddr=b", "hostaddr is no IP address"),
    ("host=a:1,b:2", "host holds a port: write ports as port=1,2"),
    ("host=@abstract", "abstract Unix socket"),
    ("host='a b'", "no host name has"),
    ("postgresql://h:port", "port is not a number from 1 to 65535"),
    ("postgresql://h:0", "port is not a number from 1 to 65535"),
    ("postgresql://h:65536", "port is not a number from 1 to 65535"),
    ("postgresql://h:99999999999", "port is not a number from 1 to 65535"),
    ("postgresql://u:p@ss@h", "write @ as %40"),
    ("postgresql://u:1/2@h", "write @ as %40"),
    ("postgresql://[::1", "not closed"),
    ("postgresql://[::1]x", "followed by something odd"),
    ("postgresql://h?dbname", "parameter 1 after the ? is not name=value"),
    ("postgresql://h?user=a&dbname=b=c", "parameter 2 after the ? is not name=value"),
    ("postgresql://h?dbname=%zz", "write % as %25"),
    ("postgresql://h?dbname=%ff", "parameter 1 after the ? is not UTF-8"),
    ("postgresql://h/%00", "the database holds a % without two hexadecimal digits"),
    ("postgresql://h/a b", "the database holds a space: write it %20"),
    ("dbname", 'there is no "=" after the word at character 1'),
    ("host=a dbname", 'there is no "=" after the word at character 8'),
    ("password='it", "the quote at character 10 is not closed"),
    ("dbname=a\0b", "dbname holds a NUL character"),
    ("conect_timeout=3", "there is no parameter conect_timeout: did you mean connect_timeout?"),
    ("database=app", "did you mean dbname?"),
    ("statement_timeout=3", "settings of the server go into options"),
    ("connect_timeout=soon", "connect_timeout is not a whole number"),
    ("connect_timeout=2.5", "connect_timeout is not a whole number"),
    ("keepalives=2", "keepalives is neither 0 nor 1"),
    ("sslmode=always", "write one of disable, allow, prefer, require, verify-ca, verify-full"),
    ("target_session_attrs=master", "target_session_attrs is not known"),
    ("load_balance_hosts=yes", "write one of disable, random"),
    ("ssl_min_protocol_version=SSLv3", "write one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3"),
    ("ssl_max_protocol_version=TLSv1.1", "ssl_min_protocol_version is above"),
    ("sslrootcert=system sslmode=require", "needs sslmode=verify-full"),
    ("sslnegotiation=direct", "needs sslmode=require or stronger"),
    ("sslmode=verify-full sslsni=0", "sslsni=0 cannot be had with sslmode=verify-full"),
    ("sslcertmode=require", "write one of allow, disable"),
    ("client_encoding=latin1", "only UTF8 is spoken"),
    ("channel_binding=require", "not bound to the TLS channel"),
    ("gssencmode=require", "Kerberos is not spoken"),
    ("service=mine", "service files are not read"),
    ("requirepeer=postgres", "the owner of a socket is not checked"),
    ("require_auth=scram-sha-256", "the server's choice"),
    ("replication=database", "replication is not spoken"),
]


@pytest.mark.parametrize(("text", "hosts"), HOSTS)
def test_hosts(text: str, hosts: tuple[Host, ...]) -> None:
    assert parse_dsn(text).hosts == hosts


@pytest.mark.parametrize(("text", "what"), BAD)
def test_what_cannot_be_used_is_refused_with_its_mend(text: str, what: str) -> None:
    with pytest.raises(DSNError) as caught:
        parse_dsn(text)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_both_forms_say_the_same() -> None:
    uri = parse_dsn("postgresql://ann:s%40fe@db:5433/my%20app?sslmode=require&connect_timeout=5")
    pairs = parse_dsn(
        "host=db port=5433 user=ann password=s@fe dbname='my app' sslmode=require connect_timeout=5"
    )
    assert uri == pairs
    assert pairs == DSN(
        hosts=(Host("db", 5433),),
        database="my app",
        user="ann",
        password="s@fe",
        connect_timeout_seconds=5,
        tls=TLSOptions(mode=SSLMode.REQUIRE),
    )


def test_a_silent_peer_is_noticed_where_nothing_is_said() -> None:
    dsn = parse_dsn("host=db")
    assert dsn.connect_timeout_seconds == 2
    assert dsn.keepalive == Keepalive(
        enabled=True, idle_seconds=10, interval_seconds=5, count=3, user_timeout_ms=15_000
    )


def test_what_is_said_of_a_silent_peer_counts() -> None:
    dsn = parse_dsn(
        "keepalives=0 keepalives_idle=60 keepalives_interval=-1 keepalives_count=0 "
        "tcp_user_timeout=1000"
    )
    assert dsn.keepalive == Keepalive(
        enabled=False, idle_seconds=60, interval_seconds=0, count=0, user_timeout_ms=1000
    )


@pytest.mark.parametrize("text", ["0", "-1"])
def test_no_connect_timeout_waits_for_ever(text: str) -> None:
    assert parse_dsn(f"connect_timeout={text}").connect_timeout_seconds is None


@pytest.mark.parametrize("target", list(TargetSession))
def test_every_kind_of_session_can_be_asked_for(target: TargetSession) -> None:
    assert parse_dsn(f"target_session_attrs={target}").target is target


def test_tls_options() -> None:
    text = (
        "sslmode=verify-ca sslnegotiation=direct sslrootcert=/ca sslcert=/c sslkey=/k "
        "sslpassword=secret sslcertmode=disable sslcrl=/crl sslcrldir=/crls sslsni=0 "
        "ssl_min_protocol_version=tlsv1.3 ssl_max_protocol_version=TLSv1.3"
    )
    assert parse_dsn(text).tls == TLSOptions(
        mode=SSLMode.VERIFY_CA,
        direct=True,
        root_certificate="/ca",
        certificate="/c",
        key="/k",
        key_password="secret",
        offers_certificate=False,
        revocations="/crl",
        revocation_directory="/crls",
        sends_name=False,
        minimum_version="TLSv1.3",
        maximum_version="TLSv1.3",
    )


def test_the_systems_authorities_need_a_name() -> None:
    assert parse_dsn("sslrootcert=system").tls.mode is SSLMode.VERIFY_FULL


def test_java_spelling() -> None:
    assert parse_dsn("postgresql://h?ssl=true").tls.mode is SSLMode.REQUIRE


def test_the_fallback_name_falls_back() -> None:
    assert parse_dsn("fallback_application_name=a").application_name == "a"
    both = "application_name=b fallback_application_name=a"
    assert parse_dsn(both).application_name == "b"


def test_options_and_random_order() -> None:
    dsn = parse_dsn("options='-c statement_timeout=5s' load_balance_hosts=random")
    assert dsn.options == "-c statement_timeout=5s"
    assert dsn.shuffles_hosts
    assert not parse_dsn("").shuffles_hosts


@pytest.mark.parametrize(
    "text",
    [
        "client_encoding=utf8",
        "channel_binding=prefer",
        "gssencmode=disable",
        "krbsrvname=postgres",
        "sslcompression=1",
        "replication=false",
        "max_protocol_version=latest",
        "service=''",
    ],
)
def test_what_asks_for_nothing_is_taken(text: str) -> None:
    assert parse_dsn(text) == parse_dsn("")


ENVIRONMENT = {
    "PGHOST": "env-host",
    "PGPORT": "5433",
    "PGUSER": "env-user",
    "PGPASSWORD": "env-password",
    "PGDATABASE": "env-db",
    "PGSSLMODE": "require",
    "PGCONNECT_TIMEOUT": "7",
    "PGAPPNAME": "env-app",
    "PGOPTIONS": "-c x.y=1",
    "HOME": "/home/ann",
}


def test_the_environment_stands_in() -> None:
    assert parse_dsn("", environment=ENVIRONMENT) == DSN(
        hosts=(Host("env-host", 5433),),
        database="env-db",
        user="env-user",
        password="env-password",
        password_file="/home/ann/.pgpass",
        connect_timeout_seconds=7,
        tls=TLSOptions(mode=SSLMode.REQUIRE, directory="/home/ann/.postgresql"),
        application_name="env-app",
        options="-c x.y=1",
    )


def test_the_string_comes_before_the_environment() -> None:
    dsn = parse_dsn(
        "postgresql://u:p@h:1/d?passfile=/pass&fallback_application_name=x", environment=ENVIRONMENT
    )
    assert (dsn.user, dsn.password, dsn.hosts, dsn.database) == ("u", "p", (Host("h", 1),), "d")
    assert dsn.password_file == "/pass"
    assert dsn.application_name == "env-app"


def test_an_empty_variable_or_parameter_is_not_given() -> None:
    assert parse_dsn("", environment={"PGHOST": "", "PGPORT": ""}).hosts == SOCKETS
    assert parse_dsn("user=''", environment={"PGUSER": "env"}).user is None


def test_a_mistake_in_the_environment_names_its_variable() -> None:
    with pytest.raises(DSNError, match="PGPORT is not a number"):
        parse_dsn("", environment={"PGPORT": "x"})
    with pytest.raises(DSNError, match="PGSERVICE cannot be had: service files are not read"):
        parse_dsn("", environment={"PGSERVICE": "x"})
    assert parse_dsn("", environment={"PGSERVICEFILE": "/x"}) == parse_dsn("")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("postgresql://ann:secret@a,b:2/app", "a:5432,b:2/app"),
        ("postgresql://ann:secret@[::1]", "[::1]:5432/ann"),
        ("host=a hostaddr=::1", "a:5432"),
        ("hostaddr=::1 dbname=app", "[::1]:5432/app"),
        ("host=/run/postgresql dbname=app password=secret", "/run/postgresql:5432/app"),
    ],
)
def test_the_summary_says_where_and_nothing_secret(text: str, summary: str) -> None:
    assert parse_dsn(text).summary == summary


def test_no_secret_is_shown() -> None:
    dsn = parse_dsn("password=hidden-1 sslpassword=hidden-2 host=db")
    assert "hidden" not in repr(dsn)
    assert "hidden" not in f"{dsn} {dsn.summary}"


@given(secret=st.text("abcxyz0189@:/?#&=%' \\", min_size=1, max_size=12))
def test_no_message_repeats_a_password_that_was_not_encoded(secret: str) -> None:
    marked = f"Zq{secret}qZ"
    for text in (f"postgresql://ann:{marked}@db/app", f"host=db password={marked} dbname=app"):
        shown = read_or_refuse(text)
        assert "Zq" not in shown
        assert "qZ" not in shown


@given(text=st.text(max_size=30), prefix=st.sampled_from(["", "postgresql://", "host="]))
def test_any_text_is_a_dsn_or_a_dsn_error(text: str, prefix: str) -> None:
    assert read_or_refuse(prefix + text)


def read_or_refuse(text: str) -> str:
    """Return what a log would show."""
    try:
        return parse_dsn(text).summary
    except DSNError as error:
        return str(error)
