from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.db import failures
from drystone.db.failures import Breach, is_connection_lost, translate
from drystone.errors import Problem

SECRET = "ada@example.org"


def server_error(sqlstate: str, *, severity: str = "ERROR", **fields: str) -> asyncpg.PostgresError:
    """Return the error that asyncpg makes of a server's message."""
    names = {"schema": "s", "table": "t", "column": "c", "constraint": "n"}
    message = {"S": severity, "V": severity, "C": sqlstate, "M": f"about {SECRET}"}
    message["D"] = f"Key (email)=({SECRET}) already exists."
    message |= {names[name]: value for name, value in fields.items()}
    error: asyncpg.PostgresError = asyncpg.PostgresError.new(message)
    return error


@pytest.mark.parametrize(
    ("sqlstate", "kind", "status"),
    [
        ("23505", failures.DuplicateRow, 409),
        ("23503", failures.BrokenReference, 409),
        ("23001", failures.BrokenReference, 409),
        ("23P01", failures.RowsExclude, 409),
        ("55P03", failures.LockNotAvailable, 409),
        ("23502", failures.RefusedValue, 422),
        ("23514", failures.RefusedValue, 422),
        ("22001", failures.RefusedValue, 422),
        ("22003", failures.RefusedValue, 422),
        ("22021", failures.RefusedValue, 422),
        ("40001", failures.TransactionConflict, 503),
        ("40P01", failures.TransactionConflict, 503),
        ("57014", failures.StatementTimeout, 504),
        ("25P04", failures.StatementTimeout, 504),
        ("08006", failures.DatabaseAway, 503),
        ("57P01", failures.DatabaseAway, 503),
        ("57P02", failures.DatabaseAway, 503),
        ("57P03", failures.DatabaseAway, 503),
        ("53300", failures.DatabaseAway, 503),
        ("25006", failures.DatabaseAway, 503),
        ("25P03", failures.DatabaseAway, 503),
        ("53100", failures.ResourcesExhausted, 503),
        ("53200", failures.ResourcesExhausted, 503),
        ("58030", failures.ResourcesExhausted, 503),
    ],
)
def test_what_a_state_means(sqlstate: str, kind: type[Problem], status: int) -> None:
    meant = translate(server_error(sqlstate))
    assert type(meant) is kind
    assert meant.status == status
    assert ("Retry-After" in dict(meant.headers)) is (status == 503)


def test_names_are_data() -> None:
    meant = translate(
        server_error(
            "23505", schema="public", table="user", column="email", constraint="user_email_key"
        )
    )
    assert isinstance(meant, failures.DuplicateRow)
    assert meant.breach == Breach("23505", "public", "user", "email", "user_email_key")


@given(st.from_regex(r"[0-9A-Z]{5}", fullmatch=True))
def test_no_caller_reads_what_postgresql_said(sqlstate: str) -> None:
    meant = translate(server_error(sqlstate, constraint="a_key"))
    if isinstance(meant, Problem):
        told = meant.render().decode()
        assert SECRET not in told
        assert "a_key" not in told


@pytest.mark.parametrize("sqlstate", ["42601", "42P01", "22012", "P0001", "XX000"])
def test_a_mistake_of_ours_stays_what_it_is(sqlstate: str) -> None:
    error = server_error(sqlstate)
    assert translate(error) is error
    assert not is_connection_lost(error)


def test_a_failed_transaction_says_what_to_do() -> None:
    meant = translate(server_error("25P02"))
    assert isinstance(meant, failures.TransactionAborted)
    assert "savepoint" in str(meant)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        EOFError(),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.InterfaceError("cannot perform operation: another operation is cancelling"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InternalClientError("unexpected message"),
    ],
    ids=repr,
)
def test_no_answer_is_a_database_away(error: Exception) -> None:
    assert isinstance(translate(error), failures.DatabaseAway)
    assert is_connection_lost(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        asyncio.CancelledError(),
        KeyError("x"),
    ],
    ids=repr,
)
def test_other_errors_are_left_alone(error: BaseException) -> None:
    assert translate(error) is error
    assert not is_connection_lost(error)


@pytest.mark.parametrize("sqlstate", ["08006", "57P01", "57P05", "25006", "25P03", "53300"])
def test_states_that_end_a_connection(sqlstate: str) -> None:
    assert is_connection_lost(server_error(sqlstate))


@pytest.mark.parametrize("sqlstate", ["23505", "40001", "57014", "53100", "55P03"])
def test_states_that_leave_it_usable(sqlstate: str) -> None:
    assert not is_connection_lost(server_error(sqlstate))


def test_whatever_is_fatal_ends_a_connection() -> None:
    assert is_connection_lost(server_error("XX000", severity="FATAL"))


def test_a_stale_plan_asks_for_another_run() -> None:
    for error in (
        asyncpg.InvalidCachedStatementError("cached plan"),
        asyncpg.OutdatedSchemaCacheError("type changed"),
    ):
        assert isinstance(translate(error), failures.TransactionConflict)
        assert not is_connection_lost(error)


def arguments() -> Iterator[tuple[Exception, type[Exception]]]:
    yield OverflowError("value out of int32 range"), failures.RefusedValue
    yield UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), failures.RefusedValue
    yield TypeError("expected str, got int"), failures.WrongArgument


@pytest.mark.parametrize(("cause", "kind"), list(arguments()))
def test_arguments_that_the_driver_refuses(cause: Exception, kind: type[Exception]) -> None:
    error = asyncpg.DataError(f"invalid input for query argument $2: {SECRET!r} (…)")
    error.__cause__ = cause
    meant = translate(error)
    assert type(meant) is kind
    assert SECRET not in str(meant)


def test_a_wrong_argument_is_named_by_its_number() -> None:
    error = asyncpg.DataError("invalid input for query argument $2: 1 (expected str)")
    assert "$2" in str(translate(error))
    assert "parameter of the statement" in str(translate(asyncpg.DataError("one is missing")))
