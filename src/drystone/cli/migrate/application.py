"""The application that migrations are made for: its models, and their folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drystone.cli.application import load_named
from drystone.cli.failure import Misuse
from drystone.cli.migrate.place import declared_folder
from drystone.cli.target import find_target

if TYPE_CHECKING:
    from pathlib import Path

    from drystone.settings import Settings


@dataclass(frozen=True, slots=True)
class Declared:
    """What an application says of its tables.

    Attributes:
        target: the application, as `module:attribute`.
        models: all of its models; may be none.
        folder: of its migrations; may be missing on the disk.
    """

    target: str
    models: tuple[type[Any], ...]
    folder: Path


def find_declared(target: str | None, settings: Settings) -> Declared:
    """Return what the application declares.

    Args:
        target: the application that the command line names, if any.
        settings: may name it.

    Raises:
        CommandFailure: there is no such application, or it declares no folder.
    """
    name = find_target(target, settings.app)
    service = load_named(name)
    folder = declared_folder(service)
    if folder is None:
        raise Misuse(
            f'{name} declares no folder of migrations; write App(…, migrations="migrations")'
        )
    return Declared(name, tuple(getattr(service, "models", ())), folder)
