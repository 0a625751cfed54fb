"""Which line of a password file is for a server."""

from __future__ import annotations

import pytest

from drystone.db.dsn.dsn import Host
from drystone.db.dsn.password_file import find_password

FILE = r"""# db:5432:app:ann:commented
db:5432:app:ann:first
db:5432:*:ann:second
*:5433:app:ann:port
localhost:*:app:ann:socket
/srv/sockets:*:*:*:directory
a\:b:*:c\\d:e\\f:pass\:w\\ord:x
\*:*:*:*:escaped
10.0.0.1:*:*:*:address
empty:*:*:*:
short:5432:app
"""


@pytest.mark.parametrize(
    ("host", "database", "user", "password"),
    [
        (Host("db"), "app", "ann", "first"),
        (Host("db"), "other", "ann", "second"),
        (Host("db"), "app", "bob", None),
        (Host("elsewhere", 5433), "app", "ann", "port"),
        (Host("/tmp"), "app", "ann", "socket"),
        (Host("/var/run/postgresql"), "app", "ann", "socket"),
        (Host("/srv/sockets"), "app", "ann", "directory"),
        (Host("a:b"), r"c\d", r"e\f", r"pass:w\ord:x"),
        (Host("star"), "app", "ann", None),
        (Host("*"), "app", "ann", "escaped"),
        (Host("", 5432, "10.0.0.1"), "app", "ann", "address"),
        (Host("named", 5432, "10.0.0.1"), "app", "bob", None),
        (Host("empty"), "app", "ann", None),
        (Host("short"), "app", "ann", None),
    ],
)
def test_the_first_line_that_matches_counts(
    host: Host, database: str, user: str, password: str | None
) -> None:
    assert find_password(FILE, host, database=database, user=user) == password


def test_lines_may_end_as_on_windows() -> None:
    assert find_password("*:*:*:*:a\r\n", Host("db"), database="d", user="u") == "a"
