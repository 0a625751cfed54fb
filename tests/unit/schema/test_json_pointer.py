from __future__ import annotations

import pytest

from drystone.schema.json_pointer import MAX_POINTER_CHARACTERS, format_pointer


# RFC 6901, section 5.
@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ([], ""),
        (["foo", 0], "/foo/0"),
        ([""], "/"),
        (["a/b"], "/a~1b"),
        (["m~n"], "/m~0n"),
        (["~1"], "/~01"),
        (["c%d", 'k"l', " "], '/c%d/k"l/ '),
    ],
)
def test_a_path_is_escaped_as_the_rfc_says(path: list[str | int], pointer: str) -> None:
    assert format_pointer(path) == pointer


def test_a_pointer_can_always_be_sent() -> None:
    assert format_pointer(["\ud800x"]).encode() == "/\ufffdx".encode()


def test_a_place_too_deep_to_name_is_named_by_its_ancestor() -> None:
    assert format_pointer(["a", "b" * MAX_POINTER_CHARACTERS, "c"]) == "/a"
    assert len(format_pointer(["ab"] * 100_000)) <= MAX_POINTER_CHARACTERS
