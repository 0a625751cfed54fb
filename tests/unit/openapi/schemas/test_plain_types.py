"""Python types as JSON Schema, and what `msgspec` itself says of the same types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any, Literal, NamedTuple, TypedDict
from uuid import UUID

import msgspec
import pytest

from drystone.openapi.components import Components
from drystone.openapi.schemas.plain_types import PlainTypes


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Point(msgspec.Struct, forbid_unknown_fields=True, rename={"left": "x"}):
    """A place.

    It has no size.

    Attributes:
        left: steps to the left.
    """

    left: int
    label: str | None = None
    tags: list[str] = []


class Tree(msgspec.Struct):
    parts: list[Tree] = []


class Dog(msgspec.Struct, tag="dog"):
    name: str


class Cat(msgspec.Struct, tag="cat"):
    name: str


@dataclass
class Pair:
    first: int
    second: float = 0.5


class Sized(TypedDict):
    size: int


class Place(NamedTuple):
    row: int
    column: int = 0


def describe(wanted: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    components = Components()
    schema = PlainTypes(components, lambda _: None).describe(wanted)
    return schema, components.used_by(schema).get("schemas", {})


@pytest.mark.parametrize(
    ("wanted", "schema"),
    [
        (int, {"type": "integer", "format": "int64"}),
        (Annotated[int, msgspec.Meta(ge=1, lt=9)], {"minimum": 1, "exclusiveMaximum": 9}),
        (float, {"type": "number", "format": "double"}),
        (str | None, {"type": ["string", "null"]}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (UUID, {"type": "string", "format": "uuid"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (Decimal, {"type": "string", "format": "decimal"}),
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[2, "a"], {"enum": [2, "a"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (list[int], {"type": "array", "items": {"type": "integer", "format": "int64"}}),
        (set[bool], {"uniqueItems": True}),
        (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (dict[str, Any], {"type": "object"}),
        (tuple[int, str], {"minItems": 2, "maxItems": 2, "items": False}),
        (
            int | str | None,
            {
                "anyOf": [
                    {"type": "integer", "format": "int64"},
                    {"type": "string"},
                    {"type": "null"},
                ]
            },
        ),
        (
            Annotated[str, msgspec.Meta(min_length=1, max_length=3, pattern=r"^a\Z")],
            {"minLength": 1, "maxLength": 3, "pattern": "^a$"},
        ),
        (
            Annotated[str, msgspec.Meta(description="Said.", examples=["a"])],
            {"description": "Said.", "examples": ["a"]},
        ),
        (timedelta, {"type": "string", "examples": ["PT2H"]}),
        (Any, {}),
    ],
)
def test_a_type_of_python(wanted: Any, schema: dict[str, Any]) -> None:
    described, _ = describe(wanted)
    assert described.items() >= schema.items()


def test_a_struct_is_a_component_under_its_name() -> None:
    schema, schemas = describe(list[Point])
    assert schema == {"type": "array", "items": {"$ref": "#/components/schemas/Point"}}
    assert schemas["Point"] == {
        "description": "A place.",
        "type": "object",
        "properties": {
            "x": {"type": "integer", "format": "int64", "description": "Steps to the left."},
            "label": {"type": ["string", "null"], "default": None},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["x"],
        "additionalProperties": False,
    }


def test_a_type_may_contain_itself() -> None:
    _, schemas = describe(Tree)
    assert schemas["Tree"]["properties"]["parts"]["items"] == {"$ref": "#/components/schemas/Tree"}


def test_tagged_structs_are_told_apart() -> None:
    schema, schemas = describe(Dog | Cat)
    assert [one["$ref"].rpartition("/")[2] for one in schema["anyOf"]] == ["Dog", "Cat"]
    assert schemas["Dog"]["properties"]["type"] == {"const": "dog"}
    assert schemas["Dog"]["required"] == ["type", "name"]


def test_other_classes_with_fields() -> None:
    _, schemas = describe(tuple[Pair, Sized, Place])
    assert schemas["Pair"]["required"] == ["first"]
    assert schemas["Pair"]["properties"]["second"]["default"] == 0.5
    assert "description" not in schemas["Pair"]
    assert schemas["Sized"]["required"] == ["size"]
    assert schemas["Place"]["minItems"] == 1


def test_two_classes_of_one_name_are_two_components() -> None:
    other = msgspec.defstruct("Point", [("z", int)])
    _, schemas = describe(tuple[Point, other])  # type: ignore[valid-type]  # made at run time
    assert sorted(schemas) == ["Point", "Point2"]


@pytest.mark.parametrize("wanted", [Point, Pair, Sized, list[Level], dict[str, Tree]])
def test_msgspec_says_the_same_of_properties(wanted: Any) -> None:
    _, ours = describe(wanted)
    _, theirs = msgspec.json.schema_components([wanted], ref_template="#/components/schemas/{name}")
    for name, schema in ours.items():
        assert schema["properties"].keys() == theirs[name]["properties"].keys()
        assert schema.get("required", []) == theirs[name].get("required", [])
