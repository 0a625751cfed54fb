"""The variables that settings are read from, and where each came from.

Three places, the first that has a name wins: flags of the command line, the process's
environment, and the file `.env` of the working directory (python-dotenv reads its
grammar). A variable that is empty counts as not set, because compose files and
container platforms write `NAME=` for what they leave out.

A secret can be kept in a file instead, as Docker and Kubernetes mount them:
`DRYSTONE_SECRET_KEY_FILE` names the file that holds `DRYSTONE_SECRET_KEY`.

Left out on purpose: interpolation in `.env`. A password may hold `${`, and what is
written is what is meant.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

ENV_FILE: Final = Path(".env")
_MAX_ENV_FILE_BYTES: Final = 1024 * 1024
_MAX_SECRET_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Variable:
    """One name and its text.

    Attributes:
        name: such as `DRYSTONE_WORKERS`.
        text: never empty, still to be parsed.
        source: `environment`, `.env:3`, `--workers` or the path of a secret's file.
    """

    name: str
    text: str
    source: str

    def show(self, *, secret: bool) -> str:
        """Return it as the person who set it wrote it; a secret's text is left out.

        >>> Variable("PORT", "x", "--port").show(secret=False)
        '--port x'
        >>> Variable("DATABASE_URL", "hunter2", ".env:3").show(secret=True)
        'DATABASE_URL=(hidden) (.env:3)'
        """
        text = "(hidden)" if secret else _one_line(self.text)
        if self.source.startswith("--"):
            return f"{self.source} {text}"
        place = "" if self.source == "environment" else f" ({self.source})"
        return f"{self.name}={text}{place}"


class VariableFault(ValueError):
    """A variable cannot be had. The message is one line with the mend."""


class Variables:
    """Every variable that is set, by name.

    Args:
        variables: one for each name.
        faults: lines of `.env` that could not be read, each with its mend.
    """

    def __init__(self, variables: Mapping[str, Variable], *, faults: tuple[str, ...] = ()) -> None:
        self._variables = dict(variables)
        self.faults = faults

    @classmethod
    def from_process(
        cls, environ: Mapping[str, str] | None = None, *, env_file: Path = ENV_FILE
    ) -> Self:
        """Read the environment, and the file for what is not set there.

        Args:
            environ: the process's own when not given.
            env_file: need not exist.
        """
        written, faults = _read_env_file(env_file)
        environment = os.environ if environ is None else environ
        set_here = {
            name: Variable(name, text, "environment") for name, text in environment.items() if text
        }
        return cls(written | set_here, faults=tuple(faults))

    def with_flags(self, flags: Mapping[str, tuple[str, str | None]]) -> Self:
        """Return these variables under what the command line says.

        Args:
            flags: for a variable's name, the flag and its text; None where the flag
                was not given.
        """
        given = {name: Variable(name, text, flag) for name, (flag, text) in flags.items() if text}
        return type(self)(self._variables | given, faults=self.faults)

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def get(self, name: str) -> Variable | None:
        """Return the variable, or None where it is not set."""
        return self._variables.get(name)

    def get_secret(self, name: str) -> Variable | None:
        """Return the variable from its own name or from the file that `name_FILE` names.

        Raises:
            VariableFault: both are set, or the file cannot be used.
        """
        direct, file = self.get(name), self.get(f"{name}_FILE")
        if direct is None or file is None:
            return direct if file is None else _read_secret(name, file)
        if _rank(direct) == _rank(file):
            raise VariableFault(f"{name} and {file.name} are both set; remove one of them")
        return direct if _rank(direct) < _rank(file) else _read_secret(name, file)

    def export(self, environ: MutableMapping[str, str] | None = None) -> None:
        """Set in the environment what is not there, for the application and for workers."""
        target = os.environ if environ is None else environ
        for variable in self._variables.values():
            if variable.source.startswith("--") or not target.get(variable.name):
                target[variable.name] = variable.text


def _rank(variable: Variable) -> int:
    """Return how near the place is to the person who starts the process; 0 is nearest."""
    if variable.source.startswith("--"):
        return 0
    return 1 if variable.source == "environment" else 2


def _read_secret(name: str, file: Variable) -> Variable:
    try:
        with Path(file.text).open("rb") as stream:
            content = stream.read(_MAX_SECRET_BYTES + 1)
        text = content.decode().rstrip("\r\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise VariableFault(
            f"{file.show(secret=False)}: cannot be read ({reason}); name a file that this "
            "process may read"
        ) from None
    except UnicodeDecodeError:
        raise VariableFault(
            f"{file.show(secret=False)}: is not UTF-8 text; write the secret as text"
        ) from None
    if not text or len(content) > _MAX_SECRET_BYTES:
        what = f"is over {_MAX_SECRET_BYTES} bytes" if text else "is empty"
        raise VariableFault(
            f"{file.show(secret=False)}: {what}; write the secret into it, and nothing else"
        )
    return Variable(name, text, file.text)


def _read_env_file(path: Path) -> tuple[dict[str, Variable], list[str]]:
    """Return what the file sets, and a line for each fault."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            content = stream.read(_MAX_ENV_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{path}: cannot be read ({error}); mend or remove it"]
    if len(content) > _MAX_ENV_FILE_BYTES:
        return {}, [f"{path}: is over {_MAX_ENV_FILE_BYTES} characters; is it the right file?"]
    return _parse_env_file(path, content)


def _parse_env_file(path: Path, content: str) -> tuple[dict[str, Variable], list[str]]:
    # Only here: most runs have no such file, and the command must start quickly.
    from io import StringIO  # noqa: PLC0415

    from dotenv.parser import parse_stream  # noqa: PLC0415

    variables: dict[str, Variable] = {}
    faults: list[str] = []
    for binding in parse_stream(StringIO(content)):
        # A binding begins with the blank lines before it.
        written = binding.original.string
        blank = written[: len(written) - len(written.lstrip())].count("\n")
        place = f"{path}:{binding.original.line + blank}"
        if binding.error:
            faults.append(f"{place}: is not NAME=value; mend it, or begin the line with #")
        elif binding.key and binding.value:
            # As a shell would have it, the last of two lines counts.
            variables[binding.key] = Variable(binding.key, binding.value, place)
    return variables, faults


def _one_line(text: str) -> str:
    """Return text that fits into a message: no line breaks, nothing endless."""
    shown = text if text.isprintable() else repr(text)
    return shown if len(shown) <= 100 else f"{shown[:100]}..."
