"""An application, as far as it is described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from drystone.routing.router import Router


class Described(Protocol):
    """What `App` has for it.

    Attributes:
        title: what the API is called.
        version: of the API.
        models: all of the application's.
        root: every route, with whole paths.
    """

    title: str
    version: str
    models: tuple[type[Any], ...]
    root: Router
