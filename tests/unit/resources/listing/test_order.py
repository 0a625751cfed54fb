"""Every order is total, and one index on a field and the key serves it both ways."""

from __future__ import annotations

from typing import Any

import pytest
from tests.query_models import Task

from drystone.db.query.select import select
from drystone.resources.asking.list_request import ListRequest, SortTerm
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.listing.order import order_of
from drystone.resources.listing.search import has_search_index, search_index, words_of
from drystone.resources.named_field import NamedField

TASKS = declare_resource(
    Task,
    sorts=[Task.title, Task.due_at, Task.project.to.name],
    search=[Task.title, Task.status],
)
FIELDS = {one.name: one for one in TASKS.sorts} | {"id": NamedField("id", (), Task.id)}


def asked(sort: str = "", search: str | None = None) -> ListRequest:
    return ListRequest(
        where=None,
        filter_text="",
        sort=tuple(
            SortTerm(field=FIELDS[one.removeprefix("-")], descending=one.startswith("-"))
            for one in sort.split(",")
            if one
        ),
        search=search,
        page=1,
        cursor=None,
        limit=20,
        count="none",
        fields=None,
        expand=(),
        deleted="include",
    )


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        ("", "tasks.id DESC"),
        ("title", "tasks.title, tasks.id"),
        ("-title", "tasks.title DESC, tasks.id DESC"),
        ("title,-due_at", "tasks.title, tasks.due_at DESC, tasks.id DESC"),
        ("-due_at,title", "tasks.due_at DESC, tasks.title, tasks.id"),
        ("id,title", "tasks.id"),
        ("-id", "tasks.id DESC"),
        ("title,-id,due_at", "tasks.title, tasks.id DESC"),
        ("title,-title", "tasks.title, tasks.id"),
        ("-project.name", "project.name DESC, tasks.id DESC"),
    ],
)
def test_the_key_is_the_last_term(sort: str, text: str) -> None:
    assert order_text(asked(sort)) == text


def test_a_search_has_the_best_first_unless_sorted() -> None:
    best = order_text(asked(search="x"))
    assert best.startswith("ts_rank(")
    assert best.endswith(" DESC, tasks.id DESC")
    assert order_text(asked("title", search="x")) == "tasks.title, tasks.id"


def test_the_search_says_which_index_it_needs() -> None:
    index = search_index(TASKS)
    assert index is not None
    assert index.method == "gin"
    assert not has_search_index(TASKS)
    through = declare_resource(Task, search=[Task.title, Task.project.to.name])
    assert search_index(through) is None
    assert not has_search_index(through)
    none = declare_resource(Task)
    assert search_index(none) is None
    with pytest.raises(ValueError, match="declares nothing to search"):
        words_of(none)


def order_text(request: ListRequest) -> str:
    query: Any = select(Task).with_deleted().order_by(*order_of(TASKS, request))
    return str(query.sql).partition("ORDER BY ")[2]
