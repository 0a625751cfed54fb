"""One change to one row, by its operation: the middle of every write, bulk ones included."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import msgspec

from drystone.db.transaction.transaction import Transaction

from .breaches import REFUSALS
from .create import create_row
from .delete import delete_row, deletes_alone, purge_row, restore_row, restores_alone
from .nested import create_nested, show_with_nested
from .outcome import outcome_of
from .preconditions import condition_missing
from .update import update_row

if TYPE_CHECKING:
    from drystone.db.queries import Queries

    from .change import Change, StoredRow
    from .writable import Writable


def is_one_statement(writable: Writable, change: Change) -> bool:
    """Tell whether a change needs no transaction around it."""
    if (
        writable.hooks
        or change.merges
        or change.nested
        or outcome_of(writable.model, change) is not None
    ):
        return False
    if change.operation == "delete":
        return deletes_alone(writable.referrers, writable.model)
    if change.operation == "restore":
        return restores_alone(writable.referrers, writable.model)
    return True


async def write(queries: Queries, writable: Writable, change: Change) -> StoredRow:
    """Make a change, with what the application does before and after it.

    Args:
        queries: a transaction, where `is_one_statement` says no.
        writable: the resource.
        change: what is to happen.

    Raises:
        PreconditionRequired: the resource is changed under conditions alone.
        Problem: it is refused; see the operations' own modules.
    """
    if (
        writable.resource.requires_if_match
        and change.operation != "create"
        and not change.preconditions.is_conditional
    ):
        raise condition_missing()
    if not writable.hooks and not change.nested:
        return await _write(queries, writable, change)
    assert isinstance(queries, Transaction), "hooks are run in a transaction"  # noqa: S101  (our own fault)
    for before in writable.hooks.before_of(change.operation):
        change = await before(queries, change)
    stored = await _write(queries, writable, change)
    if change.nested:
        lists = await create_nested(queries, writable, change, write=write)
    if hooks := writable.hooks.after_of(change.operation):
        row = msgspec.json.decode(stored.whole or stored.json, type=writable.model)
        for after in hooks:
            await after(queries, change, row)
    if change.nested:
        return await show_with_nested(queries, writable, change, lists)
    return stored


async def _write(queries: Queries, writable: Writable, change: Change) -> StoredRow:
    try:
        return await _dispatch(queries, writable, change)
    except REFUSALS as refusal:
        is_removal = change.operation in ("delete", "purge")
        raise writable.breaches.explain(refusal, writable.model, is_removal=is_removal) from refusal


async def _dispatch(queries: Queries, writable: Writable, change: Change) -> StoredRow:
    model, referrers, form = writable.model, writable.referrers, writable.form
    match change.operation:
        case "create":
            return await create_row(queries, model, change, form)
        case "replace" | "patch":
            return await update_row(queries, model, change, form)
        case "delete":
            return await delete_row(queries, referrers, model, change, form)
        case "restore":
            return await restore_row(queries, referrers, model, change, form)
        case "purge":
            return await purge_row(queries, model, change, form)
        case _:
            assert_never(change.operation)
