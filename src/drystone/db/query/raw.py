"""SQL as its author wrote it, with parameters; rows become Structs, models or stay records.

    sql("SELECT status, count(*) FROM tasks WHERE project_id = $1 GROUP BY 1", project.id)
        .into(Load)

The text is never formatted: braces, percent signs and quotes are the author's. Values go
where `$1`, `$2`, … stand. Queries of a page or more live in files:

    -- Who is late, and by how much?
    -- parameter: as_of timestamptz

    SELECT … WHERE due_at < $1

    report = load_sql(Path("reports/01_overdue.sql"))
    report.with_values({"as_of": now}).into(Overdue)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .compile import check_values, compile_statement
from .statement import Prepared, Statement
from .steps import Into, RawText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from drystone.db.rows.record import Record

T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S")

_PARAMETER: Final = re.compile(r"--\s*parameter:\s*([a-z_][a-z0-9_]*)\s+(\S.*)", re.ASCII)
_NUMBER: Final = re.compile(r"\$([0-9]+)")


class SQL(Statement[T_co]):
    """A statement of one's own whose rows are of type T_co."""

    __slots__ = ()

    def into(self, target: type[S]) -> SQL[S]:
        """Make each row a Struct or model, by the names of the columns.

        Raises:
            TypeError: the target is neither.
        """
        return SQL((*self.steps, Into(target)), self.values)

    def prepare(self) -> Prepared[T_co]:
        """Return what is sent.

        Raises:
            ValueError: one of the values can be in no text.
        """
        compiled = compile_statement(self.steps)
        return Prepared(compiled.sql, check_values(self.values), compiled.decode)


def sql(text: str, *values: Any) -> SQL[Record]:
    """Return a statement of one's own.

    Args:
        text: with `$1`, `$2`, … where values belong.
        values: in this order.
    """
    return SQL((RawText(text),), values)


@dataclass(frozen=True, slots=True)
class SQLFile:
    """A statement from a file.

    Attributes:
        text: all of the file.
        about: the sentences of its first comment.
        parameters: their names and types, `$1` first.
    """

    text: str
    about: str
    parameters: tuple[tuple[str, str], ...]

    def with_values(self, values: Mapping[str, Any] | None = None) -> SQL[Record]:
        """Return the statement with its values.

        Args:
            values: by the names of the parameters.

        Raises:
            TypeError: one is missing, or is none of them.
        """
        given = values or {}
        names = [name for name, _ in self.parameters]
        missing = [name for name in names if name not in given]
        unknown = [name for name in given if name not in names]
        if missing or unknown:
            raise TypeError(
                f"the statement takes {', '.join(names) or 'no parameters'}"
                + (f"; missing: {', '.join(missing)}" if missing else "")
                + (f"; unknown: {', '.join(unknown)}" if unknown else "")
            )
        return sql(self.text, *(given[name] for name in names))


def load_sql(path: Path) -> SQLFile:
    """Read a statement with the comments at its head.

    Raises:
        OSError: the file cannot be read.
        ValueError: a name is declared twice, or the text has another number of parameters
            than are declared.
    """
    text = path.read_text("utf-8")
    about, parameters = _read_head(text)
    names = [name for name, _ in parameters]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{path}: the parameter {name} is declared twice")
    used = max((int(number) for number in _NUMBER.findall(_without_comments(text))), default=0)
    if used != len(parameters):
        raise ValueError(
            f"{path}: the text goes up to ${used}, and {len(parameters)} parameters are "
            "declared; write '-- parameter: name type' for each"
        )
    return SQLFile(text, about, parameters)


def _read_head(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the sentences and parameters of the comments at the head."""
    about: list[str] = []
    parameters: list[tuple[str, str]] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        found = _PARAMETER.match(line)
        if found:
            parameters.append((found[1], found[2].strip()))
        else:
            about.append(line.removeprefix("--").strip())
    return " ".join(about).strip(), tuple(parameters)


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
