"""A command of an application's own, beside those of `drystone`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drystone.routing.chain import name_of
from drystone.routing.pattern import RouteError

if TYPE_CHECKING:
    from collections.abc import MutableMapping


@dataclass(frozen=True, slots=True)
class DeclaredCommand:
    """A command of an application.

    Attributes:
        function: does it.
        origin: where it is declared, as `file:line`.
    """

    function: Callable[..., object]
    origin: str


def declare_command(
    commands: MutableMapping[str, DeclaredCommand], function: Callable[..., object], origin: str
) -> None:
    """Add a command by its function's name, with hyphens.

    Args:
        commands: those that are declared.
        function: does it.
        origin: where it is declared, as `file:line`.

    Raises:
        RouteError: it is no function, or there is a command of its name already.
    """
    if not inspect.isfunction(function):
        raise RouteError(
            f"{origin}: {name_of(function)} is no function; write @app.command above "
            "@click.option, and leave out @click.command"
        )
    name = function.__name__.replace("_", "-")
    if name in commands:
        raise RouteError(
            f"{origin}: the command {name!r} is declared at {commands[name].origin} "
            "already; give one of them another name"
        )
    commands[name] = DeclaredCommand(function, origin)
