"""Files and ledger side by side: where each migration stands, and what forbids to go on.

Pure: rows and files in, a judgement out. A migration stands in one of these states:

    applied       done, and its file is as it was
    pending       to be applied
    applying      broke off, or is under way: `up` carries on
    reverting     likewise: `down` carries on
    changed       done, but its file is another one by now
    missing       in the database, and without a file
    out of order  never applied, though a later one was: two branches were merged
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from .errors import HistoryError
from .files import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .files import MigrationFile, Source
    from .ledger import Row
    from .sections import Section

State = Literal["applied", "pending", "applying", "reverting", "changed", "missing", "out of order"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One migration, in the folder, in the database or in both.

    Attributes:
        source: whose it is.
        number: its place in the order.
        name: the file's, or the ledger's where there is no file.
        state: where it stands.
        file: None where it is missing.
        row: None where it was never applied.
    """

    source: Source
    number: int
    name: str
    state: State
    file: MigrationFile | None
    row: Row | None

    @property
    def label(self) -> str:
        """What people call it."""
        return label_of(self.source, self.number, self.name)

    @property
    def section(self) -> Section | None:
        """The section of a file that broke off; None for any other."""
        if self.file is None or self.state not in {"applying", "reverting"}:
            return None
        return self.file.up if self.state == "applying" else self.file.down

    @property
    def to_apply(self) -> MigrationFile | None:
        """The file, where `up` has something to do with it."""
        return self.file if self.state in {"pending", "applying", "out of order"} else None


def compare(files: Iterable[MigrationFile], rows: Iterable[Row]) -> tuple[Entry, ...]:
    """Return every migration with its state, the platform's first, then by number."""
    by_key = {(file.source, file.number): file for file in files}
    applied = {(row.source, row.number): row for row in rows}
    last: dict[str, int] = {}
    for source, number in applied:
        last[source] = max(last.get(source, 0), number)
    entries = []
    for key in sorted({*by_key, *applied}, key=lambda key: (key[0] == "app", key[1])):
        file, row = by_key.get(key), applied.get(key)
        name = file.name if file is not None else row.name if row is not None else ""
        state = _judge(file, row, last.get(key[0], 0))
        entries.append(Entry(key[0], key[1], name, state, file, row))
    return tuple(entries)


def _judge(file: MigrationFile | None, row: Row | None, last: int) -> State:
    if file is None:
        return "missing"
    if row is None:
        return "pending" if file.number > last else "out of order"
    if row.state != "done":
        return row.state
    same = (row.checksum, row.name) == (file.checksum, file.name)
    return "applied" if same else "changed"


def check(entries: Sequence[Entry], *, allow_out_of_order: bool = False) -> None:
    """Pass if migrations may be applied or reverted.

    Raises:
        HistoryError: files and database contradict each other; names every place.
    """
    faults = list(find_faults(entries, allow_out_of_order=allow_out_of_order))
    if faults:
        raise HistoryError(faults)


def find_faults(entries: Sequence[Entry], *, allow_out_of_order: bool = False) -> Iterator[str]:
    """Yield a line for each place where files and database contradict each other."""
    for entry in entries:
        if entry.state == "missing":
            yield _missing(entry)
        elif entry.state == "changed":
            yield _changed(entry, entries)
        elif entry.state == "out of order" and not allow_out_of_order:
            yield (
                f"{entry.label} was never applied, but later ones were; give it the next free "
                "number, or apply it now with --allow-out-of-order"
            )
        elif entry.section is not None and entry.row is not None:
            yield from _progress_faults(entry, entry.section, entry.row)


def _missing(entry: Entry) -> str:
    if entry.source == "drystone":
        return (
            f"{entry.label} was applied by a newer release of Drystone; use that release with "
            "this database"
        )
    return (
        f"{entry.label} was applied, but its file is gone; restore {entry.label}.sql, for "
        "instance from an older or newer release of the application"
    )


def _changed(entry: Entry, entries: Iterable[Entry]) -> str:
    row, file = entry.row, entry.file
    if row is None or file is None:
        return ""
    moved = next(
        (one.file for one in entries if one.file and one.file.checksum == row.checksum), None
    )
    if row.name != file.name:
        renumbered = (
            "" if moved is None or moved is file else f", which is {moved.path.name} by now"
        )
        if moved is file:
            return f"{file.path}: was applied under the name {row.name}; give the file its old name"
        return (
            f"{file.path}: the number {row.number:04d} was applied as {row.name}{renumbered}; "
            "give that its number back, and this one the next free number"
        )
    return (
        f"{file.path}: was changed after it was applied at {row.applied_at:%Y-%m-%d %H:%M} UTC; "
        "restore it, and write the change into a new migration"
    )


def _progress_faults(entry: Entry, section: Section, row: Row) -> Iterator[str]:
    """Yield a fault where what is done already is not what the file says."""
    if section.transactional:
        yield (
            f"{entry.label}: was begun without a transaction and broke off; keep "
            "'transaction:false' at its marker"
        )
    if done_checksum(section, row.position) != row.done_checksum:
        yield (
            f"{entry.label}: {row.position} of its statements are done, and those were changed "
            "in the file meanwhile; restore them, and change only what comes after"
        )


def done_checksum(section: Section, position: int) -> str:
    """Return a hash of the statements before a position; empty at the first."""
    if position == 0:
        return ""
    if position > len(section.statements):
        return "beyond the end"
    texts = "\0".join(statement.text for statement in section.statements[:position])
    return sha256(texts.encode()).hexdigest()
