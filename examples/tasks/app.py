"""The application with everything that it serves, on one screen."""

from __future__ import annotations

from examples.tasks import comments, reports, tasks
from examples.tasks.listing import Listing
from examples.tasks.models import Member, Project, Tag, User
from examples.tasks.routes import resource
from examples.tasks.single import Single
from examples.tasks.tracker import app

__all__ = ["app"]

USERS = Listing(User, filters=(User.email,), sorts=(User.created_at, User.email, User.name))
PROJECTS = Listing(
    Project,
    filters=(Project.owner, Project.is_public),
    sorts=(Project.created_at, Project.name),
)
MEMBERS = Listing(
    Member,
    filters=(Member.project, Member.user, Member.role),
    sorts=(Member.created_at,),
)
TAGS = Listing(Tag, filters=(Tag.name,), sorts=(Tag.name,))

app.mount("/users", resource(USERS))
app.mount("/projects", resource(PROJECTS))
app.mount("/members", resource(MEMBERS))
app.mount("/tasks", tasks.router)
app.mount("/tags", resource(TAGS, Single(Tag)))
app.mount("/comments", comments.router)
app.mount("/reports", reports.router)
