"""The tree against a matcher that tries every pattern, and against its own bounds."""

from __future__ import annotations

import re
import sys
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from drystone.routing.pattern import MAX_SEGMENTS, PathPattern
from drystone.routing.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

UUIDS = ("0190163d-8694-739b-aea5-966c26f8ad91", "0190163D-8694-739B-AEA5-966C26F8AD92")

# The oracle knows nothing of converters or trees: a pattern is a regular expression,
# and its precedence the tuple of its segments' kinds.
KINDS: dict[str, tuple[int, str, Callable[[str], object]]] = {
    "int": (1, r"(0|-?[1-9][0-9]*)", int),
    "uuid": (2, r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})", UUID),
    "": (3, r"([^/]+)", str),
    "path": (4, r"([^/]+(?:/[^/]+)*)", str),
}


class Oracle:
    def __init__(self, text: str) -> None:
        self.names: list[str] = []
        self.readers: list[Callable[[str], object]] = []
        self.key: list[int] = []
        expression = ""
        for piece in text.split("/")[1:]:
            if piece.startswith("{"):
                name, _, kind = piece[1:-1].partition(":")
                rank, group, reader = KINDS[kind]
                self.names.append(name)
                self.readers.append(reader)
            else:
                rank, group = 0, re.escape(piece)
            self.key.append(rank)
            expression += "/" + group
        self.expression = re.compile(expression)

    def match(self, path: str) -> dict[str, object] | None:
        matched = self.expression.fullmatch(path)
        if matched is None:
            return None
        values = [read(text) for read, text in zip(self.readers, matched.groups(), strict=True)]
        too_large = (isinstance(value, int) and abs(value) >= 2**63 for value in values)
        return None if any(too_large) else dict(zip(self.names, values, strict=True))


Declared = list[tuple[str, str]]
Answer = dict[str, tuple[str, dict[str, object]]]


def expected(declared: Declared, path: str) -> Answer:
    """Return what each method of the path leads to, by trying every declaration."""
    answer: Answer = {}
    for text, method in sorted(declared, key=lambda each: Oracle(each[0]).key):
        params = Oracle(text).match(path)
        if params is not None:
            answer.setdefault(method, (f"{method} {text}", params))
    return answer


def actual(tree: Tree[str], path: str) -> Answer:
    match = tree.find(path)
    if match is None:
        return {}
    answer: Answer = {}
    for method, value in match.methods.items():
        selected = match.select(method)
        assert selected is not None
        assert selected.value == value
        answer[method] = (value, dict(selected.params))
    return answer


def plant(declared: Declared) -> Tree[str]:
    tree = Tree[str]()
    for text, method in declared:
        tree.insert(PathPattern.parse(text), method, f"{method} {text}", origin="app.py:1")
    return tree


# Few words and short paths, so that patterns collide and paths fit several of them.
WORDS = ("a", "b", "7", UUIDS[0])


@st.composite
def patterns(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from((*WORDS, "{}", "{:int}", "{:uuid}")), max_size=4))
    if not pieces or draw(st.integers(0, 4)) == 0:
        pieces.append("{:path}")
    # The position is the name, so one shape has one spelling.
    named = (
        piece.replace("{", f"{{p{position}") if piece.startswith("{") else piece
        for position, piece in enumerate(pieces)
    )
    return "/" + "/".join(named)


declarations = st.lists(
    st.tuples(patterns(), st.sampled_from(("GET", "PUT", "POST"))), max_size=25, unique=True
)
paths = st.lists(
    st.sampled_from((*WORDS, UUIDS[1], "-1", "07", "9223372036854775808", "c", "")), max_size=6
).map(lambda pieces: "/" + "/".join(pieces))


@settings(deadline=None)
@given(declarations, st.lists(paths, min_size=1, max_size=8))
def test_the_tree_agrees_with_trying_every_pattern(declared: Declared, asked: list[str]) -> None:
    tree = plant(declared)
    for path in asked:
        assert actual(tree, path) == expected(declared, path)


@settings(deadline=None)
@given(declarations.flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))), paths)
def test_the_order_of_declarations_changes_nothing(
    orders: tuple[Declared, Declared], path: str
) -> None:
    first, second = (actual(plant(order), path) for order in orders)
    assert first == second


@settings(deadline=None)
@given(declarations.filter(bool), st.data())
def test_a_built_address_leads_back_to_its_values(declared: Declared, data: st.DataObject) -> None:
    text, method = data.draw(st.sampled_from(declared))
    pattern = PathPattern.parse(text)
    word = st.text(min_size=1, max_size=5).filter(
        lambda value: value not in {".", ".."} and not set(value) & set("/\\\0")
    )
    values: dict[str, st.SearchStrategy[object]] = {
        "int": st.integers(-(2**63), 2**63 - 1),
        "uuid": st.uuids(),
        "segment": word,
        "path": st.lists(word, min_size=1, max_size=3).map("/".join),
    }
    params = {each.name: data.draw(values[each.converter.name]) for each in pattern.parameters}
    path = unquote(pattern.build(**params), errors="strict")
    alone = actual(plant([(text, method)]), path)
    assert alone == {method: (f"{method} {text}", params)}
    # Among others it is still among the matches, whoever wins.
    assert method in actual(plant(declared), path)


def nodes_entered(tree: Tree[str], path: str) -> Counter[int]:
    """Return how many nodes a search enters at each depth."""
    entered: Counter[int] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_qualname.endswith("_Node.collect"):
            entered[frame.f_locals["depth"]] += 1

    tree.freeze()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        tree.find(path)
    finally:
        sys.setprofile(before)
    return entered


@settings(deadline=None)
@given(declarations, paths)
def test_a_search_enters_at_most_one_node_per_pattern_and_depth(
    declared: Declared, path: str
) -> None:
    bound = max(1, len({text for text, _ in declared}))
    entered = nodes_entered(plant(declared), path)
    assert all(count <= bound for count in entered.values())
    assert len(entered) <= path.count("/") + 1


def test_no_path_provokes_more_than_the_tree_has_nodes() -> None:
    # Every way to mix a literal and a parameter over ten segments, each with an end
    # that the path lacks: each of them is followed, and each is a disappointment.
    depth = 10
    declared = [
        (
            "".join(f"/{piece}".replace("{", f"{{p{i}") for i, piece in enumerate(mix)) + "/end",
            "GET",
        )
        for mix in product(("a", "{}"), repeat=depth)
    ]
    tree = plant(declared)
    entered = nodes_entered(tree, "/a" * depth + "/missed")
    assert entered == {level: 2**level for level in range(depth + 1)}
    assert tree.find("/a" * depth + "/missed") is None


def test_a_few_long_patterns_cost_no_more_than_their_segments() -> None:
    # Each pattern has its one parameter elsewhere. A matcher that came back to a place
    # by several ways would multiply them; here the ways never meet again.
    last = MAX_SEGMENTS - 1
    declared = [("/a" * i + "/{x}" + "/a" * (last - i - 1) + "/end", "GET") for i in range(last)]
    entered = nodes_entered(plant(declared), "/a" * MAX_SEGMENTS)
    assert max(entered.values()) == len(declared)
    assert sum(entered.values()) <= len(declared) * MAX_SEGMENTS


def test_a_path_of_too_many_segments_is_not_searched() -> None:
    assert not nodes_entered(plant([("/{rest:path}", "GET")]), "/" * 8000)
