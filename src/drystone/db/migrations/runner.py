"""Applying and reverting migrations: the platform's first, then the application's.

    lock ─► ledger made ─► files and rows compared ─► each migration in turn ─► lock freed

All that forbids to go on is found before the first statement runs. What is to be
done is `choice.py`, doing it is `work.py`.

`connect` opens a connection to the database itself, past a PgBouncer; two are held while
migrating, one of them for the lock.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import ledger
from .choice import check_number, choose_pending, choose_reverting
from .events import ignore
from .files import read_folder
from .history import compare
from .lock import hold_lock
from .patience import Patience
from .session import open_connection
from .work import Work

if TYPE_CHECKING:
    from .events import OnEvent
    from .files import MigrationFile
    from .history import Entry
    from .session import Connect

PLATFORM_FOLDER: Final = Path(__file__).with_name("platform")


def read_files(folder: Path | None) -> tuple[MigrationFile, ...]:
    """Return the platform's migrations, then those of `folder`, if any.

    Raises:
        FileError: names every fault of every file.
    """
    platform = read_folder(PLATFORM_FOLDER, source="drystone")
    return platform if folder is None else platform + read_folder(folder)


async def status(
    connect: Connect, folder: Path | None, *, on_event: OnEvent = ignore
) -> tuple[Entry, ...]:
    """Return where each migration stands; nothing is changed, no lock is taken.

    Args:
        connect: opens a connection.
        folder: of the application's migrations; None for the platform's alone.
        on_event: is told what the server says.

    Raises:
        FileError: the files cannot be read.
        LedgerUnusable, DatabaseLost: the database cannot be asked.
    """
    files = read_files(folder)
    async with open_connection(connect, on_event) as connection:
        return compare(files, await ledger.read(connection))


async def up(
    connect: Connect,
    folder: Path | None,
    *,
    to: int | None = None,
    dry_run: bool = False,
    allow_out_of_order: bool = False,
    patience: Patience | None = None,
    on_event: OnEvent = ignore,
) -> tuple[MigrationFile, ...]:
    """Apply what is pending; return it.

    Safe to call from several nodes at once: one migrates, the others wait and then find
    nothing left to do.

    Args:
        connect: opens a direct connection.
        folder: of the application's migrations; None for the platform's alone.
        to: the number of the application's last migration to apply; all, if None.
        dry_run: only say what would be applied.
        allow_out_of_order: apply also what is numbered below the last applied one.
        patience: for locks that others hold.
        on_event: is told of the progress.

    Raises:
        FileError: the files cannot be read.
        HistoryError: they contradict what was applied; nothing was done.
        StatementFailed: PostgreSQL refused; what came before is applied.
        MigrationError: another thing forbids it.
    """
    files = read_files(folder)
    check_number(files, to)
    if dry_run:
        async with open_connection(connect, on_event) as connection:
            rows = await ledger.read(connection)
        return tuple(choose_pending(files, rows, to=to, allow_out_of_order=allow_out_of_order))
    async with (
        hold_lock(connect, on_event) as lock,
        open_connection(connect, on_event) as connection,
    ):
        await ledger.prepare(connection)
        rows = await ledger.read(connection)
        pending = choose_pending(files, rows, to=to, allow_out_of_order=allow_out_of_order)
        work = Work(connection, lock, patience=patience or Patience(), on_event=on_event)
        for file in pending:
            await work.run(file, file.up, ledger.find(rows, file), reverting=False)
        return tuple(pending)


async def down(
    connect: Connect,
    folder: Path,
    *,
    steps: int | None = None,
    to: int | None = None,
    dry_run: bool = False,
    patience: Patience | None = None,
    on_event: OnEvent = ignore,
) -> tuple[MigrationFile, ...]:
    """Revert the application's last migrations; return them, the last one first.

    Args:
        connect: opens a direct connection.
        folder: of the application's migrations.
        steps: how many; one, where neither this nor `to` is given.
        to: the number of the last migration to keep; 0 keeps none.
        dry_run: only say what would be reverted.
        patience: for locks that others hold.
        on_event: is told of the progress.

    Raises:
        ValueError: both `steps` and `to` are given, or one is negative.
        Irreversible: one of them has no way back; nothing was done.
        FileError, HistoryError, StatementFailed, MigrationError: as for `up`.
    """
    if (steps is not None and to is not None) or (steps or 0) < 0 or (to or 0) < 0:
        raise ValueError("give either steps or to, not negative")
    files = read_files(folder)
    if to:
        check_number(files, to)
    if dry_run:
        async with open_connection(connect, on_event) as connection:
            rows = await ledger.read(connection)
        return tuple(file for file, _ in choose_reverting(files, rows, steps=steps, to=to))
    async with (
        hold_lock(connect, on_event) as lock,
        open_connection(connect, on_event) as connection,
    ):
        rows = await ledger.read(connection)
        chosen = choose_reverting(files, rows, steps=steps, to=to)
        work = Work(connection, lock, patience=patience or Patience(), on_event=on_event)
        for file, section in chosen:
            await work.run(file, section, ledger.find(rows, file), reverting=True)
        return tuple(file for file, _ in chosen)
