"""Users: people who own projects and do tasks. Read-only over HTTP."""

from __future__ import annotations

from drystone import Request, Response, Router
from examples.tasks.database import database
from examples.tasks.pagination import Listing
from examples.tasks.rows import answer_row, fetch_row

USERS = Listing(
    table="users",
    columns=("id", "email", "name", "version", "created_at", "updated_at"),
    filters={"email": ("email", str)},
    sorts=("created_at", "email", "name"),
)
READ = USERS.select + " WHERE id = $1"

router = Router()


@router.get("/", name="users")
async def list_users(request: Request) -> Response:
    return await USERS.answer(request)


@router.get("/{id:uuid}", name="user")
async def read_user(request: Request) -> Response:
    async with database.connect() as connection:
        row = await fetch_row(connection, request, READ, kind="user")
    return answer_row(request, row)
