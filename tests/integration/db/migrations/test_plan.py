"""The plan: what PostgreSQL itself says that statements lock, rewrite and scan."""

from __future__ import annotations

import pytest
from tests.integration.db.migrations.place import Place

from drystone.db.migrations.direct import connect_direct
from drystone.db.migrations.errors import HistoryError, StatementFailed
from drystone.db.migrations.planning.plan import Plan, make_plan
from drystone.db.migrations.session import Connection

TABLES = """
CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, c integer NOT NULL DEFAULT 0);
CREATE TABLE u (id integer PRIMARY KEY);
CREATE INDEX t_b ON t (b);
ALTER TABLE t ADD CONSTRAINT waits CHECK (c >= 0) NOT VALID;
ALTER TABLE t ADD CONSTRAINT not_null CHECK (b IS NOT NULL);
CREATE TABLE parts (id integer) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE MATERIALIZED VIEW v AS SELECT id FROM t;
"""
EXCLUSIVE = ("t", "ACCESS EXCLUSIVE", "")


async def plan(place: Place, **options: bool) -> Plan:
    return await make_plan(place.url, place.folder, connect=connect_direct, **options)


async def touches(place: Place) -> list[list[tuple[str, str, str]]]:
    """Return for each statement of the only pending file: table, lock, what it does to rows."""
    (file,) = (await plan(place)).files
    return [
        [
            (
                touch.table.removeprefix("public."),
                touch.lock.label,
                "rewrites" if touch.rewrites else "scans" if touch.scans else "",
            )
            for touch in one.measured.touches
        ]
        for one in file.statements
    ]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ALTER TABLE t ADD d integer", [EXCLUSIVE]),
        ("ALTER TABLE t ADD d integer NOT NULL DEFAULT 7", [EXCLUSIVE]),
        ("ALTER TABLE t ADD d float DEFAULT random()", [("t", "ACCESS EXCLUSIVE", "rewrites")]),
        ("ALTER TABLE t DROP b", [EXCLUSIVE]),
        ("ALTER TABLE t ALTER a TYPE bigint", [("t", "ACCESS EXCLUSIVE", "rewrites")]),
        ("ALTER TABLE t ALTER a SET NOT NULL", [("t", "ACCESS EXCLUSIVE", "scans")]),
        ("ALTER TABLE t ALTER b SET NOT NULL", [EXCLUSIVE]),
        ("ALTER TABLE t ALTER c SET DEFAULT 1", [EXCLUSIVE]),
        ("ALTER TABLE t ADD CHECK (a > 0)", [("t", "ACCESS EXCLUSIVE", "scans")]),
        ("ALTER TABLE t ADD CHECK (a > 0) NOT VALID", [EXCLUSIVE]),
        ("ALTER TABLE t VALIDATE CONSTRAINT waits", [("t", "SHARE UPDATE EXCLUSIVE", "scans")]),
        (
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u",
            [("t", "SHARE ROW EXCLUSIVE", "scans"), ("u", "SHARE ROW EXCLUSIVE", "")],
        ),
        (
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID",
            [("t", "SHARE ROW EXCLUSIVE", ""), ("u", "SHARE ROW EXCLUSIVE", "")],
        ),
        ("ALTER TABLE t ADD UNIQUE (a)", [("t", "ACCESS EXCLUSIVE", "scans")]),
        ("CREATE INDEX i ON t (a)", [("t", "SHARE", "scans")]),
        (
            "CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION drystone.touch()",
            [("t", "SHARE ROW EXCLUSIVE", "")],
        ),
        ("DROP INDEX t_b", [EXCLUSIVE]),
        ("REINDEX INDEX t_b", [("t", "SHARE", "scans")]),
        ("COMMENT ON TABLE t IS 'x'", [("t", "SHARE UPDATE EXCLUSIVE", "")]),
        ("UPDATE t SET a = 1", [("t", "ROW EXCLUSIVE", "scans")]),
        ("SELECT count(*) FROM t", [("t", "ACCESS SHARE", "scans")]),
        (
            "REFRESH MATERIALIZED VIEW v",
            [("v", "ACCESS EXCLUSIVE", "rewrites"), ("t", "ACCESS SHARE", "scans")],
        ),
        ("DROP TABLE u", [("u", "ACCESS EXCLUSIVE", "")]),
        (
            "ALTER TABLE parts ADD d float DEFAULT random()",
            [("part", "ACCESS EXCLUSIVE", "rewrites"), ("parts", "ACCESS EXCLUSIVE", "")],
        ),
        ("CREATE TABLE n (id integer)", []),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1", []),
    ],
)
async def test_locks_are_what_postgresql_takes(
    place: Place, statement: str, expected: list[tuple[str, str, str]]
) -> None:
    place.write(1, "tables", TABLES)
    await place.up()
    place.write(2, "one", f"{statement};")
    assert await touches(place) == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a)", [("t", "SHARE UPDATE EXCLUSIVE", "scans")]),
        ("DROP INDEX CONCURRENTLY t_b", [("t", "SHARE UPDATE EXCLUSIVE", "")]),
        ("REINDEX INDEX CONCURRENTLY t_b", [("t", "SHARE UPDATE EXCLUSIVE", "scans")]),
        ("REINDEX TABLE CONCURRENTLY t", [("t", "SHARE UPDATE EXCLUSIVE", "scans")]),
        ("VACUUM FULL t", [("t", "ACCESS EXCLUSIVE", "rewrites")]),
        ("VACUUM t", []),
        ("ALTER TABLE t ADD d integer", [EXCLUSIVE]),
        ("-- migrate:repeat\nDELETE FROM t", [("t", "ROW EXCLUSIVE", "scans")]),
    ],
)
async def test_what_needs_no_transaction_is_known_by_its_form(
    place: Place, statement: str, expected: list[tuple[str, str, str]]
) -> None:
    place.write(1, "tables", TABLES)
    await place.up()
    place.write(2, "one", f"{statement};", alone=True)
    assert await touches(place) == [expected]


async def test_one_statements_lock_does_not_hide_anothers(place: Place) -> None:
    place.write(1, "tables", TABLES)
    await place.up()
    place.write(
        2,
        "two",
        "SET LOCAL search_path = public;\nALTER TABLE t ADD d int;\nCREATE INDEX ON t (d);\n"
        "CREATE TABLE n ();\nALTER TABLE n ADD a int;",
    )
    assert await touches(place) == [[], [EXCLUSIVE], [("t", "SHARE", "scans")], [], []]


async def test_what_holds_together_is_measured_together(place: Place) -> None:
    place.write(1, "tables", TABLES)
    await place.up()
    place.write(
        2,
        "two",
        "SAVEPOINT s;\nALTER TABLE t ADD d int;\nROLLBACK TO s;\n"
        "ALTER TABLE u ADD d int;\nRELEASE s;",
    )
    found = await touches(place)
    assert found[1] == [EXCLUSIVE]
    assert found[2] == []
    assert found[3] == found[4] == [("u", "ACCESS EXCLUSIVE", "")]


async def test_a_large_table_is_told_with_its_size_and_the_safe_form(place: Place) -> None:
    place.write(1, "tables", TABLES)
    await place.up()
    await place.run(
        "INSERT INTO t SELECT g, g, repeat('x', 300) FROM generate_series(1, 60000) g", "ANALYZE t"
    )
    place.write(2, "safe", "ALTER TABLE t ADD d int;")
    place.write(3, "index", "CREATE INDEX i ON t (a);")
    made = await plan(place)
    assert [file.file.label for file in made.files] == ["0002_safe", "0003_index"]
    (hindrance,) = made.hindrances
    assert hindrance.sentence == "blocks writes of public.t while it scans public.t"
    assert "CREATE INDEX CONCURRENTLY i ON t (a);" in hindrance.safe.sql
    size = made.sizes["public.t"]
    assert size.rows == 60000
    assert size.bytes == await place.value("SELECT pg_total_relation_size('t')")


async def test_the_size_of_a_partitioned_table_is_its_partitions(place: Place) -> None:
    place.write(1, "tables", TABLES)
    await place.up()
    await place.run(
        "INSERT INTO parts SELECT g % 10 FROM generate_series(1, 1000) g", "ANALYZE part"
    )
    place.write(2, "add", "ALTER TABLE parts ADD d int;")
    sizes = (await plan(place)).sizes
    assert sizes["public.parts"].bytes >= sizes["public.part"].bytes > 0
    assert sizes["public.part"].rows == 1000


async def test_planning_changes_nothing_and_leaves_no_database(place: Place) -> None:
    place.write(1, "tables", TABLES)
    used: set[str] = set()

    async def connect(url: str) -> Connection:
        connection = await connect_direct(url)
        used.add(await connection.fetchval("SELECT current_database()"))
        return connection

    made = await make_plan(place.url, place.folder, connect=connect)
    labels = [file.file.label for file in made.files]
    assert labels[0] == "drystone/0001_base"
    assert [label for label in labels if not label.startswith("drystone/")] == ["0001_tables"]
    assert labels[-1] == "0001_tables"
    assert made.hindrances == []
    assert await place.value("SELECT to_regnamespace('drystone')") is None
    assert len(used) == 2
    # Of those that it used, as others on this server have scratch databases, too.
    left = "SELECT array_agg(datname::text) FROM pg_database WHERE datname = ANY($1)"
    assert await place.value(left, [*used]) == [await place.value("SELECT current_database()")]


async def test_what_was_applied_is_replayed_as_up_applies_it(place: Place) -> None:
    place.write(1, "tables", TABLES)
    # Each statement by itself, which only the one that applies files knows of a file.
    place.write(2, "later", "CREATE INDEX CONCURRENTLY u_id ON u (id);", alone=True)
    await place.up()
    place.write(3, "last", "DROP INDEX u_id;")
    ((touched,),) = await touches(place)
    assert touched[:2] == ("u", "ACCESS EXCLUSIVE")


async def test_nothing_pending_is_an_empty_plan(place: Place) -> None:
    await place.up()
    assert (await plan(place)).files == ()


async def test_of_a_file_that_broke_off_only_the_rest_is_planned(place: Place) -> None:
    place.write(1, "tables", TABLES)
    place.write(2, "two", "CREATE TABLE n ();\nCREATE TABLE t ();", alone=True)
    with pytest.raises(StatementFailed):
        await place.up()
    place.write(2, "two", "CREATE TABLE n ();\nALTER TABLE t ADD d int;", alone=True)
    assert await touches(place) == [[EXCLUSIVE]]


@pytest.mark.parametrize("alone", [False, True])
async def test_what_up_would_fail_at_fails_here(place: Place, alone: bool) -> None:
    path = place.write(1, "bad", "CREATE TABLE t ();\nALTER TABLE none ADD a int;", alone=alone)
    with pytest.raises(StatementFailed) as caught:
        await plan(place)
    assert str(caught.value).startswith(f'{path}:3: relation "none" does not exist')
    place.write(1, "bad", "CREATE TABLE t ();")
    await place.up()
    place.write(1, "bad", "CREATE TABLE u ();")
    with pytest.raises(HistoryError):
        await plan(place)
