"""Why there is no connection, told for each server that was tried.

    ConnectError                a ConnectionError, so `failures.translate` makes it 503
    ├── HostsUnreachable        nobody answered, or whoever did is starting or ending
    ├── NotAdmitted             a server answered and refused: password, role, database, limit
    ├── TLSUnusable             no TLS where it is required, or not with whom it should be
    └── NoSuchSession           servers answered, and none is of the kind that is wanted

The first and last pass by themselves; the two between wait for a person. Messages are
for the log and the command line: they hold names of hosts, roles and databases, and no
password.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Attempt:
    """One server that was tried in vain.

    Attributes:
        place: host and port, and the address behind the name.
        reason: half a sentence.
    """

    place: str
    reason: str

    def __str__(self) -> str:
        """Return both, as they read in a message."""
        return f"{self.place}: {self.reason}"


class ConnectError(ConnectionError):
    """There is no connection to the database.

    Args:
        message: what went wrong before any server was tried; empty where servers were.
        attempts: the servers tried, in order.
    """

    def __init__(self, message: str = "", *, attempts: Sequence[Attempt] = ()) -> None:
        tried = "; ".join(str(attempt) for attempt in attempts)
        super().__init__(message or f"no connection to PostgreSQL: {tried}")
        self.attempts = tuple(attempts)


class HostsUnreachable(ConnectError):
    """Nobody answered in time, or whoever did is starting or ending."""


class NotAdmitted(ConnectError):
    """A server answered, and refused."""


class TLSUnusable(ConnectError):
    """TLS is required and cannot be had, or the server could not prove who it is."""


class NoSuchSession(ConnectError):
    """Servers answered, and none is of the kind that `target_session_attrs` wants."""
