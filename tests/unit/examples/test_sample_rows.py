"""The sample is plausible, keeps what the tables ask, and is the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from examples.tasks.sample_records import TaskRow
from examples.tasks.sample_rows import (
    BEGIN,
    END,
    find_teams,
    make_projects,
    make_sample,
    make_tasks,
    make_users,
    source,
)

Tables = dict[str, list[Any]]

REFERENCED_FIRST = "users projects members tasks tags task_tags comments attachments".split()


def read_sample(tasks: int, *, seed: int = 1) -> Tables:
    return {table.name: list(table.rows) for table in make_sample(tasks, seed=seed)}


@pytest.fixture(scope="module")
def sample() -> Tables:
    return read_sample(1_500)


def by_id(rows: list[Any]) -> dict[Any, Any]:
    return {row.id: row for row in rows}


def test_tables_come_after_those_that_they_refer_to(sample: Tables) -> None:
    assert list(sample) == REFERENCED_FIRST


def test_columns_are_those_of_the_rows() -> None:
    for table in make_sample(50):
        row = next(iter(table.rows))
        assert row._fields == table.columns  # type: ignore[attr-defined]  # a NamedTuple


def test_a_seed_always_gives_the_same_rows_and_another_seed_others(sample: Tables) -> None:
    assert read_sample(1_500) == sample
    assert read_sample(1_500, seed=2)["tasks"] != sample["tasks"]


@pytest.mark.parametrize("tasks", [0, 1, 40, 5_000])
def test_it_has_as_many_tasks_as_are_asked_for(tasks: int) -> None:
    assert len(read_sample(tasks)["tasks"]) == tasks


def test_people_and_projects_grow_with_the_tasks() -> None:
    few, many = (
        {table.name: len(list(table.rows)) for table in islice(make_sample(tasks), 2)}
        for tasks in (100, 10_000)
    )
    assert few == {"users": 20, "projects": 10}
    assert many == {"users": 100, "projects": 50}


def test_ids_are_of_version_seven_and_unique(sample: Tables) -> None:
    ids = [row.id for rows in sample.values() for row in rows]
    assert {identity.version for identity in ids} == {7}
    assert {identity.variant for identity in ids} == {"specified in RFC 4122"}
    assert len(set(ids)) == len(ids)
    for row in sample["tasks"]:
        assert row.id.int >> 80 == int(row.created_at.timestamp() * 1000)


def test_no_time_is_outside_of_the_quarter_or_before_the_row_was_made(sample: Tables) -> None:
    for rows in sample.values():
        for row in rows:
            assert BEGIN <= row.created_at <= row.updated_at <= END


def test_names_are_unique_where_the_tables_say_so() -> None:
    users = list(make_users(900, source(1, "users")))
    assert len({user.email for user in users}) == 900
    projects = list(make_projects(100, users[:2], source(1, "projects")))
    assert len({(project.owner_id, project.name.lower()) for project in projects}) == 100


def test_each_project_has_one_owner_among_its_members(sample: Tables) -> None:
    pairs = [(member.project_id, member.user_id) for member in sample["members"]]
    assert len(set(pairs)) == len(pairs)
    owners = [
        (member.project_id, member.user_id)
        for member in sample["members"]
        if member.role == "owner"
    ]
    assert owners == [(project.id, project.owner_id) for project in sample["projects"]]
    assert {member.role for member in sample["members"]} == {"owner", "editor", "viewer"}


def test_who_works_in_a_project_is_a_member_who_may_write(sample: Tables) -> None:
    teams = find_teams(sample["members"])
    tasks = by_id(sample["tasks"])
    for task in tasks.values():
        assert task.assignee_id is None or task.assignee_id in teams[task.project_id]
    for comment in sample["comments"]:
        assert comment.author_id in teams[tasks[comment.task_id].project_id]
    for attachment in sample["attachments"]:
        assert attachment.uploader_id in teams[tasks[attachment.task_id].project_id]


def test_done_tasks_and_no_others_have_a_time_at_which_they_were_done(sample: Tables) -> None:
    for task in sample["tasks"]:
        assert (task.done_at is not None) == (task.status == "done")
    assert {task.status for task in sample["tasks"]} == {"todo", "doing", "done"}


def test_in_a_closed_project_all_is_done(sample: Tables) -> None:
    closed = {project.id for project in sample["projects"] if project.closed_at is not None}
    theirs = [task.status for task in sample["tasks"] if task.project_id in closed]
    assert set(theirs) == {"done"}


def test_a_parent_is_an_older_task_of_the_same_project(sample: Tables) -> None:
    seen: dict[Any, TaskRow] = {}
    for task in sample["tasks"]:
        if task.parent_id is not None:
            # Being older, it cannot lie below its own part: there are no cycles.
            parent = seen[task.parent_id]
            assert parent.project_id == task.project_id
            assert parent.created_at < task.created_at
        seen[task.id] = task
    parents = {task.parent_id for task in sample["tasks"]}
    assert any(task.parent_id in parents for task in seen.values() if task.id in parents)


def test_what_belongs_to_a_task_is_younger_than_the_task(sample: Tables) -> None:
    tasks = by_id(sample["tasks"])
    for name in ("task_tags", "comments", "attachments"):
        assert sample[name]
        for row in sample[name]:
            assert row.created_at >= tasks[row.task_id].created_at


def test_values_keep_the_tables_limits(sample: Tables) -> None:
    for task in sample["tasks"]:
        assert 1 <= len(task.title) <= 200
        assert 1 <= task.priority <= 5
        assert task.estimate_hours is None or 0 <= task.estimate_hours < 10_000
    for attachment in sample["attachments"]:
        assert attachment.size_bytes >= 0
        assert len(attachment.sha256) == 32


def test_no_task_wears_a_tag_twice(sample: Tables) -> None:
    pairs = [(row.task_id, row.tag_id) for row in sample["task_tags"]]
    assert len(set(pairs)) == len(pairs)
    assert set(Counter(task for task, _ in pairs).values()) == {1, 2, 3}


def test_copies_of_a_file_are_equal_in_size_and_type(sample: Tables) -> None:
    facts = {(row.sha256, row.size_bytes, row.media_type) for row in sample["attachments"]}
    contents = {row.sha256 for row in sample["attachments"]}
    assert len(facts) == len(contents) < len(sample["attachments"])


def test_titles_do_not_repeat_within_a_project(sample: Tables) -> None:
    many = list(
        make_tasks(2_000, dict(list(find_teams(sample["members"]).items())[:2]), source(1, "t"))
    )
    assert len({(task.project_id, task.title) for task in many}) == 2_000


def test_what_may_be_missing_sometimes_is(sample: Tables) -> None:
    for column in ("description", "assignee_id", "parent_id", "estimate_hours", "due_at"):
        missing = sum(getattr(task, column) is None for task in sample["tasks"])
        assert 0 < missing < len(sample["tasks"])


def test_rows_of_the_last_tables_are_made_as_they_are_read() -> None:
    tables = {table.name: table.rows for table in make_sample(100)}
    for name in ("task_tags", "comments", "attachments"):
        assert isinstance(tables[name], Iterator)
