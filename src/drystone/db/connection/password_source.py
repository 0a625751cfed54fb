"""Where the password of a connection comes from: the connection string, or a file.

A password file that others may read is not used, as in libpq (34.16). libpq says so on
stderr; here it is told where it explains a refusal.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from drystone.db.dsn.password_file import find_password

if TYPE_CHECKING:
    from drystone.db.dsn.dsn import DSN, Host


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """What is known of the passwords.

    Attributes:
        given: in the connection string.
        lines: the text of the password file.
        trouble: why that file was not used; empty where it was, or is not there.
    """

    given: str | None = field(default=None, repr=False)
    lines: str = field(default="", repr=False)
    trouble: str = ""

    def find(self, host: Host, *, database: str, user: str) -> str:
        """Return the password for a server; empty where there is none."""
        if self.given is not None:
            return self.given
        return find_password(self.lines, host, database=database, user=user) or ""


def read_password_source(dsn: DSN) -> PasswordSource:
    """Return where passwords come from; reads the password file unless one is given."""
    if dsn.password is not None or dsn.password_file is None:
        return PasswordSource(dsn.password)
    path = Path(dsn.password_file)
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return PasswordSource(trouble=f"{path} is not a plain file")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            return PasswordSource(trouble=f"{path} was not used, others may read it: chmod 600")
        return PasswordSource(lines=path.read_text("utf-8"))
    except FileNotFoundError:
        return PasswordSource()
    except (OSError, UnicodeError) as error:
        return PasswordSource(trouble=f"{path} cannot be read: {error}")
