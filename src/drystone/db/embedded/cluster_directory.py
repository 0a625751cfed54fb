"""The folder that holds an embedded cluster, and the locks that guard it.

    .drystone/postgres/       mode 0700, owned by the account that runs the server
    ├── data/                 PostgreSQL's own data directory
    ├── .s.PGSQL.5432         the server's socket, where the path is short enough
    ├── server.log            what the server writes; server.log.1 is the one before
    ├── password              for TCP connections, when a port was asked for
    ├── lock                  held while somebody starts or stops the server
    ├── users                 held, shared, by every process that uses the server
    └── server                held by the server's own processes

The three locks are `flock(2)` locks: the kernel frees each when the last process
with the open file is gone, however it ends. From that follows everything else.
The server runs exactly as long as `server` is taken: its processes inherit the
open file, so no process id is trusted, backends that outlive a killed postmaster
count, and a server in another container is not started twice. A process is the last user
exactly when it can take `users` alone. A start cannot overlap another.

Mode 0700 is also what makes `trust` on the socket safe: only the account itself
and root get to it.

Everything is opened relative to the folder's descriptor and never through a
symbolic link, because as root we work in a folder that somebody else owns. The
descriptor has one more use: where the account cannot walk to the folder (a
project below `/root`, say), the server gets it by `/proc/self/fd`, which needs
no right on the folders above (proc(5)). What this leaves out: folders made on
the way down are never opened to anybody, and other systems than Linux get an
error there.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import DirectoryUnusable, DiskFull, NotACluster, StartTimeout
from .waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .account import Account

_MAX_LOG_BYTES = 8 << 20
_OURS = frozenset({"lock", "users", "server", "data", "server.log"})


class ClusterDirectory:
    """An open cluster directory; made where it is missing.

    Args:
        path: the folder, absolute.
        account: whom the server runs as, and so whom the folder belongs to.

    Raises:
        DirectoryUnusable: it cannot be made, or belongs to another account.
        NotACluster: it holds something else.
        DiskFull: there is no room for it.
    """

    def __init__(self, path: Path, account: Account) -> None:
        self.path = path.resolve()
        self.account = account
        self._users: int | None = None
        with self._explained():
            self._make()
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with self._explained():
                self._claim()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder and of every lock; closing twice is harmless."""
        self.leave_users()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def server_path(self) -> Path:
        """The path by which the server's processes reach the folder.

        Raises:
            DirectoryUnusable: there is none on this system.
        """
        if self.account.can_reach(self.path):
            return self.path
        by_descriptor = Path(f"/proc/self/fd/{self._descriptor}")
        if not by_descriptor.exists():
            raise DirectoryUnusable(
                f"{self.account.name}, whom root runs PostgreSQL as, cannot reach {self.path}: "
                "work in a folder that everybody may enter, or set DATABASE_URL."
            )
        return by_descriptor

    @property
    def descriptor(self) -> int:
        """The folder's descriptor, which processes that use `server_path` must inherit."""
        return self._descriptor

    # Files

    def open_file(self, name: str, flags: int) -> int:
        """Open a file below the folder, not following a link; a new one is private.

        Raises:
            OSError: as `open(2)` says.
        """
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            return os.open(name, flags & ~os.O_CREAT, dir_fd=self._descriptor)
        except FileNotFoundError:
            if not flags & os.O_CREAT:
                raise
        descriptor = os.open(name, flags, 0o600, dir_fd=self._descriptor)
        # Only a file that nobody else has a name for may be given away: a hard
        # link put there in the meantime could be any file of root's.
        if self.account.switched and os.fstat(descriptor).st_nlink == 1:
            os.fchown(descriptor, self.account.uid, self.account.gid)
        return descriptor

    def read_file(self, name: str, *, from_byte: int = 0, max_bytes: int = 65_536) -> str | None:
        """Return the text of a file below the folder, or None where there is none."""
        try:
            descriptor = self.open_file(name, os.O_RDONLY)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            file.seek(from_byte)
            return file.read(max_bytes).decode("utf-8", "replace")

    def open_log(self) -> tuple[int, int]:
        """Open the log to append to; return its descriptor and present length."""
        descriptor = self.open_file("server.log", os.O_RDWR | os.O_APPEND | os.O_CREAT)
        length = os.fstat(descriptor).st_size
        if length <= _MAX_LOG_BYTES:
            return descriptor, length
        os.close(descriptor)
        self.rename("server.log", "server.log.1")
        return self.open_file("server.log", os.O_RDWR | os.O_APPEND | os.O_CREAT), 0

    def rename(self, old: str, new: str) -> None:
        """Give a file or folder below this one another name, in one step."""
        os.rename(old, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove_tree(self, name: str) -> None:
        """Remove a folder below this one, if it is there."""
        if self.status(name) is not None:
            shutil.rmtree(name, dir_fd=self._descriptor)

    def status(self, name: str) -> os.stat_result | None:
        """Return what the system knows of a file below the folder, if it is there."""
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    # Locks

    @asynccontextmanager
    async def exclusive(self, timeout_seconds: float) -> AsyncIterator[int]:
        """Hold `lock`; yields its descriptor, for a child that is part of the work.

        Raises:
            StartTimeout: another process has been starting or stopping it all the time.
        """
        with self._explained():
            descriptor = self.open_file("lock", os.O_RDWR | os.O_CREAT)
        try:
            # Polled, because a thread blocked in flock(2) could not be cancelled.
            if not await until(lambda: _try_lock(descriptor, fcntl.LOCK_EX), timeout_seconds):
                raise StartTimeout(
                    f"another process has been starting or stopping the server in {self.path} "
                    f"for {timeout_seconds:g} s: try again, or end that process."
                )
            yield descriptor
        finally:
            os.close(descriptor)

    def join_users(self) -> None:
        """Become one of those who use the server; under `exclusive`."""
        if self._users is None:
            with self._explained():
                self._users = self.open_file("users", os.O_RDWR | os.O_CREAT)
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def leave_users(self) -> None:
        """Stop being one of those who use the server."""
        if self._users is not None:
            # Closed, not unlocked: a forked child that shares it still counts.
            os.close(self._users)
            self._users = None

    def has_users(self) -> bool:
        """Say whether any process uses the server; under `exclusive`."""
        return self._is_locked("users")

    def has_server(self) -> bool:
        """Say whether any process of the server is alive."""
        return self._is_locked("server")

    @contextmanager
    def server_lock(self) -> Iterator[int]:
        """Take `server` for processes about to be started; ours ends with the block."""
        descriptor = self.open_file("server", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield descriptor
        finally:
            os.close(descriptor)

    def _is_locked(self, name: str) -> bool:
        try:
            descriptor = self.open_file(name, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            free = _try_lock(descriptor, fcntl.LOCK_EX)
            # Unlocked before it is closed: a subprocess that another thread is
            # just starting may hold a copy for a moment.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            return not free
        finally:
            os.close(descriptor)

    # Making it

    def _make(self) -> None:
        """Make the folder, and those above it as their owner would have."""
        missing = [path for path in self.path.parents if not path.exists()]
        for path in reversed(missing):
            # Closed where the account could not come from above anyway: the
            # descriptor it gets would else let it climb back up by "..".
            path.mkdir(mode=0o755 if self.account.can_reach(path.parent) else 0o700, exist_ok=True)
            if self.account.switched:
                above = path.parent.stat()
                os.chown(path, above.st_uid, above.st_gid, follow_symlinks=False)
        self.path.mkdir(mode=0o700, exist_ok=True)

    def _claim(self) -> None:
        """See that the folder is ours, private and a cluster or empty."""
        status = os.fstat(self._descriptor)
        names = os.listdir(self._descriptor)  # noqa: PTH208 - a Path cannot list a descriptor
        if names and _OURS.isdisjoint(names):
            raise NotACluster(
                f"{self.path} holds something else (such as {min(names)!r}): "
                "choose an empty directory for the cluster."
            )
        if status.st_uid == 0 and self.account.switched and not names:
            os.fchown(self._descriptor, self.account.uid, self.account.gid)
        elif status.st_uid != self.account.uid:
            raise DirectoryUnusable(
                f"{self.path} belongs to user {status.st_uid}, not to {self.account.name}: "
                "remove it, choose another directory, or start as the user who made it."
            )
        if stat.S_IMODE(status.st_mode) != 0o700:
            os.fchmod(self._descriptor, 0o700)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(
                    f"no room for a database in {self.path}: free some space, "
                    "or choose a directory on another disk."
                ) from error
            raise DirectoryUnusable(
                f"{self.path} cannot be used ({error.strerror}): "
                "choose a directory that you may write to."
            ) from error


def _try_lock(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
