"""Texts of which it is easy to get wrong where a statement ends, with the right answer."""

from __future__ import annotations

# Each list is one script: joined with semicolons, it is split into its members.
SCRIPTS: list[list[str]] = [
    ["SELECT 1", "SELECT 2"],
    ["SELECT ';'", "SELECT ';;'';'"],
    ['SELECT 1 AS "a;b"', 'SELECT 2 AS "c"";"'],
    ["SELECT E'\\';'", "SELECT 'a\\'"],
    ["SELECT E'a'\n'\\';'", "SELECT 3"],
    ["SELECT $$;$$", "SELECT $a$ $$;$$ $a$", "SELECT $_1$;$_1$"],
    ["SELECT 1 /* ; /* ; */ ; */", "SELECT 2 -- ;\n + 1"],
    ["SELECT (SELECT 1)", "VALUES ((1), (2))"],
    [
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v)",
        "SELECT 1",
    ],
    [
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2 $$",
        "DO $do$ BEGIN PERFORM 1; END; $do$",
    ],
    [
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "SELECT 3",
    ],
    [
        """CREATE OR REPLACE PROCEDURE p(a int) LANGUAGE sql BEGIN ATOMIC
            INSERT INTO t VALUES (CASE WHEN a > 0 THEN 1 ELSE 2 END);
            SELECT CASE a WHEN 1 THEN CASE WHEN true THEN 1 END END;
        END""",
        "CALL p(1)",
    ],
    ["CREATE FUNCTION g() RETURNS int LANGUAGE sql RETURN CASE WHEN true THEN 1 END", "SELECT 1"],
    ["CREATE TABLE t (a int, b text DEFAULT ';')", "COMMENT ON TABLE t IS 'it''s; $$'"],
    ["SELECT a$b$c FROM t", "SELECT 2"],
    ["SELECT '{\"a\": \";\"}'::jsonb -> 'a'", "SELECT U&'\\003b;'"],
    ["SELECT 1 AS begin", "SELECT 2"],
    ["PREPARE q AS SELECT $1::int", "EXECUTE q(1)"],
]
