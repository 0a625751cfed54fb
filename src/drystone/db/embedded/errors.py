"""What can go wrong with the database that Drystone starts itself.

These errors end a start, never a request: the command line prints one and exits.
So the first line of each says what is wrong and how to mend it, and the last
lines of the server's own log follow where there is one. Nothing is imported, so
that every module of the embedded server can raise them.

    EmbeddedError
    ├── BinariesMissing        no PostgreSQL of a usable version was found
    ├── BinariesUnusable       found, but it cannot be run here
    ├── AccountUnusable        root cannot hand the server to an unprivileged account
    ├── DirectoryUnusable      cannot be made, written or reached
    │   ├── NotACluster            holds something else
    │   └── VersionMismatch        holds data of another major version
    ├── DiskFull
    ├── InitdbFailed
    ├── StartFailed            the server ended before it was ready
    │   ├── PortInUse
    │   └── StartTimeout           it was not ready in time
    └── StopFailed             the server would not end
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used.

    Args:
        message: one line: what is wrong, and the mend.
        log: the last lines that PostgreSQL wrote about it.
    """

    def __init__(self, message: str, *, log: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *(f"    {line}" for line in log)]))
        self.message = message
        self.log = tuple(log)


class BinariesMissing(EmbeddedError):
    """No PostgreSQL of a usable version was found."""


class BinariesUnusable(EmbeddedError):
    """PostgreSQL was found, and cannot be run here."""


class AccountUnusable(EmbeddedError):
    """There is no account that the server may run under."""


class DirectoryUnusable(EmbeddedError):
    """The directory cannot be made, written or reached."""


class NotACluster(DirectoryUnusable):
    """The directory holds files that are not a cluster of ours."""


class VersionMismatch(DirectoryUnusable):
    """The data was written by another major version of PostgreSQL."""


class DiskFull(EmbeddedError):
    """There is no room for the data."""


class InitdbFailed(EmbeddedError):
    """`initdb` could not make a cluster."""


class StartFailed(EmbeddedError):
    """The server ended before it was ready."""


class PortInUse(StartFailed):
    """Another process listens on the TCP port."""


class StartTimeout(StartFailed):
    """The server was not ready, or not free, in time."""


class StopFailed(EmbeddedError):
    """The server would not end."""
