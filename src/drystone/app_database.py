"""An application's database while it runs: opened, watched by `/readyz`, kept up, closed.

A module of its own, since an application without a database starts sooner without what is
imported here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from drystone.db.database import Database
from drystone.db.maintenance.policy import MaintenancePolicy
from drystone.db.maintenance.upkeep import Upkeep, keep_up
from drystone.db.migrations.applied import AppliedCheck
from drystone.resources.context import Context
from drystone.routing.middleware.request_id import log_context
from drystone.security.signing_key import signing_key

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from drystone.observe.readiness import Readiness
    from drystone.resources.routes import ResourceRoutes
    from drystone.settings import Settings

OpenDatabase: TypeAlias = "Callable[[Settings], Database]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDatabase:
    """What an application says of its database.

    Attributes:
        settings: say where it is.
        models: of its tables.
        migrations: the folder of the files that make those.
        policy: what is kept for how long; the default where None.
        resources: what asks it.
    """

    settings: Settings
    models: Sequence[type[Any]]
    migrations: Path | None
    policy: MaintenancePolicy | None
    resources: Sequence[ResourceRoutes]

    @asynccontextmanager
    async def open(
        self, readiness: Readiness, open_with: OpenDatabase | None
    ) -> AsyncIterator[Database]:
        """Yield the database; the resources are ready then.

        Args:
            readiness: is told what to check.
            open_with: makes the database in place of what serves, for tools that watch;
                maintenance is left alone then.

        Raises:
            ValueError: DATABASE_URL is not set, or production has no secret.
        """
        applied = AppliedCheck(self.migrations)
        make = open_with or partial(Database.from_settings, log_context=log_context)
        async with make(self.settings) as database:
            readiness.put("database", database.ping)
            readiness.put("migrations", partial(applied.run, database))
            self._prepare_resources(database)
            async with nullcontext() if open_with else self._kept_up():
                yield database

    def _prepare_resources(self, database: Database) -> None:
        if not self.resources:
            return
        context = Context(
            db=database,
            models=tuple(self.models),
            signing_key=signing_key(self.settings, "cursor"),
            rules={
                one.resource.model: one.resource.rules
                for one in reversed(self.resources)
                if one.resource.rules.is_restricted
            },
        )
        for one in self.resources:
            one.prepare_handlers(context)

    def _kept_up(self) -> AbstractAsyncContextManager[None]:
        """Return what does maintenance while the application serves, if anything does."""
        url = self.settings.database_direct_url or self.settings.database_url
        interval_seconds = self.settings.maintenance_interval_seconds
        if url is None or not interval_seconds:
            return nullcontext()
        policy = self.policy or MaintenancePolicy()
        return keep_up(Upkeep(url, self.models, policy, interval_seconds=interval_seconds))
