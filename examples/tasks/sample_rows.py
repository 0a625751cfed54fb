"""A tracker to look at: plausible rows, the same for the same seed, as many as wanted.

`make_sample` yields one table after the other in the order of their references, each with
rows for COPY. Every table has a random source of its own, so that a change in how one is
made leaves the others as they were. Times lie in the first quarter of 2026, whenever the
rows are made: nothing here looks at a clock.

What the tables cannot all check, the rows keep: assignees, authors and uploaders are members
of the project; a parent is an older task of the same project; nothing of a task is older
than the task; in a closed project all is done. Nothing is deleted.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import TypeVar
from uuid import UUID

from examples.tasks.sample_records import (
    AttachmentRow,
    CommentRow,
    MemberRow,
    ProjectRow,
    SampleTable,
    TagRow,
    TaskRow,
    TaskTagRow,
    UserRow,
)
from examples.tasks.sample_words import (
    COMMENTS,
    DESCRIPTIONS,
    FILES,
    FIRST_NAMES,
    LAST_NAMES,
    PROJECTS,
    TAGS,
    THINGS,
    VERBS,
)

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
END = BEGIN + timedelta(days=91)

STATUSES = ("todo", "doing", "done")
PRIORITIES = (1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5)
TITLES = [f"{verb} {thing}" for verb in VERBS for thing in THINGS]
# Has no divisor in common with the number of titles, so each comes once before one returns.
TITLE_STEP = 131
ESTIMATES = [Decimal(hours) for hours in ("0.5", "1", "2", "3", "5", "8", "13", "20")]
# Of so many of a project's last tasks one may become the parent of the next.
PARENTS_KEPT = 8


Picked = TypeVar("Picked")
# Project -> the members who work in it.
Teams = dict[UUID, list[UUID]]


def make_sample(
    tasks: int = 2_000,
    *,
    seed: int = 2026,
    people_there: int = 0,
    tags_there: Sequence[TagRow] = (),
) -> Iterator[SampleTable]:
    """Yield every table of a tracker with that many tasks, referenced ones first.

    There is a project for 200 tasks, at least ten, and a person for 100, at least twenty.

    Args:
        tasks: how many.
        seed: the same rows for the same seed.
        people_there: how many people there are, whose names are not given again.
        tags_there: are worn by the tasks too, and not made again.
    """
    number = max(20, tasks // 100)
    users = list(make_users(number, source(seed, "users"), first=people_there))
    yield SampleTable("users", UserRow._fields, users)
    projects = list(make_projects(max(10, tasks // 200), users, source(seed, "projects")))
    yield SampleTable("projects", ProjectRow._fields, projects)
    members = list(make_members(projects, users, source(seed, "members")))
    yield SampleTable("members", MemberRow._fields, members)
    teams = find_teams(members)
    closed = frozenset(one.id for one in projects if one.closed_at is not None)
    rows = list(make_tasks(tasks, teams, source(seed, "tasks"), closed=closed))
    yield SampleTable("tasks", TaskRow._fields, rows)
    known = {one.name.lower() for one in tags_there}
    tags = [one for one in make_tags(source(seed, "tags")) if one.name not in known]
    yield SampleTable("tags", TagRow._fields, tags)
    task_tags = make_task_tags(rows, [*tags_there, *tags], source(seed, "task_tags"))
    yield SampleTable("task_tags", TaskTagRow._fields, task_tags)
    comments = make_comments(rows, teams, source(seed, "comments"))
    yield SampleTable("comments", CommentRow._fields, comments)
    attachments = make_attachments(rows, teams, source(seed, "attachments"))
    yield SampleTable("attachments", AttachmentRow._fields, attachments)


def source(seed: int, table: str) -> Random:
    """Return the random source of a table."""
    return Random(f"{seed} {table}")  # noqa: S311  (the same rows every time, nothing secret)


def make_users(number: int, random: Random, *, first: int = 0) -> Iterator[UserRow]:
    """Yield people with names of their own: 400 by name, further ones by number."""
    for index in range(number):
        round_, place = divmod(first + index, len(FIRST_NAMES))
        namesakes, shift = divmod(round_, len(LAST_NAMES))
        name = f"{FIRST_NAMES[place]} {LAST_NAMES[(place + shift) % len(LAST_NAMES)]}"
        if namesakes:
            name = f"{name} {namesakes + 1}"
        created = BEGIN + timedelta(seconds=index)
        yield UserRow(make_id(created, random), created, created, mail_of(name), name)


def make_projects(number: int, users: Sequence[UserRow], random: Random) -> Iterator[ProjectRow]:
    """Yield projects: a third can be read by everybody, every tenth is closed by now."""
    for index in range(number):
        round_, place = divmod(index, len(PROJECTS))
        name = f"{PROJECTS[place]} {round_ + 1}" if round_ else PROJECTS[place]
        created = BEGIN + timedelta(hours=12, seconds=index)
        closed = END if place == len(PROJECTS) - 1 else None
        yield ProjectRow(
            id=make_id(created, random),
            created_at=created,
            updated_at=closed or created,
            version=2 if closed else 1,
            name=name,
            description=f"Everything about: {name}." if random.random() < 0.5 else None,
            is_public=random.random() < 0.33,
            owner_id=random.choice(users).id,
            closed_at=closed,
        )


def make_members(
    projects: Iterable[ProjectRow], users: Sequence[UserRow], random: Random
) -> Iterator[MemberRow]:
    """Yield the owner of each project, and three to nine others."""
    for project in projects:
        created = project.created_at
        yield MemberRow(
            make_id(created, random), created, created, project.id, project.owner_id, "owner"
        )
        for user in random.sample(users, random.randint(4, 9)):
            if user.id != project.owner_id:
                role = "editor" if random.random() < 0.7 else "viewer"
                yield MemberRow(
                    make_id(created, random), created, created, project.id, user.id, role
                )


def find_teams(members: Iterable[MemberRow]) -> Teams:
    """Return who works in each project: its members but for those who only look on."""
    teams: Teams = defaultdict(list)
    for member in members:
        if member.role != "viewer":
            teams[member.project_id].append(member.user_id)
    return dict(teams)


def make_tasks(
    number: int, teams: Teams, random: Random, *, closed: AbstractSet[UUID] = frozenset()
) -> Iterator[TaskRow]:
    """Yield tasks in the order in which they were written down, evenly over the time.

    Those of closed projects were done by the end, when the project was closed.
    """
    chance = random.random
    projects = list(teams)
    latest: dict[UUID, deque[UUID]] = {project: deque(maxlen=PARENTS_KEPT) for project in projects}
    titles = {project: _titles(index) for index, project in enumerate(projects)}
    first = BEGIN + timedelta(days=1)
    step = (END - timedelta(days=1) - first) / max(number, 1)
    for index in range(number):
        project = projects[int(chance() * len(projects))]
        created = first + step * index
        status, changed = _progress(created, random)
        if status != "done" and project in closed:
            status, changed = "done", END
        parents = latest[project]
        row = TaskRow(
            id=make_id(created, random),
            created_at=created,
            updated_at=changed,
            version=STATUSES.index(status) + 1,
            project_id=project,
            title=next(titles[project]),
            description=pick(DESCRIPTIONS, chance()),
            status=status,
            priority=pick(PRIORITIES, chance()),
            assignee_id=pick(teams[project], chance()) if chance() < 0.8 else None,
            parent_id=pick(parents, chance()) if parents and chance() < 0.25 else None,
            estimate_hours=pick(ESTIMATES, chance()) if chance() < 0.7 else None,
            due_at=created + timedelta(days=2 + int(chance() * 58)) if chance() < 0.6 else None,
            done_at=changed if status == "done" else None,
        )
        parents.append(row.id)
        yield row


def _progress(created: datetime, random: Random) -> tuple[str, datetime]:
    """Return a status, and when it was reached: most tasks are done in a week or two."""
    if random.random() < 0.3:
        return "todo", created
    changed = created + timedelta(hours=1 + int(random.expovariate(1 / 240)))
    if changed < END:
        return "done", changed
    return "doing", min(created + timedelta(hours=1), END)


def _titles(project: int) -> Iterator[str]:
    """Yield a project's titles without end, each different; every project begins elsewhere."""
    for part in count(1):
        for place in range(len(TITLES)):
            title = TITLES[(project + place) * TITLE_STEP % len(TITLES)]
            yield f"{title}, part {part}" if part > 1 else title


def make_tags(random: Random) -> Iterator[TagRow]:
    """Yield the tags; there are as many with more tasks."""
    for name, colour in TAGS.items():
        yield TagRow(make_id(BEGIN, random), BEGIN, BEGIN, name, colour)


def make_task_tags(
    tasks: Iterable[TaskRow], tags: Sequence[TagRow], random: Random
) -> Iterator[TaskTagRow]:
    """Yield none to three different tags for each task."""
    for task in tasks:
        first = int(random.random() * len(tags))
        for place in range(pick((0, 0, 1, 1, 1, 2, 2, 3), random.random())):
            # Neighbours in the list are worn together oftener than chance would have it.
            tag = tags[(first + place * (place + 1) // 2) % len(tags)]
            created = task.created_at
            yield TaskTagRow(make_id(created, random), created, created, task.id, tag.id)


def make_comments(tasks: Iterable[TaskRow], teams: Teams, random: Random) -> Iterator[CommentRow]:
    """Yield the comments on each task, oldest first: half of the tasks have none."""
    chance = random.random
    for task in tasks:
        created = task.created_at
        for _ in range(pick((0, 0, 0, 0, 1, 1, 2, 5), chance())):
            created += timedelta(minutes=1 + int(chance() * 4_000))
            if created > END:
                break
            author = pick(teams[task.project_id], chance())
            body = pick(COMMENTS, chance())
            yield CommentRow(make_id(created, random), created, created, task.id, author, body)


def make_attachments(
    tasks: Iterable[TaskRow], teams: Teams, random: Random
) -> Iterator[AttachmentRow]:
    """Yield a file for every eighth task or so; some are copies of the one before."""
    chance = random.random
    content: tuple[str, str, int, bytes] | None = None
    for task in tasks:
        if chance() >= 0.12:
            continue
        if content is None or chance() >= 0.05:
            name, media_type = pick(FILES, chance())
            size = int(random.lognormvariate(11, 2))
            content = (name, media_type, size, random.randbytes(32))
        created = min(task.created_at + timedelta(minutes=5), END)
        uploader = pick(teams[task.project_id], chance())
        yield AttachmentRow(make_id(created, random), created, created, task.id, uploader, *content)


def pick(values: Sequence[Picked], chance: float) -> Picked:
    """Return the value that stands at `chance` (0 to below 1) of the way.

    Half the time of `Random.choice`, which counts when there are hundreds of thousands.

    >>> pick("abcd", 0.5)
    'c'
    """
    return values[int(chance * len(values))]


def make_id(created: datetime, random: Random) -> UUID:
    """Return a UUID of version 7 (RFC 9562, section 5.7) for that time.

    >>> make_id(BEGIN, source(1, "tags")).version
    7
    """
    milliseconds = int(created.timestamp() * 1000)
    bits = random.getrandbits(74)
    high = milliseconds << 16 | 0x7000 | bits >> 62
    return UUID(int=high << 64 | 0x2 << 62 | bits & (1 << 62) - 1)


def mail_of(name: str) -> str:
    """Return an address that belongs to nobody.

    >>> mail_of("Ada Lind")
    'ada.lind@example.com'
    """
    return f"{name.lower().replace(' ', '.')}@example.com"
