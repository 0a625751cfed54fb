"""Making a migration: from the files that are there and the models to new files.

    files ─► catalogue ┐
                       ├─► changes ─► drafts ─► tried there and back ─► files
    models ─► catalogue┘     │
                             └─ what a person says: `decide.py`

Nothing is written here: `folder.py` does that, after all of this went well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drystone.db.changes.change import AddColumn, SetNotNull
from drystone.db.changes.compare import EVERYTHING, MODELS
from drystone.db.changes.draft import write_migration
from drystone.db.migrations.drift.difference import find_differences
from drystone.db.migrations.errors import StatementFailed
from drystone.db.migrations.scratch_schema import open_scratch_schema

from .decide import decide_changes
from .errors import NotMade
from .folder import number_drafts, read_present

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from drystone.db.catalog.records import Catalog
    from drystone.db.changes.change import Change
    from drystone.db.migrations.files import MigrationFile
    from drystone.db.migrations.scratch_schema import ConnectTo, ScratchSchema

    from .decide import Answers, Asked
    from .folder import NewFile

# SQLSTATE class 42: syntax errors, names that are not there, types that do not fit.
_MISWRITTEN = "42"


@dataclass(frozen=True, slots=True)
class Made:
    """A migration that is ready to be written.

    Attributes:
        changes: what it does, in order; empty where there is nothing to do.
        files: to write, in order.
        faults: a sentence for each thing that it does not do as it should.
    """

    changes: tuple[Change, ...] = ()
    files: tuple[NewFile, ...] = ()
    faults: tuple[str, ...] = ()


async def make_migration(
    url: str,
    folder: Path,
    models: Sequence[type[Any]],
    *,
    name: str,
    answers: Answers,
    asked: Asked | None,
    connect: ConnectTo,
    tell: Callable[[str], None],
) -> Made:
    """Return the migration that takes the files' schema to the models'.

    Args:
        url: of a database on whose server a scratch database is made; it is not read.
        folder: of the application's migrations; one that is missing is empty.
        models: all of the application's.
        name: of the migration: small letters, digits and underscores.
        answers: what was said beforehand.
        asked: who is asked for the rest; None where nobody can be.
        connect: opens a connection to a URL.
        tell: is told of each step, in a few words.

    Raises:
        FileError: the files that are there cannot be read.
        StatementFailed: PostgreSQL refuses one of them.
        DeclarationError, ModelsRefused: the models do not make tables.
        NotMade: something is missing that only a person knows.
        MigrationError, EmbeddedError: there is no server to try it on.
    """
    present = read_present(folder)
    async with open_scratch_schema(url, connect=connect, tell=tell) as scratch:
        tell("reading the schema that the migrations make")
        await scratch.apply(present)
        before = await scratch.read()
        tell("reading the schema that the models declare")
        after = await scratch.read_models(models)
        changes = decide_changes(before, after, answers=answers, asked=asked)
        if not changes:
            return Made()
        files = number_drafts(folder, present, write_migration(changes, name=name))
        parsed = [file.parse() for file in files]
        tell("trying the migration, there and back")
        faults = await _try(scratch, parsed, changes, before=before, after=after)
    return Made(changes, files, faults)


async def _try(
    scratch: ScratchSchema,
    files: Sequence[MigrationFile],
    changes: Sequence[Change],
    *,
    before: Catalog,
    after: Catalog,
) -> tuple[str, ...]:
    """Apply the files and revert them; return what is not as it should be."""
    try:
        await scratch.apply(files)
    except StatementFailed as error:
        if _has_fill(changes) and str(error.sqlstate).startswith(_MISWRITTEN):
            raise NotMade(
                f"PostgreSQL refuses it; look at --backfill:\n{_indented(error)}"
            ) from None
        return (f"'up' fails even where there are no rows:\n{_indented(error)}",)
    ups = find_differences(
        await scratch.read(), after, names=("what 'up' makes", "the models"), scope=MODELS
    )
    try:
        await scratch.revert(files)
    except StatementFailed as error:
        return (
            *(one.sentence for one in ups),
            f"'down' fails even where there are no rows:\n{_indented(error)}",
        )
    downs = find_differences(
        await scratch.read(),
        before,
        names=("what 'down' leaves", "what was there"),
        scope=EVERYTHING,
    )
    return tuple(one.sentence for one in (*ups, *downs))


def _has_fill(changes: Sequence[Change]) -> bool:
    return any(isinstance(one, AddColumn | SetNotNull) and one.backfill for one in changes)


def _indented(error: StatementFailed) -> str:
    return "\n".join(f"  {line}" for line in str(error).splitlines())
