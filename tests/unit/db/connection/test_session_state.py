import pytest

from drystone.db.connection.session_state import SessionStateRefused, check_session_state

REFUSED = [
    "SET work_mem = '1GB'",
    "set session work_mem = '1GB'",
    "  -- a comment\n SET search_path TO x",
    "/* one */ /* two */ SET ROLE other",
    "-- SET LOCAL\nSET statement_timeout = 0",
    "RESET ALL",
    "DISCARD ALL",
    "LOAD 'x'",
    "LISTEN changes",
    "UNLISTEN *",
    "PREPARE p AS SELECT 1",
    "DEALLOCATE ALL",
    "CREATE TEMP TABLE t (a int)",
    "CREATE LOCAL TEMPORARY TABLE t (a int)",
    "SELECT pg_advisory_lock(1)",
    "SELECT PG_TRY_ADVISORY_LOCK(1)",
    "SELECT pg_advisory_unlock_all()",
    "SELECT pg_advisory_lock_shared(1)",
]
ALLOWED = [
    "SET LOCAL work_mem = '1GB'",
    "SET TRANSACTION READ ONLY",
    "set /* all */ constraints ALL IMMEDIATE",
    "SELECT set_config('x.y', $1, true)",
    "UPDATE t SET a = 1",
    "SELECT 'SET x = 1'",
    "SELECT pg_advisory_xact_lock(1)",
    "SELECT pg_try_advisory_xact_lock(1)",
    "PREPARE TRANSACTION 'x'",
    "CREATE TABLE temp (a int)",
    "SETTLE",
    "",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_changes_the_session_is_refused(sql: str) -> None:
    with pytest.raises(SessionStateRefused, match="outlives its transaction"):
        check_session_state(sql)


@pytest.mark.parametrize("sql", ALLOWED)
def test_the_rest_is_not(sql: str) -> None:
    check_session_state(sql)


def test_the_message_says_what_to_write() -> None:
    with pytest.raises(SessionStateRefused, match="SET LOCAL"):
        check_session_state("SET work_mem = '1GB'")
    with pytest.raises(SessionStateRefused, match=r"tx\.lock"):
        check_session_state("SELECT pg_advisory_lock(1)")


def test_a_long_text_is_not_told_whole() -> None:
    with pytest.raises(SessionStateRefused) as refused:
        check_session_state("SET a TO " + "x, " * 1_000)
    assert len(str(refused.value)) < 300


def test_many_comments_take_no_time() -> None:
    check_session_state("/* x */ -- y\n" * 20_000 + "SELECT 1")
