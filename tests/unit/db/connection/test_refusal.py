"""What a failed attempt means."""

from __future__ import annotations

import socket
import ssl

import asyncpg
import pytest

from drystone.db.connection.connect_error import (
    ConnectError,
    HostsUnreachable,
    NotAdmitted,
    TLSUnusable,
)
from drystone.db.connection.refusal import calls_for_plain, calls_for_tls, judge

CASES: list[tuple[Exception, type[ConnectError], bool, str]] = [
    (ConnectionRefusedError(111, "Connection refused"), HostsUnreachable, False, "refused"),
    (FileNotFoundError(2, "No such file"), HostsUnreachable, False, "no such file"),
    (TimeoutError(), HostsUnreachable, False, "no answer in time"),
    (socket.gaierror(-2, "unknown"), HostsUnreachable, False, "cannot be looked up"),
    (OSError(), HostsUnreachable, False, "oserror"),
    (asyncpg.CannotConnectNowError("is starting up"), HostsUnreachable, False, "starting up"),
    (asyncpg.AdminShutdownError("is ending"), HostsUnreachable, False, "is ending"),
    (asyncpg.ConnectionDoesNotExistError("closed"), HostsUnreachable, False, "closed"),
    (asyncpg.TooManyConnectionsError("too many"), HostsUnreachable, True, "too many"),
    (asyncpg.InvalidPasswordError("wrong"), NotAdmitted, True, "wrong"),
    (asyncpg.InvalidCatalogNameError("no such"), NotAdmitted, True, "no such"),
    (asyncpg.ProtocolViolationError("unsupported"), NotAdmitted, True, "unsupported"),
    (asyncpg.InterfaceError("kerberos"), NotAdmitted, True, "kerberos"),
    (ConnectionError("x rejected SSL upgrade"), TLSUnusable, True, "the server has no TLS"),
    (ssl.SSLError(1, "bad"), TLSUnusable, True, "tls failed"),
]


@pytest.mark.parametrize(("error", "kind", "is_final", "words"), CASES)
def test_what_an_error_means(
    error: Exception, kind: type[ConnectError], is_final: bool, words: str
) -> None:
    refusal = judge(error)
    assert refusal is not None
    assert (refusal.kind, refusal.is_final) == (kind, is_final)
    assert words in refusal.reason.lower() or words in refusal.reason


def test_a_fault_of_ours_means_nothing() -> None:
    assert judge(ZeroDivisionError()) is None


def test_when_tls_is_given_up_or_tried() -> None:
    not_in_hba = asyncpg.InvalidAuthorizationSpecificationError("no entry")
    wrong = asyncpg.InvalidPasswordError("wrong")
    for about_tls in (ConnectionError("rejected"), ssl.SSLError(1, "x"), ConnectionResetError()):
        assert calls_for_plain(about_tls)
        assert not calls_for_tls(about_tls)
    for another in (ConnectionRefusedError(), TimeoutError(), wrong):
        assert not calls_for_plain(another)
        assert not calls_for_tls(another)
    assert calls_for_plain(not_in_hba)
    assert calls_for_tls(not_in_hba)
