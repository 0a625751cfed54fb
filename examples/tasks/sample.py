"""Two thousand tasks to look at: plausible, and the same at every first start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import asyncpg

TASKS_PER_PROJECT = 200
BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

NAMES = (
    "Ada Lind, Ben Okafor, Chloe Martin, Dev Patel, Elif Kaya, Femi Ade, Grace Hopkins, "
    "Hugo Silva, Ines Costa, Jonas Berg, Kira Novak, Liam Walsh, Mei Tanaka, Noor Haddad, "
    "Olga Petrova, Pedro Ruiz, Quinn Baker, Rosa Conti, Sven Dahl, Tara Singh"
).split(", ")
PROJECTS = (
    "Website, Mobile app, Billing, Search, Onboarding, Data warehouse, Support desk, "
    "Warehouse tools, Partner API, Office move"
).split(", ")
VERBS = (
    "Fix, Test, Document, Design, Review, Simplify, Measure, Replace, Plan, Ship, "
    "Translate, Automate, Remove, Estimate, Prepare, Discuss"
).split(", ")
THINGS = (
    "the login form, the invoice export, the search results, the empty page, the mail "
    "templates, the backup job, the sign-up steps, the price list, the error messages, the "
    "audit trail, the image upload, the weekly report, the rate limits, the settings page, "
    "the import of contacts, the release notes, the data retention, the mobile menu, the "
    "first-day guide, the status page"
).split(", ")


async def insert_sample(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Fill the tables, if there is nobody in them yet."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM users)"):
        return
    random = Random(2026)  # noqa: S311  (the same rows every time, nothing secret)
    users = [
        (make_id(random, BEGIN + timedelta(minutes=index)), mail_of(name), name)
        for index, name in enumerate(NAMES)
    ]
    projects = [
        (make_id(random, BEGIN + timedelta(hours=index + 1)), name, random.choice(users)[0])
        for index, name in enumerate(PROJECTS)
    ]
    people = [user[0] for user in users]
    tasks = [task for project in projects for task in make_tasks(random, project[0], people)]
    async with connection.transaction():
        await connection.copy_records_to_table("users", records=users, columns=USER_COLUMNS)
        await connection.copy_records_to_table(
            "projects", records=projects, columns=PROJECT_COLUMNS
        )
        await connection.copy_records_to_table("tasks", records=tasks, columns=TASK_COLUMNS)


USER_COLUMNS = ("id", "email", "name")
PROJECT_COLUMNS = ("id", "name", "owner_id")
TASK_COLUMNS = (
    "id project_id title status priority assignee_id due_at created_at updated_at".split()
)


def make_tasks(random: Random, project: UUID, people: list[UUID]) -> list[tuple[object, ...]]:
    """Return the tasks of one project, as rows."""
    titles = [f"{verb} {thing}" for verb in VERBS for thing in THINGS]
    rows: list[tuple[object, ...]] = []
    for title in random.sample(titles, TASKS_PER_PROJECT):
        created = BEGIN + timedelta(days=1, minutes=random.randrange(60 * 24 * 90))
        due = created + timedelta(days=random.randrange(2, 60)) if random.random() < 0.6 else None
        rows.append(
            (
                make_id(random, created),
                project,
                title,
                random.choices(["todo", "doing", "done"], weights=[5, 2, 6])[0],
                random.choices([1, 2, 3, 4, 5], weights=[1, 2, 5, 2, 1])[0],
                random.choice(people) if random.random() < 0.8 else None,
                due,
                created,
                created,
            )
        )
    return rows


def make_id(random: Random, created: datetime) -> UUID:
    """Return a UUID of version 7 for that time."""
    milliseconds = int(created.timestamp() * 1000)
    value = milliseconds << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62
    return UUID(int=value | random.getrandbits(62))


def mail_of(name: str) -> str:
    """Return an address that belongs to nobody.

    >>> mail_of("Ada Lind")
    'ada.lind@example.com'
    """
    return f"{name.lower().replace(' ', '.')}@example.com"
