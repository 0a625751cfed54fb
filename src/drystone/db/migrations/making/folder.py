"""New migration files: numbered after those that are there, written all or not at all.

Each is first written under another name, in a hidden folder beside its place that
`files.py` does not look at, and is then linked to its own: whoever reads the folder sees
a whole file or none, and a link never takes the place of what is there.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drystone.db.migrations.errors import FileError
from drystone.db.migrations.files import MigrationFile, parse_file
from drystone.db.migrations.runner import read_files

from .errors import NotMade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.changes.draft import MigrationDraft

EMPTY = """\
-- Write statements below each marker. What cannot run in a transaction, such as CREATE
-- INDEX CONCURRENTLY, needs the marker 'migrate:up transaction:false' instead.

-- migrate:up

-- migrate:down
"""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A migration file to be.

    Attributes:
        path: where it goes.
        text: all of it.
    """

    path: Path
    text: str

    def parse(self) -> MigrationFile:
        """Return it as the migrator reads it.

        Raises:
            NotMade: it cannot be read, because of what was said on the command line.
        """
        try:
            return parse_file(self.path, self.text.encode())
        except FileError as error:
            raise NotMade(
                f"what would be written is no migration; look at --backfill:\n  {error}"
            ) from None


def read_present(folder: Path) -> tuple[MigrationFile, ...]:
    """Return the platform's migrations and a folder's; one that is missing is empty.

    Raises:
        FileError: names every fault of every file.
    """
    return read_files(folder if folder.exists() else None)


def number_drafts(
    folder: Path, present: Sequence[MigrationFile], drafts: Sequence[MigrationDraft]
) -> tuple[NewFile, ...]:
    """Return drafts as files, with the numbers that come next.

    Args:
        folder: where they go.
        present: all that are there.
        drafts: in order.
    """
    first = next_number(present)
    return tuple(
        NewFile(folder / f"{first + place:04d}_{draft.name}.sql", draft.render())
        for place, draft in enumerate(drafts)
    )


def next_number(present: Sequence[MigrationFile]) -> int:
    """Return the number of the application's next migration."""
    return max((file.number for file in present if file.source == "app"), default=0) + 1


def write_files(folder: Path, files: Sequence[NewFile]) -> None:
    """Write all of the files; the folder is made if it is missing.

    Raises:
        NotMade: one of the numbers was taken meanwhile, or the folder cannot be written;
            no file was written.
    """
    try:
        made = _make_folder(folder)
        try:
            _write(folder, files)
        except BaseException:
            for directory in made:
                directory.rmdir()
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotMade(f"{folder}: cannot be written ({reason}); nothing was written") from error


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing; return them, the inmost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _write(folder: Path, files: Sequence[NewFile]) -> None:
    placed: list[Path] = []
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as hidden:
        drafts = [_write_draft(Path(hidden), file) for file in files]
        try:
            for file, draft in zip(files, drafts, strict=True):
                _check_free(folder, file)
                os.link(draft, file.path)
                placed.append(file.path)
        except BaseException:
            for path in placed:
                path.unlink()
            raise


def _write_draft(hidden: Path, file: NewFile) -> Path:
    path = hidden / file.path.name
    with path.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(file.text)
        stream.flush()
        os.fsync(stream.fileno())
    return path


def _check_free(folder: Path, file: NewFile) -> None:
    number = file.path.name.partition("_")[0]
    for other in folder.glob(f"{number}_*.sql"):
        raise NotMade(f"{other} was written meanwhile; run the command again")
