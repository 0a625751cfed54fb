"""A change of an application's own, run as the generated ones are.

    @tasks.post("/{id:uuid}/assign", body=Assignment, returns=Task)
    async def assign(request: Request) -> Response:
        body = await request.json(Assignment)

        async def work(tx: Transaction) -> Task: ...

        return await tasks.act(request, work)

The work is a function, since it may have to run again where its transaction lost against
another one. Around it is what every write has: the caller's name in the history, an
`Idempotency-Key` that is answered once, `Prefer: dry-run` and `return=minimal`, refusals of
the database in the words of the fields. The answer leaves after COMMIT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from drystone.db.dry_run import run_dry
from drystone.db.history.author import Author, name_author
from drystone.db.query.json_rows import stored_row
from drystone.db.query.select import select
from drystone.http.request import MAX_JSON_BYTES
from drystone.schema.json_encode import encode_json
from drystone.schema.model.model import Model
from drystone.security.caller import caller_of

from .writing.answer import Written, answer_row
from .writing.breaches import REFUSALS
from .writing.change import StoredRow
from .writing.perform import run_once
from .writing.preferences import read_preferences
from .writing.routes import key_of, respond

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from drystone.db.database import Database
    from drystone.db.transaction.transaction import Transaction
    from drystone.http.request import Request
    from drystone.http.response import Response

    from .writing.breaches import Breaches
    from .writing.preferences import Preferences

Work: TypeAlias = "Callable[[Transaction], Awaitable[object]]"
"""Does what is asked for; returns the row to answer with, or anything that is JSON."""


async def act(
    request: Request,
    work: Work,
    *,
    db: Database,
    breaches: Breaches,
    model: type[Any],
    path: str,
) -> Response:
    """Run a change and return its answer, once it is committed.

    Args:
        request: asked for it.
        work: has no effects but those in the database, as it may run several times.
        db: the database.
        breaches: explains what the tables refuse.
        model: whose fields refusals are told in.
        path: of the resource's rows.

    Returns:
        200 and what the work returned: a row as the resource shows it, with its `ETag`, or
        other JSON. 204 where that is None, or the caller prefers nothing.

    Raises:
        Problem: what the work raised, or the database refused.
    """
    caller = caller_of(request)
    author = Author(actor=caller.name, request_id=request.id or None)
    preferences = read_preferences(request.headers.get("prefer"))

    async def run(tx: Any) -> Written:
        await name_author(tx, author)
        return await _answer(tx, await work(tx), path=path, preferences=preferences)

    key = key_of(request, caller.name, await request.bytes(max_bytes=MAX_JSON_BYTES))
    try:
        if preferences.is_dry_run:
            written = await run_dry(db.transaction(), run)
        elif key is not None:
            written = await run_once(db, run, key)
        else:
            written = await db.transaction().run(run)
    except REFUSALS as refusal:
        raise breaches.explain(refusal, model) from refusal
    return respond(written)


async def _answer(
    tx: Transaction, result: object, *, path: str, preferences: Preferences
) -> Written:
    if isinstance(result, Model):
        # Read once more: PostgreSQL writes it as it writes every row.
        model: Any = type(result)
        row = select(model).where(model.id == result.id)
        stored = StoredRow(*await tx.one(stored_row(row)))
        return answer_row("patch", stored, path=path, preferences=preferences)
    applied = preferences.applied()
    headers = () if applied is None else (("Preference-Applied", applied),)
    if result is None or preferences.returns == "minimal":
        return Written(204, headers=headers)
    return Written(200, encode_json(result), headers)
