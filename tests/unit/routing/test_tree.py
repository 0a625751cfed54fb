from __future__ import annotations

from uuid import UUID

import pytest

from drystone.routing.pattern import MAX_SEGMENTS, PathPattern, RouteError
from drystone.routing.tree import Tree

SOME_UUID = "0190163d-8694-739b-aea5-966c26f8ad91"


def plant(*declarations: str) -> Tree[str]:
    """Return a tree whose values are the declarations themselves: `GET /tasks/{id}`."""
    tree = Tree[str]()
    for line, declaration in enumerate(declarations, start=1):
        method, text = declaration.split(" ")
        tree.insert(PathPattern.parse(text), method, declaration, origin=f"app.py:{line}")
    return tree


def found(tree: Tree[str], request: str) -> tuple[str, dict[str, object]] | None:
    method, path = request.split(" ", 1)
    match = tree.find(path)
    selected = None if match is None else match.select(method)
    return None if selected is None else (selected.value, dict(selected.params))


def methods(tree: Tree[str], path: str) -> dict[str, str] | None:
    match = tree.find(path)
    return None if match is None else match.methods


def refusal(tree: Tree[str], method: str, text: str) -> str:
    with pytest.raises(RouteError) as caught:
        tree.insert(PathPattern.parse(text), method, "new", origin="late.py:9")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_path_gives_typed_parameters() -> None:
    tree = plant("GET /p/{id:uuid}/t/{n:int}/{tag}/{rest:path}")
    assert found(tree, f"GET /p/{SOME_UUID}/t/-3/to do/a/b c") == (
        "GET /p/{id:uuid}/t/{n:int}/{tag}/{rest:path}",
        {"id": UUID(SOME_UUID), "n": -3, "tag": "to do", "rest": "a/b c"},
    )


def test_what_is_found_names_its_pattern() -> None:
    match = plant("GET /t/{n:int}").find("/t/1")
    assert match is not None
    selected = match.select("GET")
    assert selected is not None
    assert selected.pattern.template == match.template == "/t/{n}"


@pytest.mark.parametrize(
    "path",
    ["/tasks/x", "/tasks/01", "/tasks", "/tasks/", "/tasks/1/", "/tasks/1/2", "//tasks/1",
     "xtasks/1", "/Tasks/1", "/", "", "tasks/1", "*", "example.org:443"],
)  # fmt: skip
def test_what_does_not_match_is_not_found(path: str) -> None:
    assert plant("GET /tasks/{n:int}").find(path) is None


def test_zero_is_a_number_that_matches() -> None:
    assert found(plant("GET /{n:int}"), "GET /0") == ("GET /{n:int}", {"n": 0})


def test_the_root_is_a_path_of_its_own() -> None:
    tree = plant("GET /", "GET /{rest:path}", "GET /{name}/x")
    assert found(tree, "GET /") == ("GET /", {})
    assert plant("GET /{rest:path}", "GET /{name}").find("/") is None


@pytest.mark.parametrize("path", ["/files", "/files/", "/files/a/", "/files//a", "/files/a//b"])
def test_the_rest_of_a_path_has_a_segment_and_no_empty_one(path: str) -> None:
    assert plant("GET /files/{rest:path}").find(path) is None


PRECEDENCE = [
    "GET /t/7",
    "GET /t/{n:int}",
    "GET /t/{u:uuid}",
    "GET /t/{s}",
    "GET /t/{r:path}",
]


@pytest.mark.parametrize("order", [PRECEDENCE, PRECEDENCE[::-1], sorted(PRECEDENCE)])
@pytest.mark.parametrize(
    ("path", "best"),
    [
        ("/t/7", "GET /t/7"),
        ("/t/8", "GET /t/{n:int}"),
        (f"/t/{SOME_UUID}", "GET /t/{u:uuid}"),
        ("/t/x", "GET /t/{s}"),
        ("/t/08", "GET /t/{s}"),
        ("/t/x/y", "GET /t/{r:path}"),
    ],
)
def test_the_narrowest_kind_wins_in_any_order(order: list[str], path: str, best: str) -> None:
    selected = found(plant(*order), f"GET {path}")
    assert selected is not None
    assert selected[0] == best


def test_precedence_is_decided_from_the_left() -> None:
    tree = plant("GET /{x}/b", "GET /a/{y}", "GET /a/{r:path}", "GET /{z}/b/c")
    assert found(tree, "GET /a/b") == ("GET /a/{y}", {"y": "b"})
    # The literal leads on to a match, so the plain segment is not asked.
    assert found(tree, "GET /a/b/c") == ("GET /a/{r:path}", {"r": "b/c"})


def test_a_literal_that_leads_nowhere_is_left_again() -> None:
    tree = plant("GET /a/b/d", "GET /a/{x}/c", "GET /{y}/b/{z}/e")
    assert found(tree, "GET /a/b/c") == ("GET /a/{x}/c", {"x": "b"})
    assert found(tree, "GET /a/b/d/e") == ("GET /{y}/b/{z}/e", {"y": "a", "z": "d"})
    assert tree.find("/a/b/e") is None


def test_a_method_is_looked_for_in_every_pattern_that_matches() -> None:
    tree = plant("POST /tasks/import", "GET /tasks/{id}", "DELETE /tasks/{id}", "POST /tasks/{id}")
    assert found(tree, "POST /tasks/import") == ("POST /tasks/import", {})
    assert found(tree, "GET /tasks/import") == ("GET /tasks/{id}", {"id": "import"})
    assert found(tree, "PATCH /tasks/import") is None
    assert methods(tree, "/tasks/import") == {
        "POST": "POST /tasks/import",
        "GET": "GET /tasks/{id}",
        "DELETE": "DELETE /tasks/{id}",
    }


def test_a_literal_is_no_id_of_another_kind() -> None:
    tree = plant("POST /tasks/import", "GET /tasks/{id:uuid}")
    assert found(tree, "GET /tasks/import") is None
    assert methods(tree, "/tasks/import") == {"POST": "POST /tasks/import"}
    assert methods(tree, "/tasks/other") is None


def test_several_methods_are_tried_on_one_pattern_before_the_next() -> None:
    match = plant("GET /a/b", "HEAD /a/{x}", "HEAD /{x}/b", "GET /{x}/b").find("/a/b")
    assert match is not None
    selected = match.select("HEAD", "GET")
    assert selected is not None
    assert selected.value == "GET /a/b"


def test_the_parameters_belong_to_the_caller() -> None:
    tree = plant("POST /tasks/import", "GET /tasks/{id}")
    for _ in range(2):
        match = tree.find("/tasks/import")
        assert match is not None
        selected = match.select("GET")
        assert selected is not None
        assert selected.params == {"id": "import"}
        selected.params["id"] = "changed"


def test_one_name_may_differ_where_paths_differ() -> None:
    tree = plant("GET /projects/{id}", "GET /projects/{project_id}/tasks")
    assert found(tree, "GET /projects/x/tasks") == (
        "GET /projects/{project_id}/tasks",
        {"project_id": "x"},
    )
    assert found(tree, "GET /projects/x") == ("GET /projects/{id}", {"id": "x"})


def test_the_same_declaration_twice_names_both_places() -> None:
    assert refusal(plant("GET /t", "GET /t/{id}"), "GET", "/t/{id}") == (
        "GET /t/{id} (late.py:9): serves the same requests as GET /t/{id} (app.py:2); "
        "remove one of them"
    )


def test_the_same_shape_and_method_under_another_name_is_a_conflict() -> None:
    assert refusal(plant("GET /t/{id}"), "GET", "/t/{name}") == (
        "GET /t/{name} (late.py:9): serves the same requests as GET /t/{id} (app.py:1); "
        "remove one of them"
    )


def test_one_path_has_one_name_for_each_parameter() -> None:
    assert refusal(plant("GET /t/{id}"), "POST", "/t/{name}") == (
        "POST /t/{name} (late.py:9): serves the same paths as GET /t/{id} (app.py:1) under "
        "other parameter names; write both patterns alike"
    )


def test_a_refused_declaration_leaves_no_trace() -> None:
    tree = plant("GET /t/{id}")
    refusal(tree, "POST", "/t/{name}")
    refusal(tree, "get", "/new")
    assert methods(tree, "/t/x") == {"GET": "GET /t/{id}"}
    assert tree.find("/new") is None


@pytest.mark.parametrize("method", ["", "get", "Get", "GET ", "GET,POST", "É"])
def test_a_method_is_a_token_in_upper_case(method: str) -> None:
    assert "write a name in upper case" in refusal(plant(), method, "/t")


def test_a_tree_is_closed_once_it_is_searched() -> None:
    tree = plant("GET /t")
    tree.find("/other")
    assert "(late.py:9): declared after the first request" in refusal(tree, "PUT", "/t")


def test_a_tree_can_be_closed_before_it_is_searched() -> None:
    tree = plant("GET /t")
    tree.freeze()
    assert "declared after" in refusal(tree, "PUT", "/t")
    assert found(tree, "GET /t") == ("GET /t", {})


def test_an_empty_tree_finds_nothing() -> None:
    assert Tree[str]().find("/") is None


def test_a_path_may_have_as_many_segments_as_the_http_layer_lets_through() -> None:
    tree = plant("GET /{rest:path}")
    assert tree.find("/a" * MAX_SEGMENTS) is not None
    assert tree.find("/a" * (MAX_SEGMENTS + 1)) is None
