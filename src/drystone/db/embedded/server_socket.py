"""Where the server's Unix socket is.

It belongs in the cluster's directory: the address stays the same from start to
start, and the directory's mode keeps strangers out. But the address of a Unix
socket has room for 107 bytes (103 outside Linux; unix(7), `sun_path`), and
PostgreSQL and the drivers read a comma in it as a list. A path that does not fit
is replaced by a fresh private directory in `/tmp`, named in `postmaster.pid`,
where whoever joins later finds it, and removed with the server.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account import Account

_MAX_ADDRESS_BYTES = 107 if sys.platform == "linux" else 103
_LONGEST_NAME = "/.s.PGSQL.65535"
_PLAIN = re.compile(r"[A-Za-z0-9_./+@:=~-]+")
# Not the user's TMPDIR: that one may be long, or closed to the account.
_TEMPORARY = Path("/tmp")  # noqa: S108 - the directory made in it is private and its name random
_PREFIX = "drystone-"


def fits(directory: Path) -> bool:
    """Say whether a socket in `directory` has an address that everybody understands.

    >>> fits(Path("/home/ann/tasks/.drystone/postgres"))
    True
    >>> fits(Path("/home/ann/" + 100 * "x")), fits(Path("/home/ann/a,b"))
    (False, False)
    """
    text = str(directory)
    length = len(os.fsencode(text)) + len(_LONGEST_NAME)
    return _PLAIN.fullmatch(text) is not None and length <= _MAX_ADDRESS_BYTES


def make_short_directory(account: Account) -> Path:
    """Make a private directory with a short name for the socket.

    Raises:
        OSError: as `mkdir(2)` says.
    """
    path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_TEMPORARY))
    if account.switched:
        os.chown(path, account.uid, account.gid)
    return path


def remove_short_directory(text: str, port: int) -> None:
    """Remove what `make_short_directory` made; leave anything else alone.

    The name comes from a file that another account may write, so nothing but
    the socket's own files is removed, and only in a directory of such a name.
    """
    path = Path(text)
    if path.parent != _TEMPORARY or not path.name.startswith(_PREFIX) or path.is_symlink():
        return
    with suppress(OSError):
        for name in (f".s.PGSQL.{port}", f".s.PGSQL.{port}.lock"):
            (path / name).unlink(missing_ok=True)
        path.rmdir()
