"""The application: what it serves, and the database that it opens and asks after."""

from __future__ import annotations

from collections.abc import AsyncIterator

from drystone import App
from drystone.settings import Settings
from examples.tasks.database import database
from examples.tasks.projects import router as projects
from examples.tasks.tasks import router as tasks
from examples.tasks.users import router as users

app = App("Tasks")
app.mount("/tasks", tasks)
app.mount("/projects", projects)
app.mount("/users", users)


@app.lifespan
async def open_database(_app: App) -> AsyncIterator[None]:
    # Read here: the address is only wanted by who serves, not by who lists routes.
    async with database.open(Settings.load().database_url):
        yield


@app.ready_check("database")
async def ask_database() -> None:
    await database.ask()
