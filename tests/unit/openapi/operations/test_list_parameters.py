"""The parameters of lists: what is described is what is read, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.openapi.everything import Quarry, Stone, Tool

from drystone import many
from drystone.http.parts.query import Query
from drystone.openapi.components import Components
from drystone.openapi.operations.list_parameters import (
    history_parameters,
    list_parameters,
    row_parameters,
)
from drystone.openapi.schemas.examples import example_of
from drystone.resources.asking.read_list import ListReader
from drystone.resources.asking.read_single import SingleReader
from drystone.resources.declaration import Resource
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.history.history_request import read_history_request

STONES = declare_resource(
    Stone,
    filters=[
        *(Stone.quarry, Stone.label, Stone.grade, Stone.level, Stone.weight, Stone.price),
        *(Stone.is_laid, Stone.laid_at, Stone.cut_on, Stone.opens_at, Stone.took, Stone.mark),
        *(Stone.tags, Stone.extra, Stone.quarry.to.name),
    ],
    sorts=[Stone.label],
    search=[Stone.label],
    expand=[Stone.quarry, Stone.on_top_of, Stone.on_top_of.to.quarry],
    computed={"is_heavy": Stone.weight > 1000},
)
QUARRIES = declare_resource(
    Quarry, expand=[many(Stone.quarry, name="stones", expand=[Stone.on_top_of])]
)
TOOLS = declare_resource(Tool)


def described(resource: Resource, *, single: bool = False) -> list[dict[str, Any]]:
    components = Components()
    make = row_parameters if single else list_parameters
    return [components.resolve(one) for one in make(resource, components)]


def written(parameter: dict[str, Any]) -> str:
    """Return an example as a query string has it."""
    value = parameter.get("example", example_of(parameter["schema"], Components(), "x"))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return str(value)


@pytest.mark.parametrize("resource", [STONES, QUARRIES, TOOLS])
def test_each_parameter_of_a_list_is_read(resource: Resource) -> None:
    reader = ListReader(resource)
    parameters = described(resource)
    assert len({one["name"] for one in parameters}) == len(parameters)
    for one in parameters:
        if one["name"] != "cursor":
            reader.read(Query([(one["name"], written(one))]))
    reader.read(Query([("cursor", "")]))


@pytest.mark.parametrize("resource", [STONES, QUARRIES, TOOLS])
def test_each_parameter_of_a_row_is_read(resource: Resource) -> None:
    reader = SingleReader(resource)
    for one in described(resource, single=True):
        reader.read(Query([(one["name"], written(one))]))


def test_each_parameter_of_a_history_is_read() -> None:
    components = Components()
    for part in history_parameters(components):
        one = components.resolve(part)
        read_history_request(
            Query([(one["name"], "" if one["name"] == "cursor" else written(one))])
        )


def test_every_choice_of_names_is_read() -> None:
    choices = {one["name"]: one["schema"] for one in described(STONES)}
    reader = ListReader(STONES)
    for name in ("fields", "sort", "expand"):
        for choice in choices[name]["items"]["enum"]:
            reader.read(Query([(name, choice)]))
    assert "is_heavy" in choices["fields"]["items"]["enum"]
    assert choices["expand"]["items"]["enum"] == ["quarry", "on_top_of", "on_top_of.quarry"]
    listed = {one["name"]: one["schema"] for one in described(QUARRIES)}
    assert listed["expand"]["items"]["enum"] == ["stones", "stones.on_top_of"]


def test_a_filter_is_a_parameter_for_each_of_its_operators() -> None:
    named = {one["name"]: one for one in described(STONES)}
    assert {name for name in named if name.startswith("weight")} == {
        "weight",
        *(f"weight[{one}]" for one in ("ne", "gt", "gte", "lt", "lte", "in", "nin", "between")),
        "weight[null]",
    }
    assert named["weight[gte]"]["schema"] == {"type": "number", "format": "double"}
    assert named["weight[null]"]["schema"] == {"type": "boolean"}
    between = named["weight[between]"]
    assert (between["schema"]["minItems"], between["schema"]["maxItems"]) == (2, 2)
    assert between["explode"] is False
    assert "Also named `quarry`" in named["quarry_id"]["description"]
    assert named["quarry.name[contains]"]["schema"]["type"] == "string"
    assert not any(name in named for name in ("quarry_id[gt]", "extra", "grade[lt]"))


def test_what_a_resource_has_nothing_for_is_not_there() -> None:
    names = {one["name"] for one in described(TOOLS)}
    assert {one for one in names if one != "id" and not one.startswith("id[")} == {
        *("filter", "sort", "fields", "limit", "page", "cursor", "count"),
    }
    assert {one["name"] for one in described(TOOLS, single=True)} == {"fields"}


def test_below_another_row_its_filter_is_not_there() -> None:
    parameters = list_parameters(STONES, Components(), except_for="quarry_id")
    names = {one.get("name", "") for one in parameters}
    assert not any(name.startswith("quarry_id") for name in names)
    assert "label" in names
