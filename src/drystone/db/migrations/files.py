r"""Migration files: their names, markers and statements, read without a database.

    migrations/0007_add_due_at.sql

    -- migrate:up
    ALTER TABLE tasks ADD COLUMN due_at timestamptz;

    -- migrate:down
    ALTER TABLE tasks DROP COLUMN due_at;

The markers are dbmate's. A section runs in one transaction, together with the record of
it, unless its marker says `transaction:false`. In such a section the comment
`-- migrate:repeat` before a statement runs it until it changes no row, each time in a
transaction of its own. A file without statements under `migrate:down` is irreversible.

Numbers begin at 0001 and have no gaps: two branches that both add 0008 meet in the
folder and not in production.

Invariant: line ends are `\n` by the time anything else sees the text, so that a file
has one checksum on every system.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from .errors import FileError
from .sections import Section, SectionFaults, read_sections

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_FILE_BYTES: Final = 1024 * 1024
MAX_NUMBER: Final = 2**31 - 1

Source = Literal["drystone", "app"]

_FILE_NAME: Final = re.compile(r"(?P<number>[0-9]{4,9})_(?P<name>[a-z0-9_]{1,100})\.sql")


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """One migration, as its file says it.

    Attributes:
        number: its place in the order, from 1.
        name: what stands between number and `.sql`.
        path: of the file.
        up: how it is applied.
        down: how it is reverted; None where it cannot be.
        checksum: SHA-256 of the text with line ends normalised, in hexadecimal.
        source: whose it is: the platform's or the application's.
    """

    number: int
    name: str
    path: Path
    up: Section
    down: Section | None
    checksum: str
    source: Source = "app"

    @property
    def label(self) -> str:
        """What people call it: `0007_add_due_at`, the platform's with `drystone` before."""
        return label_of(self.source, self.number, self.name)


def label_of(source: str, number: int, name: str) -> str:
    """Return what people call a migration.

    >>> label_of("app", 7, "add_due_at"), label_of("drystone", 1, "base")
    ('0007_add_due_at', 'drystone/0001_base')
    """
    return f"{'drystone/' if source == 'drystone' else ''}{number:04d}_{name}"


def read_folder(folder: Path, *, source: Source = "app") -> tuple[MigrationFile, ...]:
    """Return the migrations of a folder, in order.

    Files that do not end in `.sql`, and hidden ones, are nobody's business here.

    Args:
        folder: must exist; may be empty.
        source: whose migrations they are.

    Raises:
        FileError: names every fault of every file.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if _is_candidate(path))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError(
            [f"{folder}: cannot be read ({reason}); make the folder, or name another"]
        ) from None
    faults: list[str] = []
    files: list[MigrationFile] = []
    for path in paths:
        try:
            files.append(read_file(path, source=source))
        except FileError as error:
            faults.extend(error.faults)
    faults.extend(
        _check_numbers(folder, [path for path in paths if _FILE_NAME.fullmatch(path.name)])
    )
    if faults:
        raise FileError(faults)
    return tuple(sorted(files, key=lambda file: file.number))


def read_file(path: Path, *, source: Source = "app") -> MigrationFile:
    """Return the migration of one file.

    Raises:
        FileError: names every fault of it.
    """
    if not _FILE_NAME.fullmatch(path.name):
        sentence = (
            "is not named like a migration; write a number of four digits, a name in small "
            "letters and .sql, such as 0001_tables.sql"
        )
        raise FileError([f"{path}: {sentence}"])
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileError(
            [f"{path}: cannot be read ({error.strerror or type(error).__name__})"]
        ) from None
    return parse_file(path, content, source=source)


def parse_file(path: Path, content: bytes, *, source: Source = "app") -> MigrationFile:
    """Return the migration that a file's bytes are.

    Args:
        path: names it; not read.
        content: all of the file.
        source: whose migration it is.

    Raises:
        FileError: names every fault of it.
    """
    matched = _FILE_NAME.fullmatch(path.name)
    if matched is None:
        raise ValueError(f"{path.name} is not named like a migration")
    text = _decode(path, content)
    try:
        up, down = read_sections(text)
    except SectionFaults as error:
        raise FileError(f"{path}:{line}: {sentence}" for line, sentence in error.faults) from None
    return MigrationFile(
        number=int(matched["number"]),
        name=matched["name"],
        path=path,
        up=up,
        down=down,
        checksum=hashlib.sha256(text.encode()).hexdigest(),
        source=source,
    )


def _is_candidate(path: Path) -> bool:
    return path.suffix.lower() == ".sql" and not path.name.startswith(".")


def _check_numbers(folder: Path, paths: Iterable[Path]) -> Iterable[str]:
    """Yield a fault for each number that is taken twice, missing or written oddly."""
    names: dict[int, Path] = {}
    for path in paths:
        digits = path.name.partition("_")[0]
        number = int(digits)
        if digits != f"{number:04d}" or number == 0:
            yield f"{path}: is not numbered as expected; numbers begin at 0001, with four digits"
        if number in names:
            yield (
                f"{path}: has the number of {names[number].name}; give one of the two the next "
                "free number"
            )
        names.setdefault(number, path)
    expected = 0
    for number in sorted(names):
        expected += 1
        if number > expected:
            which = f"{expected:04d}" if number - expected == 1 else f"{expected:04d} and more"
            yield (
                f"{names[number]}: {which} is missing before it in {folder}; restore what was "
                "there, or number the files without gaps"
            )
        expected = number


def _decode(path: Path, content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        most = f"{MAX_FILE_BYTES // 1024} KiB"
        raise FileError([f"{path}: is over {most}; load that much data by other means"])
    if content.startswith(b"\xef\xbb\xbf"):
        raise FileError([f"{path}:1: begins with a byte order mark; save it as UTF-8 without one"])
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError([f"{path}:{line}: is not UTF-8; save it as UTF-8"]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise FileError([f"{path}:{line}: holds a NUL character; remove it"])
    return text.replace("\r\n", "\n").replace("\r", "\n")
