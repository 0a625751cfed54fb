"""Many changes in one request.

They are tried together first, many creations as one statement. If anything stands in the
way, that is undone to a savepoint and they are made one by one, each with a savepoint of
its own, so that every fault is found. Then, where they are atomic, nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from drystone.db.database import Database
from drystone.db.dry_run import run_dry
from drystone.db.history.author import name_author
from drystone.db.query.change import delete
from drystone.db.query.insert import insert
from drystone.db.query.select import select
from drystone.db.transaction.transaction import Transaction
from drystone.errors import NotFound, Problem, ValidationFailed

from .answer import Written
from .authorship import records
from .breaches import REFUSALS
from .bulk_items import KINDS, BulkFailed, refused_at
from .change import Change, StoredRow
from .delete import deletes_alone
from .dependents import delete_dependents
from .outcome import held_row, outcome_of
from .perform import run_once
from .references import given_references, lock_many
from .write import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from drystone.db.history.author import Author

    from .bulk_items import Bulk, Item
    from .idempotency_key import IdempotencyKey
    from .preferences import Preferences
    from .writable import Writable

Result: TypeAlias = StoredRow | Problem

# Rows of array columns are written out, and a statement has 65,535 parameters.
_ROWS_AT_A_TIME: Final = 500


async def write_many(
    db: Database,
    writable: Writable,
    bulk: Bulk,
    *,
    preferences: Preferences,
    key: IdempotencyKey | None = None,
    author: Author | None = None,
) -> Written:
    """Make many changes in one transaction and return their answer, once it is committed.

    Args:
        db: the database.
        writable: the resource.
        bulk: the changes.
        preferences: of the caller.
        key: of the request, if it has one.
        author: as whom the history knows the caller; its request is named in the problems
            of single items.

    Raises:
        BulkFailed: they are atomic, and one of them cannot be made.
        Problem: as for `write_one`.
    """

    async def work(queries: object) -> Written:
        assert isinstance(queries, Transaction), "this is given to transactions alone"  # noqa: S101  (our own fault)
        if author is not None and _records_any(writable, bulk):
            await name_author(queries, author)
        results = await _run(queries, writable, bulk)
        request_id = None if author is None else author.request_id
        body = _body(bulk.items, results, preferences, request_id)
        applied = preferences.applied()
        headers = (("Preference-Applied", applied),) if applied else ()
        return Written(200, body, headers)

    try:
        if preferences.is_dry_run:
            return await run_dry(db.transaction(), work)
        if key is not None:
            return await run_once(db, work, key)
        return await db.transaction().run(work)
    except REFUSALS as refusal:
        raise writable.breaches.explain(refusal, writable.model) from refusal


def _records_any(writable: Writable, bulk: Bulk) -> bool:
    changes = [one.change for one in bulk.items if isinstance(one.change, Change)]
    operations = {one.operation for one in changes}
    return any(one.nested for one in changes) or any(records(writable, one) for one in operations)


async def _run(tx: Transaction, writable: Writable, bulk: Bulk) -> list[Result]:
    changes = [one.change for one in bulk.items if isinstance(one.change, Change)]
    await _lock_rows(tx, writable, changes)
    has_nested = any(one.nested for one in changes)
    if len(changes) == len(bulk.items) and not writable.hooks and not has_nested:
        try:
            async with tx.savepoint():
                return await _write_together(tx, writable, changes)
        except Problem as problem:
            if problem.status >= 500:
                raise
    results = await _write_each(tx, writable, bulk.items)
    failed = [
        (item.pointer, result)
        for item, result in zip(bulk.items, results, strict=True)
        if isinstance(result, Problem)
    ]
    if failed and bulk.is_atomic:
        raise BulkFailed(failed)
    return results


async def _lock_rows(tx: Transaction, writable: Writable, changes: Sequence[Change]) -> None:
    """Lock the rows that are to be changed, in an order that is always the same.

    Each change would lock its own, in the order of the body: two bodies over the same rows
    would wait for each other.
    """
    model = writable.model
    ids = sorted({one.id for one in changes if one.operation != "create"})
    if not ids:
        return
    # Those that one may not see are not held up.
    seen = next(one.seen for one in changes if one.operation != "create")
    rows = select(model.id).where(model.id.in_(ids), *seen).order_by(model.id)
    deletes = any(one.operation == "delete" for one in changes)
    is_alone = deletes_alone(writable.referrers, model)
    # What `delete_row` takes; a lock taken now and raised later could wait for itself.
    await tx.all(rows.for_update() if deletes and not is_alone else rows.for_no_key_update())


async def _write_each(tx: Transaction, writable: Writable, items: Sequence[Item]) -> list[Result]:
    results: list[Result] = []
    for item in items:
        if isinstance(item.change, Problem):
            results.append(item.change)
            continue
        try:
            async with tx.savepoint():
                results.append(await write(tx, writable, item.change))
        except Problem as problem:
            if problem.status >= 500:
                raise
            results.append(refused_at(item.kind, item.index, problem))
    return results


async def _write_together(
    tx: Transaction, writable: Writable, changes: Sequence[Change]
) -> list[Result]:
    """Make all changes, or raise the first problem; which item it is about is not known."""
    creations = [one for one in changes if one.operation == "create"]
    updates = [one for one in changes if one.operation == "patch"]
    deletions = [one for one in changes if one.operation == "delete"]
    created = await _create_all(tx, writable, creations)
    updated: list[Result] = [await write(tx, writable, one) for one in updates]
    return [*created, *updated, *await _delete_all(tx, writable, deletions)]


async def _create_all(
    tx: Transaction, writable: Writable, creations: Sequence[Change]
) -> list[Result]:
    model = writable.model
    references = [pair for one in creations for pair in given_references(model, one.values)]
    if creations and await lock_many(tx, references, creations[0].permission.visible):
        raise ValidationFailed
    stored: dict[UUID, StoredRow] = {}
    for those in _alike(creations):
        rows = [model(id=one.id, **one.values) for one in those]
        written = writable.form.of(
            insert(*rows),
            test=outcome_of(model, those[0]),
            visible=those[0].permission.visible,
        )
        for found in await tx.all(written):
            row = held_row(writable.form.row(found), those[0])
            stored[row.id] = row
    return [stored[one.id] for one in creations]


def _alike(creations: Sequence[Change]) -> Iterator[Sequence[Change]]:
    """Yield those that give the same fields, so many at a time as one statement takes."""
    groups: dict[frozenset[str], list[Change]] = {}
    for one in creations:
        groups.setdefault(frozenset(one.values), []).append(one)
    for those in groups.values():
        for start in range(0, len(those), _ROWS_AT_A_TIME):
            yield those[start : start + _ROWS_AT_A_TIME]


async def _delete_all(
    tx: Transaction, writable: Writable, deletions: Sequence[Change]
) -> list[Result]:
    is_plain = not any(one.preconditions.is_conditional for one in deletions)
    if not is_plain or writable.resource.requires_if_match:
        return [await write(tx, writable, one) for one in deletions]
    model, ids = writable.model, sorted({one.id for one in deletions})
    if not ids:
        return []
    granted = deletions[0].permission.rows
    conditions = [
        model.id.in_(ids),
        *deletions[0].seen,
        *([] if granted is None else [granted]),
    ]
    form = writable.form
    statement = form.of(
        delete(model).where(*conditions).returning(), visible=deletions[0].permission.visible
    )
    found = [form.row(one) for one in await tx.all(statement)]
    if len(found) != len(deletions):
        raise NotFound
    if not deletes_alone(writable.referrers, model):
        await delete_dependents(tx, writable.referrers, model, ids)
    by_id = {row.id: row for row in found}
    return [by_id[one.id] for one in deletions]


def _body(
    items: Sequence[Item],
    results: Sequence[Result],
    preferences: Preferences,
    request_id: str | None,
) -> bytes:
    shown: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
    for item, result in zip(items, results, strict=True):
        shown[item.kind].append(_show(item, result, preferences, request_id))
    lists = (b'"%s":[%s]' % (kind.encode(), b",".join(those)) for kind, those in shown.items())
    return b"{%s}" % b",".join(lists)


def _show(item: Item, result: Result, preferences: Preferences, request_id: str | None) -> bytes:
    if isinstance(result, Problem):
        return b'{"status":%d,"problem":%s}' % (result.status, result.render(request_id))
    if item.kind == "delete" or preferences.returns == "minimal":
        status = _STATUSES[item.kind]
        return b'{"status":%d,"id":"%s"}' % (status, str(result.id).encode())
    return b'{"status":%d,"data":%s}' % (_STATUSES[item.kind], result.json)


_STATUSES: Final = {"create": 201, "update": 200, "delete": 204}
