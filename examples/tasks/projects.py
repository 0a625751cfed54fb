"""Projects: what tasks belong to. Read-only over HTTP."""

from __future__ import annotations

from drystone import Request, Response, Router
from examples.tasks.database import database
from examples.tasks.pagination import Listing, an_id
from examples.tasks.rows import answer_row, fetch_row

PROJECTS = Listing(
    table="projects",
    columns=("id", "name", "owner_id", "version", "created_at", "updated_at"),
    filters={"owner": ("owner_id", an_id), "owner_id": ("owner_id", an_id)},
    sorts=("created_at", "name"),
)
READ = PROJECTS.select + " WHERE id = $1"

router = Router()


@router.get("/", name="projects")
async def list_projects(request: Request) -> Response:
    return await PROJECTS.answer(request)


@router.get("/{id:uuid}", name="project")
async def read_project(request: Request) -> Response:
    async with database.connect() as connection:
        row = await fetch_row(connection, request, READ, kind="project")
    return answer_row(request, row)
