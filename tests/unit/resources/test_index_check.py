"""Which index serves what lists may be asked for, told from the declaration alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import pytest

from drystone import Field, Index, Model, OnDelete, Ref, Rules, Unique, default, document, made
from drystone.http.parts.query import Query
from drystone.resources.asking.read_list import read_list_request
from drystone.resources.declaration import Resource
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.index_check import missing_indexes, needs_of, needs_of_request


class Owner(Model):
    email: Field[Annotated[str, Unique()]]
    name: Field[str]


class Bare(Model):
    owner: Annotated[Ref[Owner], OnDelete(index=False)]
    title: Field[str]
    notes: Field[str | None] = default(None)
    status: Field[Literal["todo", "done"]] = default("todo")
    is_open: Field[bool] = default(True)
    tags: Field[list[str]] = made(list)
    due_at: Field[datetime | None] = default(None)


class Served(Model):
    owner: Ref[Owner]
    title: Field[str]
    status: Field[Annotated[Literal["todo", "done"], Index()]] = default("todo")
    tags: Field[list[str]] = made(list)
    code: Field[Annotated[str, Unique(ignore_case=True)]]
    number: Field[Annotated[int, Unique()]]
    due_at: Field[datetime | None] = default(None)
    rank: Field[int] = default(0)

    @classmethod
    def rules(cls) -> Rules:
        return [
            Index(cls.title, trigram=True),
            Index(cls.title, cls.id),
            Index(cls.due_at.desc(), cls.id.desc()),
            Index(cls.rank, where=cls.status == "todo"),
            Index(cls.tags, method="gin"),
            Index(document(cls.title), method="gin"),
        ]


def bare(**options: Any) -> Resource:
    return declare_resource(Bare, **options)


def wanted(resource: Resource) -> dict[str, str | None]:
    """Return for each parameter what is to be written; None where it is served.

    Any list can be filtered by `id`, which its key serves.
    """
    needs = {
        one.parameter: one.wish.declaration if one.wish else (None if one.is_served else one.note)
        for one in needs_of(resource)
    }
    assert needs.pop("id") is None
    return needs


def test_what_has_no_index_is_told_with_the_index_to_write() -> None:
    resource = bare(
        filters=[Bare.owner, Bare.title, Bare.status, Bare.tags, Bare.due_at, Bare.is_open],
        sorts=[Bare.due_at, Bare.id],
        search=[Bare.title, Bare.notes],
    )
    assert wanted(resource) == {
        "owner_id": "Index(cls.owner)",
        "title": "Index(cls.title)",
        "title[contains]": "Index(cls.title, trigram=True)",
        "status": "Index(cls.status)",
        "tags[contains]": 'Index(cls.tags, method="gin")',
        # One index for the filter and the sort.
        "due_at": "Index(cls.due_at, cls.id)",
        "is_open": "two values tell few rows apart: no index is asked for",
        "sort=due_at": "Index(cls.due_at, cls.id)",
        "sort=id": None,
        "search": 'Index(document(cls.title, cls.notes), method="gin")',
    }
    assert missing_indexes(resource)[0].place.startswith("rules() of Bare (")
    assert "test_index_check.py:" in missing_indexes(resource)[0].place


def test_what_has_its_index_is_served() -> None:
    resource = declare_resource(
        Served,
        filters=[Served.owner, Served.title, Served.status, Served.tags, Served.number],
        sorts=[Served.due_at, Served.title, Served.number],
        search=[Served.title],
    )
    assert set(wanted(resource).values()) == {None}
    assert missing_indexes(resource) == ()


def test_indexes_that_look_alike_serve_less() -> None:
    resource = declare_resource(
        Served,
        filters=[Served.code, Served.rank],
        sorts=[Served.rank, Served.status],
        search=[Served.title, Served.code],
    )
    assert wanted(resource) == {
        # Of lower(code); of some rows only; without the id; of other words.
        "code": "Index(cls.code)",
        "code[contains]": "Index(cls.code, trigram=True)",
        "rank": "Index(cls.rank, cls.id)",
        "sort=rank": "Index(cls.rank, cls.id)",
        "sort=status": "Index(cls.status, cls.id)",
        "search": 'Index(document(cls.title, cls.code), method="gin")',
    }


def test_through_a_reference_the_index_is_the_other_models() -> None:
    resource = declare_resource(
        Served,
        filters=[Served.owner.to.email, Served.owner.to.name],
        sorts=[Served.owner.to.name],
        search=[Served.owner.to.name],
    )
    assert wanted(resource) == {
        "owner.email": None,
        "owner.email[contains]": "Index(cls.email, trigram=True)",
        "owner.name": "Index(cls.name)",
        "owner.name[contains]": "Index(cls.name, trigram=True)",
        "sort=owner.name": "a field of another table: no index has this order",
        "search": "fields of several tables: no index has their words",
    }
    assert {one.model.model for one in missing_indexes(resource)} == {Owner}


def test_what_is_computed_has_no_index() -> None:
    resource = declare_resource(
        Served, computed={"double": Served.rank + Served.rank}, filters=["double"], sorts=["double"]
    )
    note = "computed for each row: no index is told of it"
    assert wanted(resource) == {"double": note, "sort=double": note}
    asked = read_list_request(resource, Query.parse(b"double=4&sort=double"))
    assert [one.parameter for one in needs_of_request(resource, asked)] == ["sort=double"]


def test_an_index_that_begins_with_another_stands_for_it() -> None:
    resource = bare(filters=[Bare.owner.to.name, Bare.status], sorts=[Bare.status])
    declarations = [one.declaration for one in missing_indexes(resource)]
    assert declarations.count("Index(cls.status, cls.id)") == 1
    assert "Index(cls.status)" not in declarations


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", []),
        ("status=todo", ["status"]),
        ("status[in]=todo,done&sort=-due_at", ["status", "sort=due_at"]),
        ("title[contains]=a", ["title[contains]"]),
        ("title[starts]=a&title=b", ["title", "title[contains]"]),
        (
            'filter=title = "a" OR (status != "done" AND due_at = null)',
            ["title", "status", "due_at"],
        ),
        ("tags[contains]=a", ["tags[contains]"]),
        ("search=a&sort=id", ["search"]),
        ("owner=01890000-0000-7000-8000-000000000000", ["owner_id"]),
        ("is_open=true", ["is_open"]),
    ],
)
def test_a_request_is_told_of_what_it_uses(query: str, parameters: list[str]) -> None:
    resource = bare(
        filters=[Bare.owner, Bare.title, Bare.status, Bare.tags, Bare.due_at, Bare.is_open],
        sorts=[Bare.due_at],
        search=[Bare.title],
    )
    encoded = query.replace(" ", "%20").replace('"', "%22").encode()
    asked = read_list_request(resource, Query.parse(encoded))
    assert [one.parameter for one in needs_of_request(resource, asked)] == [
        one.parameter for one in needs_of(resource) if one.parameter in parameters
    ]
    assert len(needs_of_request(resource, asked)) == len(parameters)


def test_what_is_served_is_told_where_it_is_asked_for() -> None:
    resource = declare_resource(Served, filters=[Served.status])
    asked = read_list_request(resource, Query.parse(b"status=todo"))
    assert needs_of_request(resource, asked) == ()
    (need,) = needs_of_request(resource, asked, unserved=False)
    assert need.is_served
