"""Statements as a person reads them."""

from __future__ import annotations

import pytest

from drystone.db.explain.statement_text import layout_statement


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT 1", "SELECT 1"),
        ("", ""),
        (
            (
                "SELECT a, extract(epoch FROM b) FROM t LEFT JOIN u ON u.id = t.id"
                " WHERE a IS DISTINCT FROM $1 ORDER BY a LIMIT 2 OFFSET $2"
            ),
            (
                "SELECT a, extract(epoch FROM b)\nFROM t\nLEFT JOIN u ON u.id = t.id\n"
                "WHERE a IS DISTINCT FROM $1\nORDER BY a\nLIMIT 2\nOFFSET $2"
            ),
        ),
        (
            "WITH one AS (UPDATE t SET a = $1 WHERE id = $2 RETURNING id) SELECT * FROM one",
            (
                "WITH one AS (\n  UPDATE t\n  SET a = $1\n  WHERE id = $2\n  RETURNING id\n)\n"
                "SELECT *\nFROM one"
            ),
        ),
        ("DELETE FROM t WHERE id = ANY($1)", "DELETE FROM t\nWHERE id = ANY($1)"),
        # What stands in quotes is no clause.
        ("SELECT ' FROM ''x'' (', \"WHERE\" FROM t", "SELECT ' FROM ''x'' (', \"WHERE\"\nFROM t"),
        (
            "SELECT 1 FROM t WHERE EXISTS (SELECT FROM u WHERE u.a IN ($1, $2))",
            "SELECT 1\nFROM t\nWHERE EXISTS (\n  SELECT\n  FROM u\n  WHERE u.a IN ($1, $2)\n)",
        ),
        ("SELECT (1", "SELECT (1"),
        ("SELECT 1) FROM t", "SELECT 1)\nFROM t"),
    ],
)
def test_each_clause_has_a_line(sql: str, shown: str) -> None:
    assert layout_statement(sql) == shown


def test_what_writes_json_is_left_out_unless_it_is_asked_for() -> None:
    written = ", ".join(f"'\"name{number}\":', q.name{number}" for number in range(9))
    sql = (
        f"SELECT array_agg(concat({written}, (SELECT concat({written}) FROM u WHERE u.id = q.id)))"
        " AS items FROM q"
    )
    assert layout_statement(sql).splitlines() == [
        "SELECT array_agg(… (",
        "  SELECT concat(…)",
        "  FROM u",
        "  WHERE u.id = q.id",
        ") …) AS items",
        "FROM q",
    ]
    full = layout_statement(sql, shorten=False)
    assert "…" not in full
    assert "".join(full.split()) == "".join(sql.split())
