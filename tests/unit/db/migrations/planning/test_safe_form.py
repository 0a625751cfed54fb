"""The safe form of what blocks: in words and SQL."""

from __future__ import annotations

import pytest

from drystone.db.migrations.planning.alter_table import read_alter_table
from drystone.db.migrations.planning.safe_form import batches, safe_form
from drystone.db.migrations.sections import read_sections
from drystone.db.migrations.statements import Statement, split_statements


def one(text: str) -> Statement:
    (statement,) = split_statements(text)
    return statement


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("CREATE INDEX i ON t (a)", "CREATE INDEX CONCURRENTLY i ON t (a);"),
        (
            "create unique index if not exists i on t (a)",
            "create unique index CONCURRENTLY if not exists i on t (a);",
        ),
        ("CREATE INDEX ON t (a)", "CREATE INDEX CONCURRENTLY name_of_the_index ON t (a);"),
        (
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
        ),
        (
            'ALTER TABLE ONLY app."T" ADD CHECK (a > 0)',
            'ALTER TABLE app."T" ADD CONSTRAINT T_check CHECK (a > 0) NOT VALID;',
        ),
        (
            "ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES u (a, b)",
            "ALTER TABLE t VALIDATE CONSTRAINT t_foreign;",
        ),
        (
            "ALTER TABLE IF EXISTS t ALTER a SET NOT NULL",
            "ALTER TABLE t ADD CONSTRAINT t_a_not_null CHECK (a IS NOT NULL) NOT VALID;",
        ),
        (
            "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)",
            "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k;",
        ),
        (
            "ALTER TABLE t ADD PRIMARY KEY (a)",
            "ALTER TABLE t ADD CONSTRAINT t_primary PRIMARY KEY USING INDEX t_primary;",
        ),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint", "ALTER TABLE t RENAME COLUMN new_a TO a;"),
        ("ALTER TABLE t ALTER a SET DATA TYPE text", "ALTER TABLE t ADD COLUMN new_a <type>;"),
        (
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS a uuid DEFAULT gen_random_uuid()",
            "ALTER TABLE t ALTER COLUMN a SET DEFAULT <expression>;",
        ),
    ],
)
def test_each_form_has_its_sql(text: str, line: str) -> None:
    form = safe_form(one(text))
    assert form is not None
    assert line in form.sql
    assert form.words


def test_an_index_in_its_safe_form_can_be_a_file() -> None:
    form = safe_form(one("CREATE INDEX i\n  ON t (a)"))
    assert form is not None
    up, _ = read_sections("\n".join(form.sql))
    assert up.transactional is False
    assert up.statements[0].summary == "CREATE INDEX CONCURRENTLY i ON t (a)"


def test_several_actions_give_several_forms() -> None:
    form = safe_form(one("ALTER TABLE t ADD CHECK (f(a, b) > 0), DROP c, ALTER d SET NOT NULL"))
    assert form is not None
    assert "ALTER TABLE t ADD CONSTRAINT t_check CHECK (f(a, b) > 0) NOT VALID;" in form.sql
    assert "ALTER TABLE t ALTER COLUMN d SET NOT NULL;" in form.sql


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("REINDEX TABLE t", "rebuild CONCURRENTLY"),
        ("REFRESH MATERIALIZED VIEW v", "needs a unique index"),
    ],
)
def test_some_have_words_only(text: str, said: str) -> None:
    form = safe_form(one(text))
    assert form is not None
    assert said in form.words
    assert form.sql == ()


@pytest.mark.parametrize(
    "text",
    [
        "CLUSTER t",
        "ALTER TABLE t SET UNLOGGED",
        "ALTER TABLE t ADD EXCLUDE (a WITH =)",
        "ALTER TABLE t ADD CONSTRAINT c EXCLUDE (a WITH =)",
        "ALTER TABLE t ALTER a DROP DEFAULT",
    ],
)
def test_what_has_no_known_form_has_none(text: str) -> None:
    assert safe_form(one(text)) is None


def test_rows_are_changed_in_batches() -> None:
    form = batches(one("DELETE FROM t WHERE a < 3"))
    assert form.sql[1] == "-- migrate:repeat"
    assert form.sql[2].startswith("DELETE")


@pytest.mark.parametrize(
    "text", ["SELECT 1", "ALTER INDEX i RENAME TO j", 'ALTER TABLE U&"t" ADD a int']
)
def test_only_alter_table_is_taken_apart(text: str) -> None:
    assert read_alter_table(one(text)) is None
