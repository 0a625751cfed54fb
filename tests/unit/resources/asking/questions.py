"""A resource of tasks, and how the tests ask for a list of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from examples.tasks.models import Task

from drystone.errors import BadRequest
from drystone.http.parts.query import Query
from drystone.resources.asking.list_request import ListRequest
from drystone.resources.asking.read_list import ListReader
from drystone.resources.declaration import Resource
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.operation import OPERATIONS

_DECLARED = declare_resource(
    Task,
    filters=[
        *(Task.id, Task.project, Task.status, Task.priority, Task.title, Task.assignee),
        *(Task.due_at, Task.estimate_hours, Task.project.to.owner, Task.project.to.is_public),
    ],
    sorts=[Task.created_at, Task.due_at, Task.title, Task.assignee, Task.project.to.name],
    search=[Task.title],
    expand=[Task.project, Task.assignee, Task.project.to.owner],
)
# As if the tracker's tables kept a history: reading a query asks no table.
TASKS: Resource = replace(_DECLARED, operations=OPERATIONS)
READER = ListReader(TASKS)


def query_of(text: str) -> Query:
    """Return a query of a text in which only `&` and `=` are not meant literally."""
    return Query.parse(quote(text, safe="&=").encode())


def ask(text: str) -> ListRequest:
    """Return what a query asks of the tasks."""
    return READER.read(query_of(text))


def filter_of(expression: str) -> str:
    """Return an expression in normal form."""
    return READER.read(Query([("filter", expression)])).filter_text


Fault = tuple[str | None, str, str]


def faults_of(text: str) -> list[Fault]:
    """Return place, code and detail of each fault of a query."""
    return refusal(query_of(text))[1]


def refusal(query: Query) -> tuple[str, list[Fault]]:
    """Return the code of the problem that a query is refused with, and its faults."""
    with pytest.raises(BadRequest) as refused:
        READER.read(query)
    problem = refused.value
    assert problem.status == 400
    return problem.code, [(one.parameter, one.code, one.detail) for one in problem.errors]
