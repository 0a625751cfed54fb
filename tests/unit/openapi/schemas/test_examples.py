"""Examples: valid by their schema, and the same each time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.described import faults_of

from drystone.openapi.components import Components
from drystone.openapi.schemas.examples import example_id, example_of
from drystone.openapi.schemas.pattern_text import text_for

EMPTY: dict[str, Any] = {"components": {}}


def make(schema: dict[str, Any], name: str = "") -> Any:
    return example_of(schema, Components(), name)


@pytest.mark.parametrize(
    ("schema", "name", "example"),
    [
        ({"type": "string"}, "file_name", "File name"),
        ({"type": "string", "maxLength": 3}, "file_name", "Fil"),
        ({"type": "string", "minLength": 9}, "name", "Name Name"),
        ({"type": "string", "format": "email"}, "x", "ada@example.com"),
        ({"type": "string", "pattern": "^#[0-9a-f]{6}$"}, "colour", "#000000"),
        ({"type": ["string", "null"]}, "name", "Name"),
        ({"type": "integer", "minimum": 5}, "x", 5),
        ({"type": "integer", "maximum": -5}, "x", -5),
        ({"type": "integer", "exclusiveMinimum": 5}, "x", 6),
        ({"type": "integer", "multipleOf": 7, "minimum": 8}, "x", 14),
        ({"type": "integer", "default": 3}, "x", 3),
        ({"enum": ["a", "b"]}, "x", "a"),
        ({"const": 7}, "x", 7),
        ({"type": "string", "examples": ["said"]}, "x", "said"),
        ({"type": "array", "items": {"type": "boolean"}}, "x", [False]),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 2}, "x", [False, False]),
        ({"type": "array", "items": {"type": "boolean"}, "maxItems": 0}, "x", []),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "x", None),
        ({}, "x", {}),
    ],
)
def test_an_example(schema: dict[str, Any], name: str, example: object) -> None:
    assert make(schema, name) == example
    assert faults_of(EMPTY, schema, example) == []


def test_members_that_may_be_left_out_are_left_out_without_a_default() -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "string", "default": "todo"},
            "due": {"type": ["string", "null"], "default": None},
            "note": {"type": "string"},
        },
        "required": ["title"],
    }
    assert make(schema) == {"title": "Title", "status": "todo"}


def test_a_schema_that_contains_itself_ends() -> None:
    components = Components()
    tree = components.put("schemas", "Tree", {})
    properties = {"parts": {"type": "array", "items": tree}}
    part = {"type": "object", "properties": properties, "required": ["parts"]}
    components.put("schemas", "Tree", part)
    assert "parts" in example_of(tree, components)


def test_ids_are_of_version_7_and_told_apart() -> None:
    assert example_id("a") == example_id("a") != example_id("b")
    assert example_id("a")[14] == "7"


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from([None, "^[a-z]+$", "^[A-Z]{2}-[0-9]+$", r"^\S+@\S+$", "^(a|b)*$", "x?y+z{2,}"]),
)
def test_texts_of_any_bounds_are_valid(least: int, more: int, pattern: str | None) -> None:
    schema: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": least + more + 9}
    if pattern is not None:
        schema["pattern"] = pattern
    assert faults_of(EMPTY, schema, make(schema, "some_name")) == []


@pytest.mark.parametrize(
    "pattern",
    ["^a$", "[^abc0]", r"^\d{3}-\w+\s\W$", "^(?:ab|cd){2}$", "^[^\\s]x.$", "^a{2,4}?b*$", ""],
)
def test_a_text_in_which_a_pattern_is_found(pattern: str) -> None:
    text = text_for(pattern)
    assert text is not None
    assert faults_of(EMPTY, {"pattern": pattern}, text) == []


@pytest.mark.parametrize("pattern", ["^(?=b)a$", "(", "^a$(?<!a)"])
def test_where_none_is_found_there_is_none(pattern: str) -> None:
    assert text_for(pattern) is None
