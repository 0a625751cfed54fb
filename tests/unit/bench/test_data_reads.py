"""What counts as a right answer, and whose CPU time is counted."""

from __future__ import annotations

import doctest
import json
import os
from pathlib import Path
from uuid import UUID

import pytest
from bench.data import backends
from bench.data.backends import running_seconds
from bench.data.copying import as_models, sample_tasks, write_csv
from bench.data.reads import MEMBERS, WrongAnswer, check_page, check_row
from examples.tasks.sample_records import TaskRow

ONE = UUID("01944e6a-0000-7000-8000-000000000001")
OTHER = UUID("01944e6a-0000-7000-8000-000000000002")


def row(**changed: object) -> dict[str, object]:
    """Return a whole row as an answer has it."""
    members: dict[str, object] = {f"member_{number}": None for number in range(MEMBERS - 2)}
    return members | {"id": str(ONE), "priority": 5} | changed


def test_the_row_that_was_asked_for_is_right() -> None:
    check_row(json.dumps(row()).encode(), ONE)


@pytest.mark.parametrize(
    "answer", [row(id=str(OTHER)), {"id": str(ONE)}, [row()], row(one_more=1), {}]
)
def test_another_row_or_a_part_of_one_is_wrong(answer: object) -> None:
    with pytest.raises(WrongAnswer):
        check_row(json.dumps(answer).encode(), ONE)


def test_a_page_is_right_by_its_priorities_in_their_order() -> None:
    page = json.dumps([row(), row(priority=4)]).encode()
    check_page(page, [5, 4])
    for other in ([4, 5], [5], [5, 4, 4]):
        with pytest.raises(WrongAnswer):
            check_page(page, other)


def test_a_page_of_parts_is_wrong() -> None:
    with pytest.raises(WrongAnswer):
        check_page(b'[{"priority": 5}]', [5])


def test_examples_say_what_happens() -> None:
    outcome = doctest.testmod(backends)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="needs Linux' schedstat")
def test_the_time_of_a_process_grows_as_it_runs() -> None:
    before = running_seconds([os.getpid()])
    sum(range(2_000_000))
    assert running_seconds([os.getpid()]) > before


def test_models_and_file_hold_the_same_rows(tmp_path: Path) -> None:
    rows = sample_tasks(30)
    path = tmp_path / "tasks.csv"
    write_csv(rows, path)
    lines = path.read_text().splitlines()
    for sent, line, made in zip(rows, lines, as_models(rows), strict=True):
        assert line.startswith(f"{sent.id},")
        assert line.count(",") >= len(TaskRow._fields) - 1
        assert (made.id, made.project, made.assignee, made.estimate_hours) == (
            sent.id,
            sent.project_id,
            sent.assignee_id,
            sent.estimate_hours,
        )
