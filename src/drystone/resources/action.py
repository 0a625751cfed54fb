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
from drystone.db.history.author import name_author
from drystone.http.request import MAX_JSON_BYTES
from drystone.schema.json_encode import encode_json
from drystone.security.author import author_of
from drystone.security.caller import caller_of

from .writing.answer import Written, answer_row
from .writing.breaches import REFUSALS
from .writing.perform import run_once
from .writing.preferences import read_preferences
from .writing.routes import key_of, respond

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from drystone.db.database import Database
    from drystone.db.transaction.transaction import Transaction
    from drystone.http.request import Request
    from drystone.http.response import Response

    from .writing.breaches import Breaches
    from .writing.change import StoredRow
    from .writing.preferences import Preferences

Work: TypeAlias = "Callable[[Transaction], Awaitable[object]]"
"""Does what is asked for; returns the row to answer with, or anything that is JSON."""

Show: TypeAlias = "Callable[[Transaction, UUID], Awaitable[StoredRow]]"
"""Returns a row of the resource as it is shown."""


async def act(
    request: Request,
    work: Work,
    *,
    db: Database,
    breaches: Breaches,
    model: type[Any],
    path: str,
    show: Show,
) -> Response:
    """Run a change and return its answer, once it is committed.

    Args:
        request: asked for it.
        work: has no effects but those in the database, as it may run several times.
        db: the database.
        breaches: explains what the tables refuse.
        model: whose fields refusals are told in.
        path: of the resource's rows.
        show: reads a row once more, as PostgreSQL writes it and the caller may see it.

    Returns:
        200 and what the work returned: a row as the resource shows it, with its `ETag`, or
        other JSON. 204 where that is None, or the caller prefers nothing.

    Raises:
        Problem: what the work raised, or the database refused.
    """
    preferences = read_preferences(request.headers.get("prefer"))

    async def run(tx: Any) -> Written:
        await name_author(tx, author_of(request))
        result = await work(tx)
        if isinstance(result, model):
            row = await show(tx, result.id)
            return answer_row("patch", row, path=path, preferences=preferences)
        return _answer(result, preferences)

    key = key_of(request, caller_of(request).name, await request.bytes(max_bytes=MAX_JSON_BYTES))
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


def _answer(result: object, preferences: Preferences) -> Written:
    applied = preferences.applied()
    headers = () if applied is None else (("Preference-Applied", applied),)
    if result is None or preferences.returns == "minimal":
        return Written(204, headers=headers)
    return Written(200, encode_json(result), headers)
