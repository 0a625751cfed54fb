"""Answers that are kept, so that a request sent twice takes effect once.

    held = await begin_once(tx, key, request)      None: nobody has this key, go on
    …the write…
    await keep_answer(tx, key, request, answer)    in the same transaction

The key is locked first, without waiting (chapter 13.3.5): a second request with it is
told at once that the first one still runs. The lock ends with the transaction. Between
the snapshot in which we look and the lock, another one may have finished; then the key is
there when ours is to be kept, and the whole transaction is begun anew. Or what that one
wrote stands in the way of ours: whoever is refused looks once more (`find_answer`).

Answers are kept for 24 hours; what is older is as if it were not there, and
`forget_answers` removes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from drystone.db.failures import TransactionConflict
from drystone.db.query.raw import sql
from drystone.db.transaction.lock_key import lock_key
from drystone.errors import IdempotencyConflict, IdempotencyMismatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.queries import Queries

KEPT_FOR: Final = timedelta(hours=24)
_BEGIN: Final = """
    SELECT pg_try_advisory_xact_lock($1) AS is_ours, kept.request, kept.status, kept.headers,
        kept.body
    FROM (SELECT) AS one
    LEFT JOIN drystone.idempotency_keys AS kept
        ON kept.key = $2 AND kept.created_at > now() - interval '24 hours'
    """
_FIND: Final = """
    SELECT request, status, headers, body FROM drystone.idempotency_keys
    WHERE key = $1 AND created_at > now() - interval '24 hours'
    """
_KEEP: Final = """
    INSERT INTO drystone.idempotency_keys AS kept (key, request, status, headers, body)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (key) DO UPDATE
        SET request = excluded.request, status = excluded.status, headers = excluded.headers,
            body = excluded.body, created_at = excluded.created_at
        WHERE kept.created_at <= now() - interval '24 hours'
    """
_FORGET: Final = """
    DELETE FROM drystone.idempotency_keys WHERE key IN (
        SELECT key FROM drystone.idempotency_keys
        WHERE created_at <= now() - $2::interval
        ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    """


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered.

    Attributes:
        status: 200 to 299; refusals are not kept.
        headers: names and values.
        body: the bytes.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


async def begin_once(tx: Queries, key: bytes, request: bytes) -> KeptAnswer | None:
    """Take a key for the rest of a transaction; return what was answered before, if it was.

    Args:
        tx: the transaction of the write, at its beginning.
        key: SHA-256 of everything that makes the key one of its own.
        request: SHA-256 of what the caller sent.

    Raises:
        IdempotencyMismatch: the key was used for another request.
        IdempotencyConflict: a request with this key is running.
    """
    lock = lock_key(("idempotency", key.hex()))
    is_ours, *kept = await tx.one(sql(_BEGIN, lock, key))
    if kept[0] is None:
        if not is_ours:
            raise IdempotencyConflict
        return None
    return _read_answer(kept, request)


async def find_answer(db: Queries, key: bytes, request: bytes) -> KeptAnswer | None:
    """Return what a request with this key was answered, if it was.

    Args:
        db: outside of the transaction that was refused.
        key: as for `begin_once`.
        request: likewise.

    Raises:
        IdempotencyMismatch: the key was used for another request.
    """
    kept = await db.first(sql(_FIND, key))
    return None if kept is None else _read_answer(tuple(kept), request)


def _read_answer(kept: Sequence[Any], request: bytes) -> KeptAnswer:
    kept_request, status, headers, body = kept
    if kept_request != request:
        raise IdempotencyMismatch
    return KeptAnswer(status, tuple((name, value) for name, value in headers), body)


async def keep_answer(tx: Queries, key: bytes, request: bytes, answer: KeptAnswer) -> None:
    """Keep what a request is answered, if its transaction is committed.

    Raises:
        TransactionConflict: the key was used since `begin_once` looked for it; run again,
            the transaction finds the answer.
    """
    headers = [list(one) for one in answer.headers]
    keep = sql(_KEEP, key, request, answer.status, headers, answer.body)
    if await tx.execute(keep) == 0:
        raise TransactionConflict


async def forget_answers(
    db: Queries, *, limit: int = 10_000, older_than: timedelta = KEPT_FOR
) -> int:
    """Remove answers that have expired, the oldest first.

    Args:
        db: the database.
        limit: how many at most, so that no transaction is long.
        older_than: how long they are stored; `KEPT_FOR` at least, as they count so long.

    Returns:
        How many were removed.
    """
    return await db.execute(sql(_FORGET, limit, older_than))
