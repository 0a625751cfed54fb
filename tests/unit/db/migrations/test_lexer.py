"""Tokens: what PostgreSQL's chapter 4.1 calls a string, a name, a comment."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.db.migrations.lexer import Kind, LexicalError, tokenize


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind.name, token.text) for token in tokenize(text)]


@pytest.mark.parametrize(
    "text",
    [
        "'it''s'",
        "''",
        "'back\\'",
        "E'it\\'s'",
        "e'\\\\'",
        "E'a'\n  'b\\'c'",
        "E'a' -- why\n 'b\\''",
        "U&'d\\0061t\\+000061'",
        "B'01'",
        "x'1f'",
        "N'name'",
        "$$ ; ' \" $a$ -- $$",
        "$tag$ $$ $other$ ; $tag$",
        "$tägä$ ; $tägä$",
        "'line\nline;'",
    ],
)
def test_a_string_is_one_token(text: str) -> None:
    assert kinds(text) == [("STRING", text)]


@pytest.mark.parametrize("text", ['"a;b"', '"a""b"', 'U&"d\\0061t"', '""""'])
def test_a_quoted_name_is_one_token(text: str) -> None:
    assert kinds(text) == [("NAME", text)]


@pytest.mark.parametrize(
    "text", ["-- a ' \" $$ /*", "/* ' */", "/* /* ; */ -- */", "/**/", "/*/*//**/*/*/"]
)
def test_a_comment_is_one_token(text: str) -> None:
    assert kinds(text) == [("COMMENT", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a$1$ b", ["a$1$", "b"]),
        ("a$$b", ["a$$b"]),
        ("$1+$2", ["$1", "+", "$2"]),
        ("namE'x'", ["namE", "'x'"]),
        ("'a' 'b'", ["'a'", "'b'"]),
        ("'a\\' 'b'", ["'a\\'", "'b'"]),
        ("E'a' 'b\\'", ["E'a'", "'b\\'"]),
        ("a--b\nc", ["a", "--b", "c"]),
        ("1.5e3::int", ["1.5e3", ":", ":", "int"]),
        ("größe", ["größe"]),
        ("a\u00a0b", ["a\u00a0b"]),
        ("U & 'x'", ["U", "&", "'x'"]),
    ],
)
def test_where_tokens_part(text: str, expected: list[str]) -> None:
    assert [token.text for token in tokenize(text)] == expected


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("SELECT\n'a", 2, "quoted string"),
        ("E'a\\'", 1, "quoted string"),
        ("'a''", 1, "quoted string"),
        ('\n\n"a', 3, "quoted name"),
        ('U&"a', 1, "quoted name"),
        ("x /* /* */", 1, "closed with"),
        ("$a$ $b$", 1, r"closed with \$a\$"),
        ("SELECT $$\n", 1, r"closed with \$\$"),
    ],
)
def test_what_is_never_closed_names_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(LexicalError, match=said) as caught:
        list(tokenize(text))
    assert caught.value.line == line


PIECES = st.sampled_from(
    [*"abE$'\"();-*/\\:.,+ \n1", "--", "/*", "*/", "$$", "$a$", "E'", "U&'", "''", "BEGIN", "ä"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_tokens_and_white_space_are_the_whole_text(text: str) -> None:
    position = 0
    with suppress(LexicalError):
        for token in tokenize(text):
            assert text[position : token.start].strip(" \t\n\r\f\v") == ""
            assert text[token.start : token.end] == token.text
            assert token.line == text.count("\n", 0, token.start) + 1
            position = token.end
        assert text[position:].strip() == ""


def test_a_word_is_compared_in_capitals_and_a_name_is_not() -> None:
    word, name = tokenize('select "select"')
    assert (word.kind, word.key) == (Kind.WORD, "SELECT")
    assert (name.kind, name.key) == (Kind.NAME, '"select"')


def test_a_mebibyte_of_quotes_takes_no_more_than_its_length() -> None:
    text = "SELECT " + "'it''s' || " * 90_000 + "E'" + "a\\'" * 90_000 + "'"
    tokens = list(tokenize(text))
    assert len(tokens) == 1 + 90_000 * 3 + 1
