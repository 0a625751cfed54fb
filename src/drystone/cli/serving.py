"""From settings to a running server: what `drystone serve` does once it has its flags.

This is the supervisor's process: it reads settings and never the application. Each
worker calls `service_factory`, which imports what it serves.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from drystone.http.limits import Limits
from drystone.http.processes.serve_config import ServeConfig

if TYPE_CHECKING:
    from drystone.observe.logs import Style
    from drystone.settings import Settings, SettingsReader

# By name: the supervisor's process is to stay small.
_FACTORY: Final = "drystone.cli.service_factory:make_service"
_PRODUCTION_DRAIN_DELAY_SECONDS: Final = 5.0
_PROXIED_KEEP_ALIVE_SECONDS: Final = 75.0


def read_limits(reader: SettingsReader, settings: Settings) -> Limits:
    """Return the server's bounds; two defaults depend on where it stands.

    Args:
        reader: keeps what is wrong with them.
        settings: the platform's, as the same reader read them.
    """
    defaults: dict[str, object] = {}
    if settings.is_production:
        # A load balancer has to see that we are about to stop.
        defaults["drain_delay_seconds"] = _PRODUCTION_DRAIN_DELAY_SECONDS
    if settings.trusted_proxies:
        # The proxy must be the one to close an idle connection: if it were us, its
        # next request could cross our close and be lost.
        defaults["keep_alive_timeout_seconds"] = _PROXIED_KEEP_ALIVE_SECONDS
    return reader.read(Limits, defaults=defaults)


def plan(
    settings: Settings, limits: Limits, *, target: str, asgi: bool = False, reload: bool = False
) -> ServeConfig:
    """Return what the supervisor is to do.

    Args:
        settings: where to listen, and with how many workers.
        limits: the bounds of each worker.
        target: the application as `module:attribute`.
        asgi: it is an ASGI application, not one of Drystone's.
        reload: replace the workers when a source file changes.
    """
    return ServeConfig(
        factory=_FACTORY,
        arguments={
            "target": target,
            "asgi": asgi,
            "log_level": settings.log_level,
            "log_style": choose_style(settings),
        },
        host=settings.host if settings.unix is None else None,
        port=settings.port,
        unix=settings.unix,
        workers=settings.workers,
        tls_cert=settings.tls_cert,
        tls_key=settings.tls_key,
        tls_password_file=settings.tls_password_file,
        limits=limits,
        trusted_proxies=",".join(settings.trusted_proxies),
        reload=reload,
    )


def choose_style(settings: Settings) -> Style:
    """Return how logs look: as set, or text where a person is likely to read them."""
    if settings.log_format == "auto":
        return "text" if sys.stdout.isatty() else "json"
    return "text" if settings.log_format == "console" else "json"
