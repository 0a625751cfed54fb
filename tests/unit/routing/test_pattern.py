from __future__ import annotations

import pytest

from drystone.routing.converter import HYPHENATED_UUID, INT, PATH, SEGMENT
from drystone.routing.pattern import MAX_SEGMENTS, Parameter, PathPattern, RouteError


def refusal(text: str) -> str:
    with pytest.raises(RouteError) as caught:
        PathPattern.parse(text)
    return str(caught.value)


def test_a_pattern_is_its_segments() -> None:
    pattern = PathPattern.parse("/projects/{id:uuid}/tasks/{n:int}/{tag}/{rest:path}")
    assert pattern.segments == (
        "projects",
        Parameter("id", HYPHENATED_UUID),
        "tasks",
        Parameter("n", INT),
        Parameter("tag", SEGMENT),
        Parameter("rest", PATH),
    )
    assert [parameter.name for parameter in pattern.parameters] == ["id", "n", "tag", "rest"]


def test_the_template_has_no_converters() -> None:
    assert PathPattern.parse("/projects/{id:uuid}/tasks").template == "/projects/{id}/tasks"
    assert PathPattern.parse("/files/{rest:path}").template == "/files/{rest}"


def test_the_root_has_no_segments() -> None:
    root = PathPattern.parse("/")
    assert (root.segments, root.template, root.build()) == ((), "/", "/")


def test_the_shape_forgets_names_but_not_kinds() -> None:
    def shape(text: str) -> object:
        return PathPattern.parse(text).shape

    assert shape("/a/{x}") == shape("/a/{y}")
    assert shape("/a/{x}") != shape("/a/{x:int}")
    assert shape("/a/{x}") != shape("/b/{x}")


@pytest.mark.parametrize(
    "text", ["/a.b", "/.well-known", "/~me", "/a:b", "/@me", "/(a)", "/A", "/*"]
)
def test_literals_may_be_any_unescaped_characters(text: str) -> None:
    assert PathPattern.parse(text).template == text


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "does not start with a slash; write '/'"),
        ("tasks", "does not start with a slash; write '/tasks'"),
        ("/tasks/", "ends with a slash; write '/tasks'"),
        ("//", "has an empty segment; write '/'"),
        ("/a//b", "has an empty segment; write '/a/b'"),
        ("//a", "has an empty segment; write '/a'"),
        ("/a//", "has an empty segment; write '/a'"),
        ("/{id", "'{id' has an unbalanced brace; write '{name}'"),
        ("/id}", "'id}' has an unbalanced brace; write '{name}'"),
        ("/{{id}}", "unbalanced brace"),
        ("/{id/x}", "unbalanced brace"),
        ("/{id}}", "unbalanced brace"),
        ("/{id}.json", "'{id}.json': a parameter is a whole segment; write '/{name}'"),
        ("/v{n:int}", "a parameter is a whole segment"),
        ("/{a}{b}", "a parameter is a whole segment"),
        ("/{}", "does not name its parameter"),
        ("/{1st}", "does not name its parameter"),
        ("/{a-b}", "does not name its parameter"),
        ("/{ id }", "does not name its parameter"),
        ("/{é}", "does not name its parameter"),
        ("/{:int}", "does not name its parameter"),
        ("/{id:float}", "there is no converter 'float'; write one of 'int', 'path', 'uuid'"),
        ("/{id:}", "there is no converter ''"),
        ("/{id:segment}", "there is no converter 'segment'"),
        ("/{id:int:x}", "there is no converter 'int:x'"),
        ("/{id}/x/{id:int}", "has the parameter 'id' twice; give each its own name"),
        ("/{rest:path}/x", "has 'rest' of kind path before the end; move it to the end"),
        ("/{a:path}/{b:path}", "has 'a' of kind path before the end"),
        ("/.", "dot segment '.'"),
        ("/a/../b", "dot segment '..'"),
        ("/a b", "'a b' has characters that would need escaping"),
        ("/a%20b", "would need escaping"),
        ("/é", "would need escaping"),
        ("/a?b", "would need escaping"),
        ("/a#b", "would need escaping"),
        ("/a\\b", "would need escaping"),
        ("/a\n", "would need escaping"),
        ("/a" * (MAX_SEGMENTS + 1), f"has more than {MAX_SEGMENTS} segments"),
    ],
)
def test_a_mistake_is_quoted_with_its_mend(text: str, mend: str) -> None:
    message = refusal(text)
    assert message.startswith(f"path pattern {text!r}: ")
    assert mend in message
    assert "\n" not in message


def test_as_many_segments_as_are_served_may_be_declared() -> None:
    assert len(PathPattern.parse("/a" * MAX_SEGMENTS).segments) == MAX_SEGMENTS


def test_build_encodes_each_value_as_its_kind() -> None:
    pattern = PathPattern.parse("/t/{n:int}/{tag}/{rest:path}")
    assert pattern.build(n=-3, tag="to do", rest="a b/c") == "/t/-3/to%20do/a%20b/c"


def test_build_takes_a_parameter_called_self() -> None:
    assert PathPattern.parse("/{self}").build(self="x") == "/x"


@pytest.mark.parametrize(
    ("params", "mend"),
    [
        ({}, "give a value for 'id', 'n'"),
        ({"id": "x"}, "give a value for 'n'"),
        ({"id": "x", "n": 1, "z": 2, "y": 3}, "has no parameter 'y', 'z'; leave it out"),
        ({"id": 1, "n": 1}, "'id' must be a non-empty str"),
        ({"id": "a/b", "n": 1}, "'id' must be a non-empty str"),
        ({"id": "..", "n": 1}, "not '..'"),
        ({"id": "x", "n": "1"}, "'n' must be an int (not a bool) of at most 64 bits, not '1'"),
        ({"id": "x", "n": True}, "'n' must be an int"),
    ],
)
def test_build_refuses_values_that_do_not_fit(params: dict[str, object], mend: str) -> None:
    with pytest.raises(RouteError) as caught:
        PathPattern.parse("/t/{id}/{n:int}").build(**params)
    assert str(caught.value).startswith("'/t/{id}/{n:int}': ")
    assert mend in str(caught.value)


def test_build_makes_no_path_that_would_not_be_served() -> None:
    pattern = PathPattern.parse("/t/{rest:path}")
    longest = "/".join("a" * (MAX_SEGMENTS - 1))
    assert pattern.build(rest=longest) == "/t/" + longest
    with pytest.raises(RouteError, match="more than 32 segments"):
        pattern.build(rest=longest + "/a")
