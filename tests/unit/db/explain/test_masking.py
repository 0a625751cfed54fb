"""Values of secret fields are shown nowhere."""

from __future__ import annotations

import pytest

from drystone.db.explain.masking import MASK, secret_places, without

COLUMNS = frozenset({"password_hash", "token"})


@pytest.mark.parametrize(
    ("sql", "values", "places"),
    [
        ("SELECT id FROM users WHERE users.email = $1", ("a",), set()),
        ("SELECT id, token FROM users WHERE users.email = $1", ("a",), set()),
        ("SELECT id FROM users WHERE users.token = $2 AND email = $1", ("a", "b"), {1}),
        ("SELECT id FROM users WHERE $1 = users.token", ("a",), {0}),
        ("SELECT id FROM users WHERE (users.token)::text ILIKE $1", ("a",), {0}),
        ("SELECT id FROM users WHERE token = ANY($1)", (["a"],), {0}),
        ("SELECT id FROM users WHERE token IS NOT DISTINCT FROM $1", ("a",), {0}),
        ("UPDATE users SET email = $1, password_hash = $2 WHERE id = $3", ("a", "b", "c"), {1}),
        (
            (
                'INSERT INTO users (id, "token", email, password_hash)'
                " VALUES ($1, $2, lower($3), $4), ($5, $6, $7, $8) RETURNING id"
            ),
            tuple("abcdefgh"),
            {1, 3, 5, 7},
        ),
        # In which way is not known: rather too many.
        ("UPDATE users SET (email, token) = ROW($1, $2), n = $3", ("a", "b", 3), {0, 1}),
    ],
)
def test_which_are_secret(sql: str, values: tuple[object, ...], places: set[int]) -> None:
    assert secret_places(sql, values, COLUMNS) == places


def test_a_plan_repeats_no_secret() -> None:
    text = "((token = 'it''s'::text) AND (hash = '\\x6162'::bytea) AND (other = ANY ('{x1,y}')))"
    assert without(text, ["it's", b"ab", ["x1"]]) == (
        f"((token = '{MASK}'::text) AND (hash = '\\x{MASK}'::bytea)"
        f" AND (other = ANY ('{{{MASK},y}}')))"
    )
