"""What may be said of a resource: every mistake is told at start, with its place and its mend."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from drystone import (
    App,
    Caller,
    Field,
    Index,
    Model,
    OnDelete,
    OptionalRef,
    Ref,
    Rules,
    Secret,
    count,
    default,
    made,
    many,
    now,
    select,
)
from drystone.resources.declaration import Resource
from drystone.resources.declaring.declare_resource import declare_resource
from drystone.resources.expandable import expandables_of
from drystone.resources.operation import Operation
from drystone.resources.routes import ResourceRoutes
from drystone.schema.model.column_types import BooleanType, IntegerType, TextType
from drystone.schema.model.declaration_error import DeclarationError


class Owner(Model):
    name: Field[str]
    token: Field[Annotated[str, Secret()]]


class Wall(Model):
    owner: Ref[Owner]
    name: Field[str]


class Stone(Model):
    wall: Ref[Wall]
    above: OptionalRef[Stone] = default(None)
    mason: Annotated[OptionalRef[Owner], OnDelete(index=False)] = default(None)
    weight: Field[int] = default(1)
    tags: Field[list[str]] = made(list)
    notes: Field[dict[str, Any]] = made(dict)
    print: Field[bytes] = default(b"")
    mark: Field[Annotated[str, Secret()]] = default("")


class Mortar(Model, history=True):
    mix: Field[str]


class Chip(Model):
    stone: Annotated[Ref[Stone], OnDelete(index=False)]
    owner: Ref[Owner]

    @classmethod
    def rules(cls) -> Rules:
        return [Index(cls.stone, cls.created_at)]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    # Options.
    ({"filter": [Stone.weight]}, "has no option 'filter'; did you mean 'filters'?"),
    ({"colour": 1}, "has no option 'colour'"),
    ({"filters": Stone.weight}, "write a list: filters=[…]"),
    ({"sorts": "weight"}, "write a list: sorts=[…]"),
    ({"computed": [Stone.weight]}, "write a dict: computed={…: …}"),
    ({"requires_if_match": 1}, "write True or False"),
    ({"read": True}, "write a function of the caller, or role('…')"),
    ({"deprecated": "2026"}, "write Deprecation(since=…)"),
    ({"operations": ["lst"]}, "has no operation 'lst'"),
    ({"operations": ["list", "list"]}, "names 'list' twice in operations"),
    ({"operations": ["history"]}, "write class Stone(Model, history=True)"),
    # The name.
    ({"name": "Stones"}, "which cannot stand in an address"),
    ({"name": "my_stones"}, "which cannot stand in an address"),
    ({"name": "stones/x"}, "which cannot stand in an address"),
    ({"name": ""}, "which cannot stand in an address"),
    ({"name": "stone"}, "write the plural: 'stones'"),
    # Fields.
    ({"filters": [Stone.weight, Stone.weight]}, "names 'weight' twice in filters"),
    ({"sorts": [Stone.wall.to.name, Stone.wall.to.name]}, "names 'wall.name' twice in sorts"),
    ({"search": [Stone.wall.to.name] * 2}, "names 'wall.name' twice in search"),
    ({"filters": [Wall.name]}, "a field of another model; reach it through a reference"),
    ({"filters": [Stone.weight + 1]}, "which is no field; write Stone.name"),
    ({"filters": ["weight"]}, "only computed members are named by a text; write Stone.weight"),
    ({"sorts": [Stone.tags]}, "tags in sorts, which is an array and has no order"),
    ({"sorts": [Stone.notes]}, "notes in sorts, which is a document and has no order"),
    ({"sorts": [Stone.print]}, "print in sorts, which is bytes and has no order"),
    ({"search": [Stone.weight]}, "weight in search, which is no text"),
    ({"filters": [Stone.mark]}, "mark in filters, which is secret"),
    ({"sorts": [Stone.wall.to.owner.to.token]}, "wall.owner.token in sorts, which is secret"),
    ({"search": [Stone.mark]}, "mark in search, which is secret"),
    # Expansion.
    ({"expand": [Stone.weight]}, "which is no reference"),
    ({"expand": [Stone.wall, Stone.wall]}, "names 'wall_id' twice in expand"),
    ({"expand": [many(Chip.owner)]}, "leads to Owner and not to Stone; write of=…"),
    ({"expand": [many(Wall.owner, of=Stone.wall)]}, "leads to Owner and not to Wall"),
    ({"expand": [many(Chip.stone.to.above)]}, "which is no reference of a model to another"),
    ({"expand": [many(Stone.weight)]}, "which is no reference of a model to another"),
    ({"expand": [many(Stone.above, of=Stone.weight)]}, "which is no reference"),
    ({"expand": [many(Stone.mason, of=Stone.mason)]}, "has no index that begins with it"),
    ({"expand": [many(Chip.stone, expand=[many(Chip.stone)])]}, "one list on a way"),  # type: ignore[list-item]  # the mistake
    ({"expand": [many(Chip.stone, expand=[Stone.wall])]}, "a field of another model"),
    ({"expand": [many(Chip.stone, sort=[Stone.weight])]}, "cannot be sorted by stones.weight"),
    ({"expand": [many(Chip.stone, sort=[Chip.owner.to.name])]}, "write a field of its own"),
    ({"expand": [many(Stone.above, sort=[Stone.mark])]}, "cannot be sorted by stones.mark"),
    ({"expand": [many(Stone.above, sort=[Stone.tags])]}, "cannot be sorted by stones.tags"),
    # Names that clash.
    ({"expand": [many(Chip.stone, name="weight")]}, "the column stones.weight has already"),
    ({"expand": [many(Chip.stone, name="wall")]}, "the column stones.wall_id has already"),
    ({"expand": [many(Chip.stone, name="limit")]}, "the parameter 'limit' has already"),
    ({"expand": [many(Chip.stone), many(Chip.stone)]}, "'chips' the list of chips.stone_id has"),
    (
        {"expand": [many(Stone.wall, of=Stone.wall, name="owner")]},
        "'wall.owner' the column walls.owner_id has already",
    ),
    ({"computed": {"weight": Stone.weight + 1}}, "the column stones.weight has already"),
    ({"computed": {"wall": Stone.weight + 1}}, "the column stones.wall_id has already"),
    ({"computed": {"sort": Stone.weight + 1}}, "the parameter 'sort' has already"),
    (
        {"expand": [many(Chip.stone, name="n")], "computed": {"n": Stone.weight + 1}},
        "the list of chips.stone_id, whose name 'n' the computed member 'n' has already",
    ),
    ({"nested": [Chip.stone], "computed": {"chips": now()}}, "'chips' the computed member"),
    # Computed members.
    ({"computed": {"Heavy": Stone.weight > 3}}, "write a name in lower case"),
    ({"computed": {"heavy": 3}}, "which is no expression"),
    ({"computed": {"size": Wall.name.length()}}, "walls.name is of walls"),
    ({"computed": {"n": select(count()).where(Chip.stone == Stone.id)}}, "write .from_(…)"),
    ({"computed": {"many": select(Chip.id, Chip.owner)}}, "one value is wanted"),
    ({"computed": {"at": Stone.notes.at("a") - 1}}, "whose type cannot be told"),
    ({"computed": {"mark_length": Stone.mark.length()}}, "with stones.mark, which is secret"),
    # Nested creation and lists.
    ({"nested": [Chip.owner]}, "leads to Owner and not to Stone"),
    ({"nested": [Stone.weight]}, "which is no reference of a model to another"),
    ({"nested": [Chip.stone, Chip.stone]}, "names 'chips' twice in nested"),
    ({"nested": [Chip.stone], "operations": ["read"]}, "has no operation 'create'; add it"),
    ({"under": [Stone.weight]}, "which is no reference"),
    ({"operations": ["list", "bulk"]}, "add 'create', 'patch' or 'delete'"),
    ({"under": [Stone.wall.to.owner]}, "addresses are nested once"),
    ({"under": [Stone.wall, Stone.wall]}, "names 'wall_id' twice in under"),
    ({"under": [Stone.wall], "operations": ["create"]}, "has no operation 'list'; add it"),
]


@pytest.mark.parametrize(("options", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_place(options: dict[str, Any], told: str) -> None:
    with pytest.raises(DeclarationError) as error:
        declare_resource(Stone, **options)
    assert told in str(error.value)
    place, _, rest = str(error.value).partition(": ")
    assert place.rpartition(":")[0].endswith("test_declaration.py")
    assert rest


def declared() -> Resource:
    return declare_resource(
        Stone,
        expand=[
            Stone.wall,
            many(Chip.stone, sort=[Chip.created_at.desc()], expand=[Chip.owner]),
            many(Stone.above, name="carried"),
            many(Stone.wall, of=Stone.wall, name="stones"),
        ],
        computed={
            "is_heavy": Stone.weight > 3,
            "chips_off": select(count()).from_(Chip).where(Chip.stone == Stone.id),
            "has_mark": Stone.mark.is_not_null(),
            "wall_name": Stone.wall.to.name,
        },
        filters=["is_heavy", Stone.weight],
        sorts=["chips_off"],
        nested=[Chip.stone],
    )


def test_expansions_have_names() -> None:
    names = [one.name for one in expandables_of(declared())]
    assert names == ["wall", "chips", "chips.owner", "carried", "wall.stones"]


def test_a_list_is_in_a_total_order() -> None:
    chips, carried, _ = declared().collections
    assert [(one.shape.operand.column.name, one.shape.descending) for one in chips.sort] == [  # type: ignore[union-attr]  # columns, all of them
        ("created_at", True),
        ("id", True),
    ]
    assert [one.shape.descending for one in carried.sort] == [True]


def test_computed_members_have_types() -> None:
    computed = declared().computed
    assert {name: (type(one.info.type), one.info.nullable) for name, one in computed.items()} == {
        "is_heavy": (BooleanType, False),
        "chips_off": (IntegerType, False),
        "has_mark": (BooleanType, False),
        "wall_name": (TextType, False),
    }
    assert [one.is_of_row for one in computed.values()] == [True, False, True, False]


def test_a_rule_is_a_function_of_the_caller() -> None:
    def nobody(_caller: Caller) -> bool:
        return False

    assert declare_resource(Stone, read=nobody).rules.read is nobody


def test_two_resources_cannot_have_one_name() -> None:
    app = App(models=[Owner, Wall, Stone, Chip])
    app.resource(Stone)
    with pytest.raises(DeclarationError, match=r"test_declaration\.py:\d+ already; name one"):
        app.resource(Wall, name="stones")
    app.api("v2").resource(Stone)


def test_routes_below_other_rows_are_left_out_where_theirs_are_overridden() -> None:
    app = App(models=[Owner, Wall, Stone, Chip])
    app.resource(Wall, name="dry-walls")
    stones = app.resource(Stone, under=[Stone.wall, Stone.above])
    stones.override("create")(stones.generated.create)
    below = [
        (one.methods, one.pattern.text)
        for one in app.root.routes()
        if one.pattern.text.endswith("}/stones")
    ]
    assert below == [
        (("GET",), "/api/v1/dry-walls/{id:uuid}/stones"),
        (("GET",), "/api/v1/stones/{id:uuid}/stones"),
    ]


@pytest.mark.parametrize("change", ["replace", "patch", None])
def test_a_row_is_reverted_where_it_can_be_changed(change: Operation | None) -> None:
    has: list[Operation] = ["read", "history", *([change] if change else [])]
    served = ResourceRoutes(declare_resource(Mortar, operations=has), prefix="/api/v1", origin="")
    paths = {one.pattern.text for one in served.routes()}
    assert "/mortars/{id:uuid}/history" in paths
    assert ("/mortars/{id:uuid}/revert" in paths) == (change is not None)
