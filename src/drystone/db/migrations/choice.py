"""Which migrations are to be applied or reverted, and in what order.

Pure: files and the ledger's rows in, a list out, or the error that forbids to begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import HistoryError, Irreversible, MigrationError
from .history import check, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .files import MigrationFile
    from .ledger import Row
    from .sections import Section


def check_number(files: Iterable[MigrationFile], number: int | None) -> None:
    """Pass if the application has a migration of that number, or none is asked for.

    Raises:
        MigrationError: it has not.
    """
    numbers = [file.number for file in files if file.source == "app"]
    if number is not None and number not in numbers:
        known = f"the last one is {max(numbers):04d}" if numbers else "the folder has none"
        raise MigrationError(f"there is no migration {number:04d}; {known}")


def choose_pending(
    files: Sequence[MigrationFile],
    rows: Sequence[Row],
    *,
    to: int | None,
    allow_out_of_order: bool,
) -> list[MigrationFile]:
    """Return what `up` has to do, in order.

    Args:
        files: the platform's and the application's.
        rows: of the ledger.
        to: the number of the application's last one to apply; all, if None.
        allow_out_of_order: whether one may be numbered below the last applied one.

    Raises:
        HistoryError: files and rows contradict each other, or one is half reverted.
    """
    entries = compare(files, rows)
    check(entries, allow_out_of_order=allow_out_of_order)
    for entry in entries:
        if entry.state == "reverting":
            raise HistoryError(
                [f"{entry.label} is half reverted; end that with: drystone migrate down"]
            )
    return [
        file
        for entry in entries
        if (file := entry.to_apply) is not None
        and (to is None or file.source == "drystone" or file.number <= to)
    ]


def choose_reverting(
    files: Sequence[MigrationFile], rows: Sequence[Row], *, steps: int | None, to: int | None
) -> list[tuple[MigrationFile, Section]]:
    """Return what `down` has to do, the last one first.

    Args:
        files: the platform's and the application's.
        rows: of the ledger.
        steps: how many; one, where neither this nor `to` is given.
        to: the number of the last one to keep.

    Raises:
        HistoryError: files and rows contradict each other, or one is half applied.
        Irreversible: one of them has no way back.
    """
    entries = compare(files, rows)
    check(entries, allow_out_of_order=True)
    for entry in entries:
        if entry.state == "applying":
            raise HistoryError(
                [f"{entry.label} is half applied; end that with: drystone migrate up"]
            )
    applied = [
        entry.file
        for entry in reversed(entries)
        if entry.source == "app" and entry.state in {"applied", "reverting"} and entry.file
    ]
    if to is not None:
        chosen = [file for file in applied if file.number > to]
    else:
        chosen = applied[: 1 if steps is None else steps]
    return [(file, _way_back(file)) for file in chosen]


def _way_back(file: MigrationFile) -> Section:
    if file.down is None:
        raise Irreversible(
            f"{file.path}: has no statements under '-- migrate:down', so it cannot be reverted; "
            "write them, or a new migration that mends what is wrong"
        )
    return file.down
