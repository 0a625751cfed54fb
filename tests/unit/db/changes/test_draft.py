"""The files that changes become."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.db.changes.tables import catalog, reference, table, text

from drystone.db.catalog.records import Catalog, Column, Constraint, Index
from drystone.db.changes.compare import compare
from drystone.db.changes.draft import MigrationDraft, write_migration
from drystone.db.migrations.sections import read_sections

TASKS = catalog(table("tasks", text("title")), table("users"))


def drafts(
    before: Catalog, after: Catalog, fills: dict[tuple[str, str], str] | None = None
) -> list[MigrationDraft]:
    written = write_migration(compare(before, after, backfills=fills), name="change")
    for draft in written:
        up, down = read_sections(draft.render())
        assert up.transactional is draft.is_transactional
        assert down is not None, "can be taken back"
    return written


def changed(
    *columns: Column,
    constraints: tuple[Constraint, ...] = (),
    indexes: tuple[Index, ...] = (),
) -> Catalog:
    tasks = table("tasks", *columns, constraints=constraints, indexes=indexes)
    return catalog(tasks, table("users"))


def test_new_tables_are_one_plain_file_to_read() -> None:
    after = catalog(
        table(
            "order",
            text("title", is_nullable=False, default="'none'::text"),
            Column(name="at", type="timestamp with time zone", default="now()", position=3),
            Column(name="user_id", type="uuid", position=4),
            constraints=(
                Constraint(
                    name="states",
                    kind="check",
                    definition="CHECK (title = ANY (ARRAY['a'::text, 'it''s'::text]))",
                ),
                reference("order_user_id_fkey", "user_id", "users"),
            ),
            indexes=(Index(name="order_at_idx", definition="USING btree (at DESC)"),),
        ),
        table("users"),
    )
    (draft,) = drafts(catalog(), after)
    assert (
        draft.render()
        == """\
-- migrate:up

CREATE TABLE users (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    CONSTRAINT users_pkey PRIMARY KEY (id)
);

CREATE TABLE "order" (
    id uuid NOT NULL DEFAULT drystone.uuid7(),
    title text NOT NULL DEFAULT 'none',
    at timestamptz DEFAULT now(),
    user_id uuid,
    CONSTRAINT order_pkey PRIMARY KEY (id),
    CONSTRAINT states CHECK (title IN ('a', 'it''s')),
    CONSTRAINT order_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE INDEX order_at_idx ON "order" (at DESC);

-- migrate:down

-- Loses every row of order.
DROP TABLE "order";

-- Loses every row of users.
DROP TABLE users;
"""
    )


def test_an_index_of_a_table_in_use_is_built_beside_it() -> None:
    index = Index(name="i", definition="USING gin (title gin_trgm_ops)", comment="by parts")
    (draft,) = drafts(TASKS, changed(text("title"), indexes=(index,)))
    assert not draft.is_transactional
    assert draft.name == "change"
    assert draft.up == (
        "CREATE INDEX CONCURRENTLY i ON tasks USING gin (title gin_trgm_ops);\n"
        "COMMENT ON INDEX i IS 'by parts';"
    )
    assert draft.down == "DROP INDEX CONCURRENTLY IF EXISTS i;"


def test_a_foreign_key_is_validated_in_a_file_of_its_own() -> None:
    user = Column(name="user_id", type="uuid")
    key = reference("tasks_user_id_fkey", "user_id", "users")
    first, second = drafts(TASKS, changed(text("title"), user, constraints=(key,)))
    assert first.up == (
        "ALTER TABLE tasks ADD COLUMN user_id uuid;\n"
        "ALTER TABLE tasks ADD CONSTRAINT tasks_user_id_fkey"
        " FOREIGN KEY (user_id) REFERENCES users(id) NOT VALID;"
    )
    assert (second.name, second.is_transactional) == ("change_validate", True)
    assert second.up == "ALTER TABLE tasks VALIDATE CONSTRAINT tasks_user_id_fkey;"


def test_a_unique_constraint_rests_on_an_index_built_before() -> None:
    rule = Constraint(
        name="tasks_title_key",
        kind="unique",
        definition="UNIQUE NULLS NOT DISTINCT (title) DEFERRABLE INITIALLY DEFERRED",
        columns=("title",),
    )
    index = Index(
        name="tasks_title_key",
        definition="USING btree (title) NULLS NOT DISTINCT",
        is_unique=True,
        columns=("title",),
        constraint="tasks_title_key",
    )
    after = changed(text("title"), constraints=(rule,), indexes=(index,))
    first, second = drafts(TASKS, after)
    assert first.up == (
        "CREATE UNIQUE INDEX CONCURRENTLY tasks_title_key ON tasks (title) NULLS NOT DISTINCT;"
    )
    assert second.up == (
        "ALTER TABLE tasks ADD CONSTRAINT tasks_title_key"
        " UNIQUE USING INDEX tasks_title_key DEFERRABLE INITIALLY DEFERRED;"
    )


def test_a_foreign_key_to_what_is_only_becoming_unique_comes_last() -> None:
    rule = Constraint(
        name="users_name_key", kind="unique", definition="UNIQUE (name)", columns=("name",)
    )
    index = Index(
        name="users_name_key", definition="USING btree (name)", is_unique=True,
        columns=("name",), constraint="users_name_key",
    )  # fmt: skip
    key = replace(
        reference("fk", "title", "users"),
        definition="FOREIGN KEY (title) REFERENCES users(name)",
        referenced_columns=("name",),
    )
    before = catalog(table("tasks", text("title")), table("users", text("name")))
    users = table("users", text("name"), constraints=(rule,), indexes=(index,))
    after = catalog(table("tasks", text("title"), constraints=(key,)), users)
    with_new = catalog(
        table("tasks", text("title")), users, table("x", text("title"), constraints=(key,))
    )
    for wanted in (after, with_new):
        files = drafts(before, wanted)
        last = files[-1].up
        assert last.index("USING INDEX") < last.index("FOREIGN KEY")
        assert all("FOREIGN KEY" not in draft.up for draft in files[:-1])


def test_not_null_rests_on_a_check_that_was_validated() -> None:
    prepare, validate, finish = drafts(TASKS, changed(text("title", is_nullable=False)))
    check = "ADD CONSTRAINT tasks_title_filled CHECK (title IS NOT NULL) NOT VALID"
    assert prepare.up == f"ALTER TABLE tasks {check};"
    assert validate.up == "ALTER TABLE tasks VALIDATE CONSTRAINT tasks_title_filled;"
    assert finish.up.endswith(
        "ALTER TABLE tasks ALTER COLUMN title SET NOT NULL;\n\n"
        "ALTER TABLE tasks DROP CONSTRAINT tasks_title_filled;"
    )


def test_a_check_with_a_name_too_long_gets_a_short_one() -> None:
    name = "x" * 60
    before = catalog(table("tasks", text(name)))
    prepare, *_ = drafts(before, catalog(table("tasks", text(name, is_nullable=False))))
    assert "ADD CONSTRAINT filled_" in prepare.up


@pytest.mark.parametrize(
    ("fill", "guard"), [("'none'", ""), ("lower(note)", " AND (lower(note)) IS NOT NULL")]
)
def test_a_required_column_is_filled_in_batches(fill: str, guard: str) -> None:
    column = text("title2", is_nullable=False)
    prepare, outside, _, finish = drafts(
        TASKS, changed(text("title"), column), {("tasks", "title2"): fill}
    )
    assert prepare.up == "ALTER TABLE tasks ADD COLUMN title2 text;"
    assert not outside.is_transactional
    up, _ = read_sections(outside.render())
    assert [statement.repeat for statement in up.statements] == [True, False]
    assert up.statements[0].text == (
        f"UPDATE tasks SET title2 = {fill}\nWHERE id IN (\n    SELECT id FROM tasks\n"
        f"    WHERE title2 IS NULL{guard}\n    LIMIT 5000\n)"
    )
    assert "SET NOT NULL" in finish.up


def test_a_default_that_differs_from_row_to_row_is_filled_in_batches() -> None:
    token = Column(name="token", type="uuid", default="gen_random_uuid()", comment="secret")
    prepare, outside = drafts(TASKS, changed(text("title"), token))
    assert prepare.up == (
        "ALTER TABLE tasks ADD COLUMN token uuid;\n"
        "ALTER TABLE tasks ALTER COLUMN token SET DEFAULT gen_random_uuid();\n"
        "COMMENT ON COLUMN tasks.token IS 'secret';"
    )
    assert "SET token = gen_random_uuid()" in outside.up


def test_a_default_that_is_the_same_for_all_needs_no_batches() -> None:
    at = Column(name="at", type="timestamp with time zone", default="now()", is_nullable=False)
    (draft,) = drafts(TASKS, changed(text("title"), at))
    assert draft.up == "ALTER TABLE tasks ADD COLUMN at timestamptz NOT NULL DEFAULT now();"


def test_existing_rows_are_filled_before_a_column_is_required() -> None:
    after = changed(text("title", is_nullable=False))
    outside, validate, _ = drafts(TASKS, after, {("tasks", "title"): "'none'"})
    assert not outside.is_transactional
    assert outside.up.index("UPDATE") < outside.up.index("NOT VALID")
    assert validate.name == "change_validate"


def test_a_table_that_is_rewritten_anyway_gets_plain_statements() -> None:
    index = Index(name="i", definition="USING btree (size)", columns=("size",))
    size = Column(name="size", type="integer", default="1")
    wide = replace(size, type="bigint", is_nullable=False)
    (draft,) = drafts(changed(text("title"), size), changed(text("title"), wide, indexes=(index,)))
    assert (
        draft.up
        == """\
-- Rewrites tasks or its indexes while nobody can use it.
ALTER TABLE tasks
    ALTER COLUMN size DROP DEFAULT,
    ALTER COLUMN size TYPE bigint,
    ALTER COLUMN size SET DEFAULT 1;

ALTER TABLE tasks ALTER COLUMN size SET NOT NULL;
CREATE INDEX i ON tasks (size);"""
    )


def test_a_type_that_postgresql_does_not_convert_to_goes_by_text() -> None:
    (draft,) = drafts(TASKS, changed(Column(name="title", type="uuid")))
    assert "TYPE uuid USING title::text::uuid;" in draft.up


def test_data_that_is_lost_is_told_at_the_head_and_where_it_happens() -> None:
    (draft,) = drafts(TASKS, changed())
    assert draft.comments == ("Loses data: column tasks.title is dropped, with its values.",)
    assert draft.render().startswith("-- Loses data: column tasks.title")
    assert draft.up.startswith("-- Loses the values of tasks.title.\n")


def test_an_exclusion_is_made_in_one_go_and_says_so() -> None:
    rule = Constraint(name="once", kind="exclude", definition="EXCLUDE USING gist (title WITH =)")
    index = Index(name="once", definition="USING gist (title)", constraint="once")
    after = changed(text("title"), constraints=(rule,), indexes=(index,))
    (draft,) = drafts(TASKS, after)
    assert draft.is_transactional
    assert draft.up.startswith("-- Builds its index while the table cannot be written")


def test_nothing_to_change_is_no_file() -> None:
    assert drafts(TASKS, TASKS) == []


def test_a_name_never_ends_the_comment_that_tells_it() -> None:
    (draft,) = drafts(catalog(table("a\nDROP TABLE users")), catalog())
    up, _ = read_sections(draft.render())
    assert [statement.text for statement in up.statements] == ['DROP TABLE "a\nDROP TABLE users"']
