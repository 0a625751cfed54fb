"""What a migration file may not hold, and what to write in its place.

The migrator opens and commits transactions itself, together with its records: a COMMIT
in a file would part the two, and a crash behind it could not be mended. psql's own
commands and COPY's data are not SQL; only psql can run them.

Source: PostgreSQL's reference pages of psql, COPY, BEGIN; style of dbmate's files.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from .form import concurrent_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .statements import Statement

_CONTROL: Final = frozenset({"BEGIN", "COMMIT", "END", "ABORT"})
_COUNTING: Final = frozenset({"UPDATE", "DELETE", "INSERT", "MERGE", "WITH"})


def refuse(statement: Statement, *, transactional: bool) -> str | None:
    """Return why a file may not hold the statement, with the mend; None where it may.

    Args:
        statement: of either section.
        transactional: whether its section runs in one transaction.
    """
    keys = statement.keys
    if _controls_transaction(keys):
        return _control_sentence(statement, transactional=transactional)
    if keys[0] == "COPY" and _pair(keys, "FROM", "STDIN"):
        return (
            "COPY … FROM STDIN takes its rows from psql, which does not run this file; "
            "write INSERT INTO … VALUES"
        )
    if keys[0] == "COPY" and _pair(keys, "TO", "STDOUT"):
        return "COPY … TO STDOUT has nowhere to write to; remove it"
    if statement.repeat:
        return _refuse_repeat(keys, transactional=transactional)
    return _refuse_concurrently(statement, transactional=transactional)


def _controls_transaction(keys: Sequence[str]) -> bool:
    first, second = keys[0], keys[1] if len(keys) > 1 else ""
    if first == "ROLLBACK":
        # ROLLBACK TO a savepoint stays within the transaction.
        return "TO" not in keys[1:4]
    return (
        first in _CONTROL
        or (first == "START" and second == "TRANSACTION")
        or (first == "PREPARE" and second == "TRANSACTION")
    )


def _control_sentence(statement: Statement, *, transactional: bool) -> str:
    if transactional:
        return (
            f"{statement.summary}: the file runs in one transaction already; remove it, or "
            "write 'transaction:false' after the section's marker"
        )
    return (
        f"{statement.summary}: each statement of a 'transaction:false' section commits by "
        "itself; put what belongs together into a file of its own"
    )


def _refuse_repeat(keys: Sequence[str], *, transactional: bool) -> str | None:
    if transactional:
        return (
            "'migrate:repeat' commits after each round; write 'transaction:false' after the "
            "section's marker"
        )
    if keys[0] not in _COUNTING:
        return (
            f"{keys[0]} does not say how many rows it changed, so that 'migrate:repeat' would "
            "have no end; repeat an UPDATE, INSERT, DELETE or MERGE"
        )
    if keys[0] == "UPDATE" and "WHERE" not in keys:
        return (
            "a repeated UPDATE without WHERE has no end; leave out the rows that are done, as "
            "in WHERE new_column IS NULL"
        )
    return None


def _refuse_concurrently(statement: Statement, *, transactional: bool) -> str | None:
    index = concurrent_index(statement)
    if index is None:
        return None
    if transactional:
        return (
            "CONCURRENTLY cannot run in a transaction; write 'transaction:false' after the "
            "section's marker"
        )
    if index.action == "create" and index.name is None:
        return (
            "an index made CONCURRENTLY needs a name here, by which an attempt that failed "
            "is found again; write CREATE INDEX CONCURRENTLY name ON …"
        )
    return None


def _pair(keys: Sequence[str], first: str, second: str) -> bool:
    return (first, second) in pairwise(keys)
