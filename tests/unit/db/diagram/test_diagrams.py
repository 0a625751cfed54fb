"""Diagrams of models: Mermaid's text, and an SVG whose lines run through no box."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drystone import Digits, Field, Model, OptionalRef, Ref, Unique, default
from drystone.db.diagram.entities import Attribute, Diagram, Entity, Relation, read_diagram
from drystone.db.diagram.layout import lay_out
from drystone.db.diagram.mermaid import mermaid
from drystone.db.diagram.routes import route_lines
from drystone.db.diagram.svg import svg


class Owner(Model):
    """Who has a <shop> & more."""

    email: Field[Annotated[str, Unique(ignore_case=True)]]


class Shop(Model):
    owner: Annotated[Ref[Owner], Unique()]
    price: Field[Annotated[Decimal, Digits(6, 2)] | None] = default(None)
    parent: OptionalRef[Shop] = default(None)


def test_mermaid_tells_keys_types_and_cardinalities() -> None:
    assert mermaid([Shop, Owner]) == (
        "erDiagram\n"
        "    owners ||--o| shops : owner_id\n"
        "    shops |o--o{ shops : parent_id\n"
        "    owners {\n"
        "        uuid id PK\n"
        "        text email UK\n"
        "    }\n"
        "    shops {\n"
        "        uuid id PK\n"
        "        uuid owner_id FK, UK\n"
        '        numeric(6_2) price "may be null"\n'
        '        uuid parent_id FK "may be null"\n'
        "    }\n"
    )
    assert mermaid([]) == "erDiagram\n"


def test_svg_stands_alone_and_is_well_formed() -> None:
    drawn = svg([Shop, Owner])
    root = ElementTree.fromstring(drawn)
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"owners", "shops", "email", "numeric(6,2)?", "FK UK"} <= texts
    assert root.get("role") == "img"
    assert "shops to owners" in drawn
    assert "Who has a &lt;shop&gt; &amp; more." in drawn
    assert "prefers-color-scheme: dark" in drawn
    assert not re.search(r"(href|url\(|@import|<script)", drawn)
    assert drawn == svg([Shop, Owner])


def test_nothing_can_be_drawn_too() -> None:
    assert "There are no tables." in svg([])


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    count = draw(st.integers(1, 9))
    tables = [f"table_{number}" for number in range(count)]
    relations = []
    entities = []
    for number, table in enumerate(tables):
        parents = draw(st.lists(st.integers(0, count - 1), max_size=3, unique=True))
        columns = [f"to_{parent}_id" for parent in parents]
        plain = [f"field_{one}" for one in range(draw(st.integers(0, 4)))]
        attributes = [Attribute(name, "uuid", (), False) for name in ["id", *columns, *plain]]
        entities.append(Entity(table, "", tuple(attributes)))
        relations += [
            Relation(table, column, tables[parent], draw(st.booleans()), draw(st.booleans()))
            for parent, column in zip(parents, columns, strict=True)
        ]
        assert number < count
    return Diagram(tuple(entities), tuple(relations))


@settings(max_examples=150, deadline=None)
@given(diagrams())
def test_boxes_stand_apart_and_no_line_runs_through_one(diagram: Diagram) -> None:
    layout = lay_out(diagram)
    boxes = [*layout.boxes.values()]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            beside = one.right < other.x or other.right < one.x
            assert beside or one.y + one.height < other.y or other.y + other.height < one.y
    for route in route_lines(diagram, layout):
        child, parent = layout.boxes[route.relation.child], layout.boxes[route.relation.parent]
        assert route.points[0][0] in (child.x, child.right)
        assert route.points[0][1] == child.row(route.relation.column)
        assert route.points[-1][0] in (parent.x, parent.right)
        assert parent.y <= route.points[-1][1] <= parent.y + parent.height
        for start, end in pairwise(route.points):
            assert start[0] == end[0] or start[1] == end[1]
            for box in boxes:
                left, right = sorted((start[0], end[0]))
                top, bottom = sorted((start[1], end[1]))
                apart = right <= box.x or left >= box.right
                assert apart or bottom <= box.y or top >= box.y + box.height


@pytest.mark.parametrize("models", [[Shop, Owner], [Owner]])
def test_columns_that_every_table_has_are_left_out(models: list[Any]) -> None:
    for entity in read_diagram(models).entities:
        names = {one.name for one in entity.attributes}
        assert "id" in names
        assert not names & {"version", "created_at", "updated_at", "deleted_at"}
