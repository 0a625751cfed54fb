from __future__ import annotations

from typing import Any, cast

from drystone.db.connection.statements import HeldStatement, HeldStatements


def held(text: str) -> HeldStatement:
    return HeldStatement(cast("Any", f"prepared {text}"), cast("Any", f"state {text}"))


def test_the_one_unused_for_longest_goes() -> None:
    statements = HeldStatements(2)
    statements.keep("a", held("a"))
    statements.keep("b", held("b"))
    assert statements.find("a") == held("a")
    statements.keep("c", held("c"))
    assert len(statements) == 2
    assert statements.find("b") is None
    assert statements.find("a") is not None
    assert "c" in statements


def test_a_limit_of_zero_holds_none_and_names_none() -> None:
    statements = HeldStatements(0)
    statements.keep("a", held("a"))
    assert statements.find("a") is None
    assert statements.next_name() == ""


def test_names_differ() -> None:
    statements = HeldStatements(1)
    assert len({statements.next_name() for _ in range(100)}) == 100


def test_forgetting_says_whether_there_was_one() -> None:
    statements = HeldStatements(2)
    statements.keep("a", held("a"))
    assert statements.forget("a")
    assert not statements.forget("a")
    statements.keep("b", held("b"))
    statements.clear()
    assert len(statements) == 0


def test_names_are_not_those_of_another_connection() -> None:
    assert HeldStatements(1).next_name() != HeldStatements(1).next_name()


def test_texts_are_as_given_until_renewed() -> None:
    statements, other = HeldStatements(1), HeldStatements(1)
    assert statements.text("SELECT 1") == "SELECT 1"
    texts = set()
    for one in (statements, statements, other):
        one.renew()
        texts.add(one.text("SELECT 1"))
    assert len(texts) == 3
    assert all(text.startswith("SELECT 1 /*") for text in texts)
