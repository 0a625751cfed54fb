"""The application that a command looks at, loaded, or the failure that says why it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.cli.failure import CommandFailure, Misuse
from drystone.cli.loading import LoadError, load_service

if TYPE_CHECKING:
    from drystone.app import App
    from drystone.http.service import Service


def load_named(target: str) -> Service:
    """Return the service that `module:attribute` names.

    Raises:
        CommandFailure: there is none.
    """
    try:
        return load_service(target)
    except LoadError as error:
        raise CommandFailure(str(error)) from None


def load_application(target: str, *, otherwise: str) -> App:
    """Return the application that `module:attribute` names.

    Args:
        target: the name.
        otherwise: what is wrong with a service that is no `App`: `has no routes to list`.

    Raises:
        CommandFailure: there is none.
        Misuse: it is a service of another kind.
    """
    from drystone.app import App  # noqa: PLC0415  (commands without an application wait for less)

    service = load_named(target)
    if not isinstance(service, App):
        raise Misuse(f"{target} {otherwise}: it is a bare Service")
    return service
