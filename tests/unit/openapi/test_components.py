"""Parts under names of their own, of which only those that are used are told."""

from __future__ import annotations

from drystone.openapi.components import Components, refer


def test_a_name_stays_with_its_owner() -> None:
    components = Components()
    assert components.name("schemas", int, ["Number"]) == "Number"
    assert components.name("schemas", float, ["Number", "NumberV2"]) == "NumberV2"
    assert components.name("schemas", str, ["Number"]) == "Number2"
    assert components.name("schemas", int, ["Other"]) == "Number"
    assert components.name("responses", str, ["Number"]) == "Number"


def test_names_have_the_characters_that_names_may_have() -> None:
    components = Components()
    assert components.name("schemas", int, ["Page[Task]"]) == "Page_Task"
    assert components.name("schemas", str, ["…"]) == "Unnamed"


def test_only_what_is_used_is_told_also_by_way_of_others() -> None:
    components = Components()
    components.put("schemas", "C", {"type": "string"})
    components.put("schemas", "B", {"items": refer("schemas", "C"), "example": {"$ref": 7}})
    components.put("schemas", "A", {"items": refer("schemas", "A")})
    paths = {"/b": {"get": [refer("schemas", "B")]}}
    assert list(components.used_by(paths)["schemas"]) == ["B", "C"]
