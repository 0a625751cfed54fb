"""An application whose models change from command to command, in a folder of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from secrets import token_hex
from textwrap import dedent, indent

from click.testing import CliRunner, Result
from tests.integration.db.migrations.place import Place

from drystone.cli.main import main

_HEAD = """\
from typing import Annotated, Literal

from drystone import App, Field, Index, Length, Model, OptionalRef, Ref, default, made_by_database

"""


class Shop:
    """The application, its migrations, and a database.

    Args:
        url: of the database.
        directory: where modules and migrations go; searched for modules.
    """

    def __init__(self, url: str, directory: Path) -> None:
        self.directory = directory
        self.place = Place(url, directory / "migrations")
        self._target = ""

    def declare(self, **models: str) -> None:
        """Write the application anew, with the body of each model's class."""
        # Another module each time: Python keeps what it has imported.
        name = f"shop_{token_hex(4)}"
        classes = "".join(
            f"class {model}(Model):\n{indent(dedent(body).strip(), '    ')}\n\n\n"
            for model, body in models.items()
        )
        listed = ", ".join(models)
        app = f'app = App(models=[{listed}], migrations="migrations")\n'
        (self.directory / f"{name}.py").write_text(f"{_HEAD}\n{classes}{app}")
        self._target = f"{name}:app"

    async def run(self, command: str, *arguments: str, typed: str | None = None) -> Result:
        """Run a command of `drystone migrate` on the application, on a thread of its own."""
        words = [*arguments]
        words.insert(1 if command == "make" else 0, self._target)
        return await self.command(command, *words, typed=typed)

    async def command(self, *words: str, typed: str | None = None) -> Result:
        """Run a command as it is given."""
        return await asyncio.to_thread(CliRunner().invoke, main, ["migrate", *words], input=typed)

    async def make(self, name: str, *options: str, typed: str | None = None) -> list[str]:
        """Make a migration; return the names of all files, which must have gone well."""
        result = await self.run("make", name, *options, typed=typed)
        assert result.exit_code == 0, result.output
        return self.files

    async def up(self) -> None:
        """Apply what is pending."""
        result = await self.run("up")
        assert result.exit_code == 0, result.output

    @property
    def files(self) -> list[str]:
        """The names of the migrations, in order."""
        folder = self.place.folder
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def read(self, name: str) -> str:
        """Return a migration's text."""
        return (self.place.folder / name).read_text()
