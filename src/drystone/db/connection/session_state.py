"""Statements that would change the session, which the next user of a connection inherits.

A pooled connection is given back as it is, without a reset, and behind PgBouncer the
next statement may even run in another session. So nothing may outlive its transaction:
SET, LISTEN, temporary tables, session advisory locks and SQL's own PREPARE are refused
with what to write instead. It is a guard against mistakes, read from the head of the
statement: what a function does inside, it does not see.
"""

from __future__ import annotations

import re
from typing import Final

_SPACE: Final = r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)"

_HEAD: Final = re.compile(
    rf"""
    {_SPACE}*+
    (?: (?P<set>      SET {_SPACE}++ (?! (?:LOCAL|TRANSACTION|CONSTRAINTS) \b)
                      | RESET \b | LOAD \b | DISCARD \b )
      | (?P<listen>   (?:UN)?LISTEN \b )
      | (?P<prepare>  (?:PREPARE {_SPACE}++ (?!TRANSACTION\b) | DEALLOCATE \b) )
      | (?P<temporary> CREATE {_SPACE}++ (?:(?:LOCAL|GLOBAL) {_SPACE}++)? TEMP(?:ORARY)? \b )
    )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SESSION_LOCK: Final = re.compile(r"\bpg_(?:try_)?advisory_(?:lock|unlock)", re.IGNORECASE)

_ADVICE: Final = {
    "set": "write SET LOCAL, or set_config(name, value, true), inside a transaction",
    "listen": "listen on a connection of your own, outside the pool",
    "prepare": "the connection prepares each statement by itself",
    "temporary": "use a CTE, or an ordinary table",
}


class SessionStateRefused(RuntimeError):
    """A statement would have left something behind in the session."""


def check_session_state(sql: str) -> None:
    """Refuse a statement that changes the session.

    Args:
        sql: one statement, or several of which the first is looked at.

    Raises:
        SessionStateRefused: it does; the message says what to write instead.
    """
    if found := _HEAD.match(sql):
        raise SessionStateRefused(
            f"{_shown(sql)} outlives its transaction, and a connection is shared: "
            f"{_ADVICE[found.lastgroup or 'set']}"
        )
    if _SESSION_LOCK.search(sql):
        raise SessionStateRefused(
            f"{_shown(sql)} takes a lock that outlives its transaction, and a connection is "
            "shared: use pg_advisory_xact_lock, or `await tx.lock(…)`"
        )


def _shown(sql: str) -> str:
    words = sql.split()
    return repr(" ".join(words[:4]) + (" …" if len(words) > 4 else ""))
