"""Plans, read and printed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.db.explain.captured import NAMES, document, plan

from drystone.db.explain.access import accesses, rows_in_result
from drystone.db.explain.plan import read_plan
from drystone.db.explain.plan_text import plan_lines


@pytest.mark.parametrize("name", NAMES)
def test_every_node_is_read_and_printed_once(name: str) -> None:
    def count(node: Any) -> int:
        return 1 + sum(map(count, node.get("Plans", ())))

    read = plan(name)
    nodes = count(document(name)[0]["Plan"])
    assert len([*read.root.walk()]) == nodes
    lines = [*plan_lines(read)]
    assert sum("; expected " in line or "(expected " in line for line in lines) == nodes
    assert read.was_run is (name != "expected_only")


def test_a_plan_is_printed_as_one_knows_it() -> None:
    assert "\n".join(plan_lines(plan("trigram"))) == (
        "Limit  (0.020 ms, 1 rows; expected 1 rows, cost 24.02)\n"
        "  Pages: 6 in memory, 0 fetched\n"
        "  ->  Bitmap Heap Scan on tasks  (0.019 ms, 1 rows; expected 1 rows, cost 24.02)\n"
        "        Recheck Cond: (title ~~* '%4711%'::text)\n"
        "        Filter: (deleted_at IS NULL)\n"
        "        Pages: 6 in memory, 0 fetched\n"
        "        ->  Bitmap Index Scan on tasks_title  "
        "(0.013 ms, 1 rows; expected 1 rows, cost 20.00)\n"
        "              Index Cond: (title ~~* '%4711%'::text)\n"
        "              Pages: 5 in memory, 0 fetched\n"
        "Planning time: 0.160 ms\n"
        "Execution time: 0.042 ms"
    )


def test_subplans_loops_sorts_and_triggers_are_shown() -> None:
    loops = [*plan_lines(plan("loops"))]
    assert "  SubPlan 1" in loops
    assert any("Seq Scan on tasks t  (0.694 ms, 125 rows, 40 times;" in line for line in loops)
    sort = "\n".join(plan_lines(plan("incremental_sort")))
    assert "Sort Key: priority, due_at" in sort
    assert "Presorted Key: priority" in sort
    update = [*plan_lines(plan("update"))]
    assert update[0].startswith("Update on tasks  (")
    assert "Trigger tasks_project_id_fkey: time=0.080 calls=1" in update
    assert any("Index Only Scan using projects_pkey on projects" in line for line in update)
    expected = [*plan_lines(plan("expected_only"))]
    assert expected[0] == "Aggregate  (expected 1 rows, cost 287.82)"


@pytest.mark.parametrize(
    ("name", "ways", "rows"),
    [
        ("page_with_total", ["tasks: sequential scan of 5,000 rows, 1,666 used"] * 2, 20),
        ("expected_only", ["tasks: sequential scan, 1,666 rows expected"] * 2, 20),
        ("far_offset", ["tasks: index tasks_pkey, 4,020 used"], 20),
        ("trigram", ["tasks: index tasks_title, 1 used"], 1),
        ("rare_value", ["tasks: sequential scan of 5,000 rows, 0 used"], 0),
        (
            "join",
            [
                "tasks: index tasks_priority, 1,000 used",
                "projects: sequential scan of 40 rows, 40 used",
            ],
            5,
        ),
        (
            "loops",
            [
                "projects: sequential scan of 40 rows, 40 used",
                "tasks: sequential scan of 5,000 rows, 40 times, 5,000 used",
            ],
            40,
        ),
        (
            "update",
            ["projects: index projects_pkey, 1 used", "tasks: index tasks_title, 1 used"],
            0,
        ),
        ("never_run", [], 0),
    ],
)
def test_how_each_table_was_reached(name: str, ways: list[str], rows: int) -> None:
    assert [str(one) for one in accesses(plan(name))] == ways
    assert rows_in_result(plan(name)) == rows


def test_rows_that_an_index_led_to_in_vain_are_told() -> None:
    said = document("ordered_by_index")
    scan = said[0]["Plan"]["Plans"][0]
    scan["Rows Removed by Filter"] = 980
    (way,) = accesses(read_plan(said))
    assert str(way) == "tasks: index tasks_priority, 1,000 rows read, 20 used"
    scan |= {"Actual Loops": 0, "Actual Rows": 0}
    (way,) = accesses(read_plan(said))
    assert str(way) == "tasks: tasks_priority, never run"


def test_rows_of_postgresql_18_may_have_a_fraction() -> None:
    said = document("loops")
    said[0]["Plan"]["Plans"][0]["Plans"][0]["Actual Rows"] = 125.25
    assert any("125.25 rows, 40 times" in line for line in plan_lines(read_plan(said)))
    assert accesses(read_plan(said))[1].returned == 5010


@pytest.mark.parametrize("said", [None, [], [{}], {}, [{"Plan": {}}], ["Seq Scan"], 1])
def test_what_is_no_plan_is_refused(said: object) -> None:
    with pytest.raises(ValueError, match="no plan"):
        read_plan(said)
