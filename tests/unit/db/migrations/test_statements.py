"""Statements: where they end, and what is kept of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.db.migrations.awkward_sql import SCRIPTS

from drystone.db.migrations.lexer import LexicalError
from drystone.db.migrations.statements import split_statements

SEPARATORS = st.sampled_from([";", "; ", ";\n\n", " ;;\n", "\n;\n-- note ;\n", ";/* ; */"])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("end", ["", ";", ";;\n", "; -- done"])
def test_awkward_scripts_are_split_into_their_statements(script: list[str], end: str) -> None:
    found = split_statements(";\n".join(script) + end)
    assert [strip_comments(one.text) for one in found] == [strip_comments(one) for one in script]


def strip_comments(text: str) -> list[str]:
    return [token.text for one in split_statements(text) for token in one.tokens]


@given(
    st.lists(st.sampled_from([one for script in SCRIPTS for one in script]), max_size=6),
    st.data(),
)
def test_any_statements_come_back_from_any_join(members: list[str], data: st.DataObject) -> None:
    text = ""
    lines = []
    for member in members:
        lines.append(text.count("\n") + 1)
        text += member + data.draw(SEPARATORS)
    found = split_statements(text)
    assert [strip_comments(one.text) for one in found] == [strip_comments(one) for one in members]
    assert [one.line for one in found] == lines
    for one in found:
        assert one.text in text


@pytest.mark.parametrize("text", ["", ";", " ;; ", "-- only a comment", "/* ; */;"])
def test_nothing_is_no_statement(text: str) -> None:
    assert split_statements(text) == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("SELECT 1;\nSELECT (1;\nSELECT 2", 2, r"\( is never closed with \)"),
        (
            "\nCREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1;",
            3,
            "BEGIN is never closed with END",
        ),
    ],
)
def test_what_is_never_closed_names_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(LexicalError, match=said) as caught:
        split_statements(text)
    assert caught.value.line == line


def test_a_parenthesis_too_many_is_left_to_postgresql() -> None:
    assert [one.text for one in split_statements("SELECT 1); SELECT 2")] == [
        "SELECT 1)",
        "SELECT 2",
    ]


def test_a_summary_is_one_line_without_comments_and_not_endless() -> None:
    (one,) = split_statements("INSERT INTO t -- these\n  VALUES (1,\n 2)")
    assert one.summary == "INSERT INTO t VALUES (1, 2)"
    (long,) = split_statements("SELECT " + ", ".join("column_name" for _ in range(50)))
    assert len(long.summary) == 100
    assert long.summary.endswith("...")


@pytest.mark.parametrize("text", ["ATOMIC; x", "BEGIN ATOMIC; x", "CREATE FUNCTION f; ATOMIC"])
def test_atomic_alone_begins_no_body(text: str) -> None:
    assert len(split_statements(text)) == 2
