"""Slow queries as an operator finds them: by pg_stat_statements, then by their plans.

A database that lacks some indexes is asked what a tracker is asked; the statements that
took the most time in all are looked up (appendix F.32, pg_stat_statements), their plans
read, what is missing declared, and the plans read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.studies.plans import identify, measure_plan
from bench.studies.questions import ask, ask_by_cursor

if TYPE_CHECKING:
    import asyncpg

    from bench.studies.plans import Measured

    Connection = asyncpg.Connection[asyncpg.Record]


BY_CURSOR: Final = "the same page, by its cursor"


@dataclass(frozen=True, slots=True)
class Story:
    """A slow request and what is done about it.

    Attributes:
        target: what is asked.
        calls: how often, among the others.
        instead: what is asked afterwards, where the request is what has to change.
        lacking: definitions of the indexes that are not there at first, each a pattern
            for `pg_get_indexdef`.
        lesson: what it shows, in a sentence.
    """

    target: str
    calls: int
    lesson: str
    instead: str | None = None
    lacking: str | None = None


STORIES: Final = (
    Story(
        "/tasks?sort=due_at&status=todo",
        20,
        "A sort that no index serves reads and sorts every row to show twenty; an index on "
        "the field and the id hands them out in order.",
        lacking="%(due_at%",
    ),
    Story(
        "/tasks?title[contains]=zebra",
        10,
        "What is nowhere takes longest to find: without trigrams every title is read, and a "
        "B-tree knows beginnings alone.",
        lacking="%gin_trgm_ops%",
    ),
    Story(
        "/tasks?search=mail+templates",
        10,
        "Full text search without its index makes a document of every row, every time.",
        lacking="%to_tsvector%",
    ),
    Story(
        "/tasks?sort=-created_at&page=4000",
        10,
        "An offset reads what it skips; a cursor begins where the last page ended.",
        instead=BY_CURSOR,
    ),
    Story(
        "/tasks?status=todo&count=exact",
        20,
        "The exact total counts every match for the sake of one number; `count=estimated` "
        "asks the planner, and `cursor=` does without.",
        instead="/tasks?status=todo&count=none",
    ),
)


@dataclass(frozen=True, slots=True)
class SlowQuery:
    """A story as it was measured.

    Attributes:
        story: what was asked.
        total_milliseconds: of all calls, as pg_stat_statements says.
        mean_milliseconds: of a call.
        rank: among all statements, by total time.
        before: the plan as it was.
        after: the plan afterwards.
    """

    story: Story
    total_milliseconds: float
    mean_milliseconds: float
    rank: int
    before: Measured
    after: Measured


async def study_slow_queries(connection: Connection, url: str) -> list[SlowQuery]:
    """Return the stories, the one that took the most time first.

    The database is as it was afterwards.

    Args:
        connection: to the database.
        url: of the same one.
    """
    dropped = await _drop_what_lacks(connection)
    try:
        await connection.execute("SELECT pg_stat_statements_reset()")
        for story in STORIES:
            question = ask(story.target)
            for _ in range(story.calls):
                await connection.fetch(question.sql, *question.values)
        ranks = await connection.fetch(
            "SELECT queryid, total_exec_time, mean_exec_time, "
            "row_number() OVER (ORDER BY total_exec_time DESC) AS place FROM pg_stat_statements"
        )
        before = {}
        for story in STORIES:
            question = ask(story.target)
            before[story] = await measure_plan(connection, question.sql, question.values)
    finally:
        for definition in dropped:
            await connection.execute(definition)
        await connection.execute("ANALYZE tasks")
    found = []
    for story in STORIES:
        query_id = await identify(connection, ask(story.target))
        row = next(one for one in ranks if one["queryid"] == query_id)
        after = await _measure_after(connection, url, story)
        found.append(
            SlowQuery(
                story=story,
                total_milliseconds=row["total_exec_time"],
                mean_milliseconds=row["mean_exec_time"],
                rank=row["place"],
                before=before[story],
                after=after,
            )
        )
    return sorted(found, key=lambda one: one.rank)


async def _measure_after(connection: Connection, url: str, story: Story) -> Measured:
    if story.instead == BY_CURSOR:
        question = await ask_by_cursor(url, story.target)
    else:
        question = ask(story.instead or story.target)
    return await measure_plan(connection, question.sql, question.values)


async def _drop_what_lacks(connection: Connection) -> list[str]:
    """Drop the indexes that the stories begin without; return what makes them again."""
    definitions: list[str] = []
    for story in STORIES:
        if story.lacking is None:
            continue
        rows = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE tablename = 'tasks' AND indexdef LIKE $1",
            story.lacking,
        )
        for row in rows:
            await connection.execute(f'DROP INDEX "{row["indexname"]}"')
            definitions.append(row["indexdef"])
    return definitions
