"""Who would have to wait for whom, judged from what was measured."""

from __future__ import annotations

import pytest

from drystone.db.migrations.planning.advice import advise
from drystone.db.migrations.planning.lock_mode import LockMode, parse_mode
from drystone.db.migrations.planning.measure import Measured, Touch
from drystone.db.migrations.planning.sizes import SMALL_BYTES, TableSize
from drystone.db.migrations.sections import read_sections

LARGE = TableSize(SMALL_BYTES + 1, 1_000_000)
SMALL = TableSize(SMALL_BYTES, 100)
SIZES = {"public.large": LARGE, "public.small": SMALL, "public.other": LARGE}


def touch(table: str, lock: str, *, scans: bool = False, rewrites: bool = False) -> Touch:
    mode = LockMode[lock.replace(" ", "_")]
    return Touch(f"public.{table}", mode, rewrites=rewrites, scans=scans)


def sentences(text: str, *touches: list[Touch], alone: bool = False) -> list[str | None]:
    option = " transaction:false" if alone else ""
    section, _ = read_sections(f"-- migrate:up{option}\n{text}")
    found = advise(section, [Measured("measured", tuple(one)) for one in touches], SIZES)
    return [None if one is None else one.sentence for one in found]


def test_a_strong_lock_that_is_held_for_a_moment_harms_nobody() -> None:
    assert sentences("ALTER TABLE large ADD a int", [touch("large", "ACCESS EXCLUSIVE")]) == [None]


@pytest.mark.parametrize(
    ("lock", "scans", "rewrites", "said"),
    [
        ("SHARE", True, False, "blocks writes of public.large while it scans public.large"),
        (
            "ACCESS EXCLUSIVE",
            True,
            True,
            "blocks reads and writes of public.large while it rewrites public.large",
        ),
        ("SHARE UPDATE EXCLUSIVE", True, False, None),
        ("ROW EXCLUSIVE", False, False, None),
    ],
)
def test_work_under_a_lock_that_keeps_writers_out_does(
    lock: str, scans: bool, rewrites: bool, said: str | None
) -> None:
    one = touch("large", lock, scans=scans, rewrites=rewrites)
    assert sentences("ALTER TABLE large SET UNLOGGED", [one]) == [said]


@pytest.mark.parametrize("table", ["small", "unknown"])
def test_small_and_new_tables_do_not_count(table: str) -> None:
    one = touch(table, "ACCESS EXCLUSIVE", scans=True, rewrites=True)
    assert sentences("ALTER TABLE x SET UNLOGGED", [one]) == [None]


def test_a_small_table_is_blocked_while_a_large_one_is_scanned() -> None:
    touches = [
        touch("small", "SHARE ROW EXCLUSIVE"),
        touch("large", "SHARE ROW EXCLUSIVE", scans=True),
    ]
    (said,) = sentences("ALTER TABLE large ADD FOREIGN KEY (a) REFERENCES small", touches)
    assert said == (
        "blocks writes of public.small and writes of public.large while it scans public.large"
    )


@pytest.mark.parametrize("text", ["TRUNCATE large", "DROP TABLE large"])
def test_what_looks_at_no_row_is_quick(text: str) -> None:
    one = touch("large", "ACCESS EXCLUSIVE", scans=True, rewrites=True)
    assert sentences(text, [one]) == [None]


@pytest.mark.parametrize(("alone", "blocked"), [(False, True), (True, False)])
def test_a_lock_is_held_until_the_transaction_ends(alone: bool, blocked: bool) -> None:
    first, second = sentences(
        "ALTER TABLE small ADD a int; ALTER TABLE large VALIDATE CONSTRAINT c",
        [touch("small", "ACCESS EXCLUSIVE")],
        [touch("large", "SHARE UPDATE EXCLUSIVE", scans=True)],
        alone=alone,
    )
    assert first is None
    assert (second is not None) is blocked
    if second is not None:
        assert "by an earlier statement, blocks reads and writes of public.small" in second


@pytest.mark.parametrize("verb", ["UPDATE large SET a = 1", "DELETE FROM large"])
def test_changing_every_row_at_once_is_told(verb: str) -> None:
    one = touch("large", "ROW EXCLUSIVE", scans=True)
    (said,) = sentences(verb, [one])
    assert said is not None
    assert "keeps every row that it changes locked" in said


def test_changing_rows_in_batches_is_not() -> None:
    one = touch("large", "ROW EXCLUSIVE", scans=True)
    text = "-- migrate:repeat\nUPDATE large SET a = 1 WHERE a IS NULL"
    assert sentences(text, [one], alone=True) == [None]


def test_the_modes_are_postgresqls() -> None:
    assert parse_mode("AccessShareLock") < parse_mode("RowExclusiveLock") < parse_mode("ShareLock")
    assert [mode.blocks for mode in LockMode] == [
        *["nobody"] * 3,
        "schema changes",
        *["writes"] * 3,
        "reads and writes",
    ]
