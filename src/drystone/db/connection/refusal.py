"""What a failed attempt means: in words, and whether the next server is worth trying.

libpq's rules (34.1.1.3 "Specifying Multiple Hosts"): a server that is away, starting or
ending is passed over; one that answered and refused ends the search, since the next one
would most likely refuse as well, and a wrong password tried everywhere locks accounts.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Final

import asyncpg

from .connect_error import ConnectError, HostsUnreachable, NotAdmitted, TLSUnusable

_WRONG_LOGIN: Final = "28P01"
_NOT_IN_HBA: Final = "28000"
# The driver's own words for a server that answers the wish for TLS with no.
_NO_TLS: Final = "rejected SSL upgrade"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one attempt failed.

    Attributes:
        reason: half a sentence.
        kind: the error to raise when this is what the search ends with.
        is_final: whether no other server is tried.
    """

    reason: str
    kind: type[ConnectError]
    is_final: bool


def judge(error: Exception) -> Refusal | None:
    """Return what an error of asyncpg or the system means; None where it is a fault of ours."""
    if isinstance(error, asyncpg.PostgresError):
        return _judge_state(error)
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):
        return Refusal(str(error), NotAdmitted, is_final=True)
    if isinstance(error, ssl.SSLError):
        return Refusal(f"TLS failed: {_tls_words(error)}", TLSUnusable, is_final=True)
    if isinstance(error, ConnectionError) and _NO_TLS in str(error):
        return Refusal("the server has no TLS, and it is required", TLSUnusable, is_final=True)
    if isinstance(error, TimeoutError):
        return Refusal("no answer in time", HostsUnreachable, is_final=False)
    if isinstance(error, socket.gaierror):
        return Refusal("the name cannot be looked up", HostsUnreachable, is_final=False)
    if isinstance(error, OSError):
        return Refusal(_system_words(error), HostsUnreachable, is_final=False)
    return None


def is_about_the_password(error: Exception) -> bool:
    """Return whether a password that was not found could be the cause."""
    return isinstance(error, asyncpg.PostgresError) and error.sqlstate in {
        _WRONG_LOGIN,
        _NOT_IN_HBA,
    }


def calls_for_plain(error: Exception) -> bool:
    """Return whether `sslmode=prefer` tries again without TLS.

    Not after a wrong password: it would be as wrong, and might cross the network in clear.
    """
    if isinstance(error, asyncpg.PostgresError):
        return error.sqlstate == _NOT_IN_HBA
    # Refused, unreachable and the like are subclasses of their own: TLS is not to blame.
    return isinstance(error, ssl.SSLError) or type(error) in {ConnectionError, ConnectionResetError}


def calls_for_tls(error: Exception) -> bool:
    """Return whether `sslmode=allow` tries again with TLS."""
    return isinstance(error, asyncpg.PostgresError) and error.sqlstate == _NOT_IN_HBA


def _judge_state(error: asyncpg.PostgresError) -> Refusal:
    state = error.sqlstate or ""
    reason = str(error.args[0]) if error.args else state
    if state.startswith("57P") or (state.startswith("08") and state != "08P01"):
        return Refusal(reason, HostsUnreachable, is_final=False)
    # Full: it answers, so the others are not asked, but it passes by itself.
    kind = HostsUnreachable if state.startswith("53") else NotAdmitted
    return Refusal(reason, kind, is_final=True)


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({error.verify_message})"
    # Not every SSLError was raised by OpenSSL, and has a reason of its own.
    return (getattr(error, "reason", None) or str(error)).replace("_", " ").lower()


def _system_words(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
