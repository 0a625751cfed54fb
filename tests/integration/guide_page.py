"""A guide as a reader follows it: its blocks of Python run in order, in one module.

    ```python            is run; `await` may stand at the top
    ```python raises     is run, and ends in an error
    ```text              what the block above printed, or the error that it ended in
    ```sql               the SQL of the statement that the block above ends with; without
                         one, of the tables that the models declared so far become
    ```json              the last line that was logged

An ellipsis stands for anything. Blocks of other languages are not run.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import inspect
import io
import linecache
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from drystone.db.ddl.statements import create_script
from drystone.db.query.statement import Command, Statement
from drystone.schema.model.model import Model
from drystone.schema.model.model_meta import ModelMeta

_BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | __future__.annotations.compiler_flag
_KINDS = {"python", "python raises", "text", "sql", "json"}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page.

    Attributes:
        kind: what stands behind its backquotes.
        line: the number of its first line.
        text: the lines.
    """

    kind: str
    line: int
    text: str


def read_blocks(page: str, kinds: Collection[str] = _KINDS) -> Iterator[Block]:
    """Yield the blocks that count, in order."""
    for found in _BLOCK.finditer(page):
        if found[1] in kinds:
            yield Block(found[1], page[: found.start(2)].count("\n") + 1, found[2])


class GuidePage:
    """One page being run.

    Args:
        path: of the page.
        names: that its Python finds there.
        last_log_line: returns what was logged last.
    """

    def __init__(
        self,
        path: Path,
        names: Mapping[str, Any],
        *,
        last_log_line: Callable[[], str] = lambda: "",
    ) -> None:
        self._last_log_line = last_log_line
        self.blocks = list(read_blocks(path.read_text("utf-8")))
        self._module = ModuleType(f"guide_{path.stem}")
        vars(self._module).update(names)
        self._value: object = None
        self._printed = ""

    async def run(self, block: Block) -> None:
        """Run a block, or compare it with what the one above it did."""
        if block.kind.startswith("python"):
            await self._run_python(block)
        elif block.kind == "text":
            assert _pattern(block.text).fullmatch(self._printed.strip()), self._told(block)
        elif block.kind == "json":
            line = self._last_log_line()
            assert _pattern(block.text).fullmatch(line), f"line {block.line}: {line}"
        else:
            for statement in self._statements(block):
                assert _pattern(statement).search(self._sql()), self._told(block)

    @property
    def models(self) -> list[type[Any]]:
        """The models declared so far."""
        values = vars(self._module).values()
        found = [one for one in values if isinstance(one, ModelMeta) and one is not Model]
        return [one for one in found if hasattr(one, "id")]

    async def _run_python(self, block: Block) -> None:
        sys.modules[self._module.__name__] = self._module
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                await self._execute(block)
        except Exception as error:
            if block.kind != "python raises":
                error.add_note(f"in the block at line {block.line}")
                raise
            output.write(f"{type(error).__name__}: {error}")
        else:
            assert block.kind == "python", f"the block at line {block.line} raised nothing"
        finally:
            del sys.modules[self._module.__name__]
        self._printed = output.getvalue()

    async def _execute(self, block: Block) -> None:
        tree = ast.parse(block.text, "app.py")
        last = tree.body[-1]
        self._value = None
        if isinstance(last, ast.Expr):
            tree.body[-1] = ast.Assign([ast.Name("_value", ast.Store())], last.value)
            ast.fix_missing_locations(tree)
        # Where a mistake in a class is told from.
        lines = block.text.splitlines(keepends=True)
        linecache.cache["app.py"] = (len(block.text), None, lines, "app.py")
        code = compile(tree, "app.py", "exec", flags=_FLAGS, dont_inherit=True)
        result = eval(code, vars(self._module))
        if inspect.isawaitable(result):
            await result
        self._value = vars(self._module).pop("_value", None)

    def _sql(self) -> str:
        if isinstance(self._value, Statement | Command):
            return _squeeze(self._value.sql) + ";"
        return _squeeze(create_script(self.models))

    def _statements(self, block: Block) -> list[str]:
        """Return the parts that have to be found: all of a statement, or lines of a script."""
        text = block.text.strip()
        if isinstance(self._value, Statement | Command):
            return [_squeeze(text).rstrip(";") + ";"]
        return [_squeeze(part) for part in text.split("\n\n")]

    def _told(self, block: Block) -> str:
        return f"line {block.line}:\n{self._printed or self._sql()}"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*?".join(map(re.escape, text.strip().split("…"))), re.DOTALL)


def _squeeze(sql: str) -> str:
    """Return a text with one blank wherever there is space, as it reads on one line."""
    text = re.sub(r"\s+", " ", sql.strip())
    return text.replace("( ", "(").replace(" )", ")")
