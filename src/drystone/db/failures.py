"""What PostgreSQL and its driver report, as what the caller is told: one table.

A statement fails with a SQLSTATE (PostgreSQL manual, appendix A) or, where there was
no server to answer, with an error of asyncpg or of the system. `translate` turns each
into one of the classes below; what is not in the table is a mistake of ours and stays
what it was, to be logged in full and answered with 500.

    drystone.errors                  here                  SQLSTATE
    ├── UniqueViolation        409   DuplicateRow          23505
    ├── ReferenceViolation     409   BrokenReference       23503, 23001
    ├── Conflict               409   RowsExclude           23P01
    │                                LockNotAvailable      55P03
    ├── ValidationFailed       422   RefusedValue          23502, 23514, 22001, 22003, …
    ├── Unavailable            503   TransactionConflict   40001, 40P01; may be run again
    │                                DatabaseAway          08…, 57P…, 53300, 25006, no answer
    │                                ResourcesExhausted    53…: disk, memory
    │                                CommitUnknown         COMMIT was sent, no answer came
    ├── GatewayTimeout         504   StatementTimeout      57014, or our own deadline
    ├── RuntimeError           500   TransactionAborted    25P02: used after a failure
    └── TypeError              500   WrongArgument         a parameter of the wrong type

Invariants:
- No detail that a caller sees has SQL, a value or a name from the database in it. Names
  are kept as data in `Breach`, from which a higher layer finds the field to blame.
- A serialization failure whose attempts are used up is 503 and not 409: the request was
  right, and the very same one may succeed a moment later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import asyncpg

from drystone.errors import (
    Conflict,
    GatewayTimeout,
    ReferenceViolation,
    Unavailable,
    UniqueViolation,
    ValidationFailed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Breach:
    """Which rule of the schema was broken; each name is None where PostgreSQL gave none.

    Attributes:
        sqlstate: five characters.
        schema: of the table.
        table: whose rule it is.
        column: for NOT NULL, and where a single one is to blame.
        constraint: name of the constraint or unique index.
    """

    sqlstate: str
    schema: str | None = None
    table: str | None = None
    column: str | None = None
    constraint: str | None = None


class DuplicateRow(UniqueViolation):
    """A unique constraint or index has the value already."""

    def __init__(self, breach: Breach) -> None:
        super().__init__()
        self.breach = breach


class BrokenReference(ReferenceViolation):
    """A row that is referred to is missing, or one that is to go is referred to."""

    def __init__(self, breach: Breach) -> None:
        super().__init__()
        self.breach = breach


class RowsExclude(Conflict):
    """An exclusion constraint: the row cannot stand beside one that is there."""

    def __init__(self, breach: Breach) -> None:
        super().__init__("Another entry excludes this one.")
        self.breach = breach


class RefusedValue(ValidationFailed):
    """A value that the table's columns or checks do not take."""

    def __init__(self, breach: Breach) -> None:
        super().__init__("A value is not one that can be stored.")
        self.breach = breach


class LockNotAvailable(Conflict):
    """A row or table is locked by somebody else, and waiting was declined or too long."""

    def __init__(self) -> None:
        super().__init__("Somebody else is changing this just now.")


class TransactionConflict(Unavailable):
    """The transaction lost against another one; run from its start, it may succeed."""

    def __init__(self) -> None:
        super().__init__("Too many changes at the same time. Try again.")


class DatabaseAway(Unavailable):
    """The database cannot be reached, is restarting, or does not take writes."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail)


class ResourcesExhausted(Unavailable):
    """The database's machine has run out of disk or memory."""

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=5)


class CommitUnknown(Unavailable):
    """The connection went away after COMMIT was sent: the change is there, or it is not.

    Never run again by the platform. A caller that sent an `Idempotency-Key` repeats
    the request and learns which it was.
    """

    def __init__(self) -> None:
        super().__init__("The answer was lost: the change may have been made.")


class StatementTimeout(GatewayTimeout):
    """A statement ran into its deadline, and was cancelled."""


class TransactionAborted(RuntimeError):
    """A transaction was used, or committed, after one of its statements had failed."""

    def __init__(self) -> None:
        super().__init__(
            "an earlier statement of this transaction failed, so PostgreSQL ignores all "
            "others: let the error leave the block, or put what may fail into "
            "`async with tx.savepoint():`"
        )


class WrongArgument(TypeError):
    """A parameter has a type that its statement does not take.

    In place of the driver's own error, which quotes the value, and would be logged.
    """


_Failure = DuplicateRow | BrokenReference | RowsExclude | RefusedValue

_BREACHES: Final[Mapping[str, Callable[[Breach], _Failure]]] = {
    "23001": BrokenReference,  # restrict_violation
    "23502": RefusedValue,  # not_null_violation
    "23503": BrokenReference,  # foreign_key_violation
    "23505": DuplicateRow,  # unique_violation
    "23514": RefusedValue,  # check_violation
    "23P01": RowsExclude,  # exclusion_violation
    "22001": RefusedValue,  # string_data_right_truncation
    "22003": RefusedValue,  # numeric_value_out_of_range
    "22007": RefusedValue,  # invalid_datetime_format
    "22008": RefusedValue,  # datetime_field_overflow
    "22021": RefusedValue,  # character_not_in_repertoire: U+0000 in a text
    "22P02": RefusedValue,  # invalid_text_representation
    "22P05": RefusedValue,  # untranslatable_character: \u0000 in a jsonb
}

_STATES: Final[Mapping[str, Callable[[], Exception]]] = {
    "25006": DatabaseAway,  # read_only_sql_transaction: a standby, or being moved
    "25P02": TransactionAborted,  # in_failed_sql_transaction
    "25P03": DatabaseAway,  # idle_in_transaction_session_timeout
    "25P04": StatementTimeout,  # transaction_timeout
    "40001": TransactionConflict,  # serialization_failure
    "40P01": TransactionConflict,  # deadlock_detected
    "53300": DatabaseAway,  # too_many_connections
    "55P03": LockNotAvailable,  # lock_not_available
    "57014": StatementTimeout,  # query_canceled: statement_timeout, or a person
    "58030": ResourcesExhausted,  # io_error
}

_CLASSES: Final[Mapping[str, Callable[[], Exception]]] = {
    "08": DatabaseAway,  # connection exceptions
    "53": ResourcesExhausted,
    "57": DatabaseAway,  # operator intervention
}

# Tables or their schema are not there: `drystone migrate up` makes them.
NOT_MIGRATED: Final = (asyncpg.InvalidSchemaNameError, asyncpg.UndefinedTableError)

# A cached plan that the schema has left behind. In a transaction it cannot be mended
# under the statement's feet, but the transaction run again finds it mended.
_STALE: Final = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)

# Beside classes 08 and 57P and whatever is FATAL: what no later statement on the same
# connection can be expected to survive.
_LOST_STATES: Final = frozenset({"25006", "25P03", "25P04", "53300"})

_ARGUMENT: Final = re.compile(r"\$\d+")


def translate(error: BaseException) -> BaseException:
    """Return what to raise for `error`; itself where that is not for the caller to know.

    Args:
        error: raised by asyncpg, the system, or anything else.

    Returns:
        A new exception of a class above, or `error`.
    """
    if isinstance(error, _STALE):
        return TransactionConflict()
    if isinstance(error, asyncpg.PostgresError):
        return _translate_state(error)
    if is_connection_lost(error):
        return DatabaseAway()
    return error


def is_connection_lost(error: BaseException) -> bool:
    """Say whether the connection on which `error` came must not be used again.

    True for a server that went away or takes no writes, a broken socket, a protocol out
    of step, and a deadline of the driver's (the statement may still be running).
    """
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        fatal = getattr(error, "severity_en", None) in {"FATAL", "PANIC"}
        return fatal or state in _LOST_STATES or state.startswith(("08", "57P"))
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error) or "cancelling" in str(error)
    if isinstance(error, asyncpg.OutdatedSchemaCacheError):
        return False
    return isinstance(error, (asyncpg.InternalClientError, OSError, EOFError))


def _translate_state(error: asyncpg.PostgresError) -> BaseException:
    state = error.sqlstate or ""
    if _is_argument(error):
        return _translate_argument(error)
    if broken := _BREACHES.get(state):
        return broken(_breach(error, state))
    known = _STATES.get(state) or _CLASSES.get(state[:2])
    return known() if known else error


def _is_argument(error: asyncpg.PostgresError) -> bool:
    """Say whether the driver refused a parameter before it was sent."""
    # What comes from the server always has a severity.
    return isinstance(error, asyncpg.DataError) and getattr(error, "severity", None) is None


def _translate_argument(error: asyncpg.PostgresError) -> Exception:
    cause = error.__cause__
    # A number too large for its column, or half a surrogate pair, came from the caller;
    # a value of the wrong type is ours.
    if isinstance(cause, OverflowError):
        return RefusedValue(Breach("22003"))
    if isinstance(cause, UnicodeEncodeError):
        return RefusedValue(Breach("22021"))
    place = _ARGUMENT.search(str(error))
    which = place.group() if place else "of the statement"
    return WrongArgument(f"parameter {which} has a type that the statement does not take")


def _breach(error: asyncpg.PostgresError, state: str) -> Breach:
    return Breach(
        state,
        schema=error.schema_name,
        table=error.table_name,
        column=error.column_name,
        constraint=error.constraint_name,
    )
