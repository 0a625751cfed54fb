"""What each worker calls for the service that it serves; see `serving.plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.cli.loading import load_asgi, load_service
from drystone.observe.logs import configure_logs

if TYPE_CHECKING:
    from drystone.http.service import Service
    from drystone.observe.logs import Style


def make_service(*, target: str, asgi: bool, log_level: str, log_style: Style) -> Service:
    """Return the service, with logs configured for this process.

    Args:
        target: the application as `module:attribute`.
        asgi: it is an ASGI application, not one of Drystone's.
        log_level: the least that is logged.
        log_style: what log lines look like.

    Raises:
        LoadError: the application cannot be had.
    """
    # First of all, so that what the application logs while it is imported is seen.
    configure_logs(level=log_level, style=log_style)
    return load_asgi(target) if asgi else load_service(target)
