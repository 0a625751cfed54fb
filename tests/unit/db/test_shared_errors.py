from __future__ import annotations

import traceback

import asyncpg
import pytest

from drystone.db.failures import Breach, DatabaseAway, DuplicateRow, TransactionConflict
from drystone.db.shared_errors import copy_error


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a"),
        DatabaseAway(),
        DatabaseAway("it is moved"),
        TransactionConflict(),
        DuplicateRow(Breach("23505", constraint="tasks_title_key")),
        asyncpg.UndefinedTableError("there is none"),
    ],
)
def test_a_copy_says_the_same(error: Exception) -> None:
    copy = copy_error(error)
    assert type(copy) is type(error)
    assert copy is not error
    assert (str(copy), vars(copy), copy.args) == (str(error), vars(error), error.args)


def test_its_cause_and_origin_are_kept() -> None:
    cause = OSError("reset")
    error = raised(DatabaseAway(), cause)
    copy = copy_error(error)
    assert copy.__cause__ is cause
    assert copy.__suppress_context__
    assert [frame.name for frame in traceback.extract_tb(copy.__traceback__)] == ["raised"]


def test_raising_copies_leaves_the_first_as_it_was() -> None:
    error = raised(DatabaseAway())
    error.add_note("first")
    for _ in range(100):
        raised(copy_error(error)).add_note("more")
    assert len(traceback.extract_tb(error.__traceback__)) == 1
    assert error.__notes__ == ["first"]
