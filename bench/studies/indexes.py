"""Index by index: what it serves, what it saves there, and what it costs.

"Without" is measured in a transaction that drops the index and is rolled back, so nothing
of it stays. What a write costs is the time of inserting rows with and without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.studies.plans import measure_plan
from bench.studies.questions import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from bench.studies.plans import Measured

    Connection = asyncpg.Connection[asyncpg.Record]

# Requests as people send them, with places for ids that the database is asked for.
TARGETS: Final = (
    "/tasks",
    "/tasks?project_id={project}&status=todo&sort=-priority",
    "/tasks?assignee_id={user}",
    "/tasks?parent_id={parent}",
    "/tasks?sort=due_at",
    "/tasks?status=todo&sort=due_at",
    "/tasks?sort=-created_at",
    "/tasks?sort=-priority",
    "/tasks?sort=title",
    "/tasks?title[contains]=zebra",
    "/tasks?search=mail+templates",
    "/comments?task_id={task}",
    "/comments?author_id={user}",
    "/comments?sort=-created_at",
    "/comments?search=deadline",
)

_SUBJECTS: Final = """
    SELECT
        (SELECT project_id FROM tasks ORDER BY id LIMIT 1) AS project,
        (SELECT assignee_id FROM tasks WHERE assignee_id IS NOT NULL ORDER BY id LIMIT 1) AS user,
        (SELECT parent_id FROM tasks WHERE parent_id IS NOT NULL ORDER BY id LIMIT 1) AS parent,
        (SELECT task_id FROM comments ORDER BY id LIMIT 1) AS task
    """

_INDEXES: Final = """
    SELECT
        c.relname AS name, t.relname AS on_table, pg_relation_size(c.oid) AS bytes,
        pg_get_indexdef(c.oid) AS definition,
        (SELECT conname FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x'))
            AS rule
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_class AS t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relname = ANY($1)
    ORDER BY t.relname, c.relname
    """

_STUDIED: Final = ("tasks", "comments")
_WRITTEN_ROWS: Final = 2_000
_WRITES: Final = 5

_WRITE: Final = """
    INSERT INTO tasks (
        id, project_id, title, description, status, priority, assignee_id, due_at, done_at
    )
    SELECT
        gen_random_uuid(), project_id, title, description, status, priority, assignee_id,
        due_at, done_at
    FROM (SELECT * FROM tasks ORDER BY id LIMIT $1) AS sample
    """


@dataclass(frozen=True, slots=True)
class Served:
    """A request that an index serves.

    Attributes:
        target: the request's.
        with_it: how it went.
        without: how it went without the index.
    """

    target: str
    with_it: Measured
    without: Measured


@dataclass(frozen=True, slots=True)
class IndexStudy:
    """What is known of an index.

    Attributes:
        name: of the index.
        table: its table.
        definition: as PostgreSQL writes it, from `USING` on.
        bytes: on disk.
        is_rule: whether it holds a rule (a key), and not only serves questions.
        served: the requests that it serves.
        write_share: of the time of an insert that it costs; None where not measured.
    """

    name: str
    table: str
    definition: str
    bytes: int
    is_rule: bool
    served: tuple[Served, ...]
    write_share: float | None


async def study_indexes(connection: Connection) -> list[IndexStudy]:
    """Return every index of the studied tables."""
    (found,) = await connection.fetch(_SUBJECTS)
    subjects = {name: str(value) for name, value in found.items()}
    served: dict[str, list[Served]] = {}
    for target in TARGETS:
        question = ask(target.format(**subjects))
        as_it_is = await measure_plan(connection, question.sql, question.values)
        for index in as_it_is.indexes:
            without = await _measure_without(connection, index, question.sql, question.values)
            served.setdefault(index, []).append(Served(target, as_it_is, without))
    studies = []
    for row in await connection.fetch(_INDEXES, list(_STUDIED)):
        share = None
        if row["on_table"] == "tasks":
            share = await _write_share(connection, row["name"])
        studies.append(
            IndexStudy(
                name=row["name"],
                table=row["on_table"],
                definition=row["definition"].partition(" USING ")[2],
                bytes=row["bytes"],
                is_rule=row["rule"] is not None or "UNIQUE" in row["definition"],
                served=tuple(served.get(row["name"], ())),
                write_share=share,
            )
        )
    return studies


async def _drop(connection: Connection, index: str) -> None:
    rule = await connection.fetchrow(
        "SELECT conname, conrelid::regclass::text AS on_table FROM pg_constraint "
        "WHERE conindid = $1::regclass AND contype IN ('p', 'u', 'x')",
        index,
    )
    if rule is None:
        await connection.execute(f'DROP INDEX "{index}"')
    else:
        await connection.execute(
            f'ALTER TABLE {rule["on_table"]} DROP CONSTRAINT "{rule["conname"]}" CASCADE'
        )


async def _measure_without(
    connection: Connection, index: str, sql: str, values: Sequence[object]
) -> Measured:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await _drop(connection, index)
        return await measure_plan(connection, sql, values, runs=3)
    finally:
        await transaction.rollback()


async def _write_share(connection: Connection, index: str) -> float:
    """Return the share of an insert's time that keeping an index takes.

    With and without in turns, and the quickest of each: what else the machine does only
    ever adds time.
    """
    with_it, without = [], []
    for _ in range(_WRITES):
        with_it.append(await _time_write(connection, None))
        without.append(await _time_write(connection, index))
    return 1 - min(without) / min(with_it)


async def _time_write(connection: Connection, dropped: str | None) -> float:
    transaction = connection.transaction()
    await transaction.start()
    try:
        if dropped is not None:
            await _drop(connection, dropped)
        measured = await measure_plan(connection, _WRITE, [_WRITTEN_ROWS], runs=0)
    finally:
        await transaction.rollback()
    return measured.milliseconds
