"""In what kind of transaction a write runs: none, one, one that is kept once, a dry one.

    one statement          as it is: PostgreSQL makes it a transaction of its own
    several                BEGIN … COMMIT, again where it lost against another one
    with Idempotency-Key   the key is locked first, the answer is kept at the end
    dry run                checked to the end, then rolled back; keys play no part in it

Whatever it is, it returns after COMMIT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from drystone.db.dry_run import run_dry
from drystone.db.failures import TransactionConflict
from drystone.db.idempotency import KeptAnswer, begin_once, find_answer, keep_answer
from drystone.errors import Problem

from .answer import Written, answer_row
from .authorship import sign
from .breaches import REFUSALS
from .write import is_one_statement, write

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from drystone.db.database import Database
    from drystone.db.history.author import Author
    from drystone.db.queries import Queries
    from drystone.db.transaction.transaction import Transaction

    from .change import Change
    from .idempotency_key import IdempotencyKey
    from .preferences import Preferences
    from .writable import Writable

    Work: TypeAlias = Callable[[Queries], Awaitable[Written]]


async def write_one(
    db: Database,
    writable: Writable,
    change: Change,
    *,
    preferences: Preferences,
    key: IdempotencyKey | None = None,
    author: Author | None = None,
) -> Written:
    """Make a change to one row and return its answer, once it is committed.

    Args:
        db: the database.
        writable: the resource.
        change: what is to happen.
        preferences: of the caller.
        key: of the request, if it has one.
        author: as whom the history knows the caller.

    Raises:
        IdempotencyConflict: a request with this key is running.
        IdempotencyMismatch: the key was used for another request.
        Problem: the change is refused; see `write`.
    """

    async def work(queries: Queries) -> Written:
        queries = await sign(queries, writable, change, author)
        row = await write(queries, writable, change)
        return answer_row(change.operation, row, path=writable.path, preferences=preferences)

    try:
        if preferences.is_dry_run:
            return await run_dry(db.transaction(), work)
        if key is not None:
            return await run_once(db, work, key)
        if is_one_statement(writable, change):
            return await _run_plain(db, work)
        return await db.transaction().run(work)
    except REFUSALS as refusal:
        # A constraint that had waited for COMMIT.
        raise writable.breaches.explain(refusal, writable.model) from refusal


async def _run_plain(db: Database, work: Work) -> Written:
    try:
        return await work(db)
    except TransactionConflict:
        # Lost against another one: from here on it is worth a transaction and patience.
        return await db.transaction().run(work)


async def run_once(db: Database, work: Work, key: IdempotencyKey) -> Written:
    """Run a write unless its key was answered before; then return that answer again."""

    async def run(tx: Transaction) -> Written:
        kept = await begin_once(tx, key.key, key.request)
        if kept is not None:
            return _replay(kept)
        written = await work(tx)
        answer_to_keep = KeptAnswer(written.status, written.headers, written.body)
        await keep_answer(tx, key.key, key.request, answer_to_keep)
        return written

    return await kept_if_refused(db, key, lambda: db.transaction().run(run))


async def kept_if_refused(
    db: Database, key: IdempotencyKey, answer: Callable[[], Awaitable[Written]]
) -> Written:
    """Answer a request; where it is refused, as it was answered before, if it was.

    Raises:
        IdempotencyMismatch: the key was used for another request.
        Problem: the refusal, of a request that was not answered yet.
    """
    try:
        return await answer()
    except Problem as problem:
        if problem.status >= 500:
            raise
        # What refused it may be what the same request wrote a moment before.
        kept = await find_answer(db, key.key, key.request)
        if kept is None:
            raise
        return _replay(kept)


def _replay(kept: KeptAnswer) -> Written:
    answer = Written(kept.status, kept.body, kept.headers)
    return answer.with_header("Idempotency-Replayed", "true")
