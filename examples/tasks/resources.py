"""What is served, table by table: this is the whole of the tracker's API but for its actions.

Each declaration gives lists with filters, sorts and search, the same below the rows that it
belongs to (`/projects/{id}/tasks`), single rows, writes, many at once, deletion and restoring,
and where the model says so a history. What only this application knows stands in files of
its own: `task_rules`, `project_rules` and `member_rules` say what must hold around a write,
with `workload` and `locking`; `moving`, `closing` and `assigning` are what can be done
beside writing; `reports` and `activity` are read. `app` puts all of it together.
"""

from __future__ import annotations

from drystone import count, many, now, select
from examples.tasks.models import (
    Attachment,
    Comment,
    Member,
    Project,
    Tag,
    Task,
    TaskTag,
    User,
)
from examples.tasks.tracker import app

users = app.resource(
    User,
    filters=[User.email, User.name, User.created_at],
    sorts=[User.created_at, User.email, User.name],
)

projects = app.resource(
    Project,
    filters=[Project.owner, Project.name, Project.is_public, Project.closed_at],
    sorts=[Project.created_at, Project.name],
    search=[Project.name, Project.description],
    expand=[Project.owner, many(Member.project, expand=[Member.user])],
    computed={
        "open_tasks": select(count())
        .from_(Task)
        .where(Task.project == Project.id, Task.status != "done")
    },
    nested=[Member.project],
)

members = app.resource(
    Member,
    filters=[Member.project, Member.user, Member.role, Member.user.to.email],
    sorts=[Member.created_at],
    expand=[Member.project, Member.user],
    under=[Member.project, Member.user],
)

tasks = app.resource(
    Task,
    filters=[
        *(Task.project, Task.status, Task.priority, Task.assignee, Task.parent),
        *(Task.title, Task.due_at, Task.done_at, Task.created_at),
        *(Task.project.to.name, Task.project.to.owner, Task.project.to.closed_at),
        "is_overdue",
    ],
    sorts=[Task.created_at, Task.due_at, Task.priority, Task.title],
    search=[Task.title, Task.description],
    expand=[
        *(Task.project, Task.project.to.owner, Task.assignee, Task.parent),
        many(Comment.task, limit=10, expand=[Comment.author]),
        many(TaskTag.task, limit=20, expand=[TaskTag.tag]),
        many(Attachment.task, limit=10),
    ],
    computed={
        "is_overdue": Task.due_at.is_not_null() & (Task.due_at < now()) & (Task.status != "done")
    },
    nested=[Comment.task, TaskTag.task],
    under=[Task.project],
)

tags = app.resource(Tag, filters=[Tag.name], sorts=[Tag.name])

task_tags = app.resource(
    TaskTag,
    filters=[TaskTag.task, TaskTag.tag, TaskTag.tag.to.name],
    expand=[TaskTag.task, TaskTag.tag],
    under=[TaskTag.task],
)

comments = app.resource(
    Comment,
    filters=[Comment.task, Comment.author, Comment.created_at, Comment.task.to.project],
    sorts=[Comment.created_at],
    search=[Comment.body],
    expand=[Comment.task, Comment.author],
    under=[Comment.task],
)

attachments = app.resource(
    Attachment,
    filters=[
        *(Attachment.task, Attachment.uploader, Attachment.media_type, Attachment.sha256),
        *(Attachment.size_bytes, Attachment.task.to.project),
    ],
    sorts=[Attachment.created_at, Attachment.size_bytes],
    expand=[Attachment.task, Attachment.uploader],
    under=[Attachment.task],
)
