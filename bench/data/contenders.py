"""The catalogue of what is measured, and the operations that it is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from bench.data.reads import OpenReads

_PEERS = "bench.data.peers"


@dataclass(frozen=True, slots=True)
class Contender:
    """One way from Python to PostgreSQL.

    Attributes:
        name: what the command line and the tables call it.
        module: where its reads are opened, below `bench.data.peers`.
        function: what opens them.
        packages: on what it stands, as the package index calls them.
    """

    name: str
    module: str
    function: str
    packages: tuple[str, ...]

    def missing(self) -> str | None:
        """Return why it cannot be measured here, or None."""
        try:
            self.version()
        except PackageNotFoundError as error:
            return f"{error.name} is not installed"
        return None

    def version(self) -> str:
        """Return its packages, each with its version."""
        return ", ".join(f"{name} {version(name)}" for name in self.packages)

    def load(self) -> OpenReads:
        """Import it; in the process that measures it, and in no other."""
        return cast("OpenReads", getattr(import_module(f"{_PEERS}.{self.module}"), self.function))


OURS_JSON = "drystone-json"
OURS_MODELS = "drystone-models"
REFERENCE = "asyncpg-pool"

CONTENDERS = (
    Contender(OURS_JSON, "with_drystone", "json_from_postgres", ("drystone",)),
    Contender(OURS_MODELS, "with_drystone", "models", ("drystone",)),
    Contender(REFERENCE, "with_asyncpg", "pool_and_json", ("asyncpg",)),
    Contender("asyncpg-pool-msgspec", "with_asyncpg", "pool_and_msgspec", ("asyncpg", "msgspec")),
    Contender("asyncpg-held-msgspec", "with_asyncpg", "held_and_msgspec", ("asyncpg", "msgspec")),
    Contender("psycopg-pool", "with_psycopg", "pool", ("psycopg", "psycopg-pool", "msgspec")),
    Contender("sqlalchemy-core", "with_sqlalchemy", "core", ("sqlalchemy", "asyncpg", "msgspec")),
    Contender("sqlalchemy-orm", "with_sqlalchemy", "orm", ("sqlalchemy", "asyncpg", "msgspec")),
)


def contender(name: str) -> Contender:
    """Return the contender of that name."""
    return next(one for one in CONTENDERS if one.name == name)


BY_KEY = "by-key"
PAGE = "page"


@dataclass(frozen=True, slots=True)
class Load:
    """One operation, asked by so many callers at a time.

    Attributes:
        operation: BY_KEY or PAGE.
        callers: each waits for its answer before it asks again.
    """

    operation: str
    callers: int

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"{self.operation}-{self.callers}"

    @property
    def title(self) -> str:
        """One line for the report."""
        what = "a task by its id" if self.operation == BY_KEY else "twenty tasks of a project"
        who = "one caller" if self.callers == 1 else f"{self.callers} callers"
        return f"{what}, {who}"


CONNECTIONS = 10
# Alone; as many as there are connections, so that nobody waits; and many more.
LOADS = (
    Load(BY_KEY, 1),
    Load(BY_KEY, CONNECTIONS),
    Load(BY_KEY, 64),
    Load(PAGE, 1),
    Load(PAGE, 64),
)

# What is no load: no contender is asked, only these two are timed.
COPY = "copy"
PSQL = "psql"
MOMENTS = "moments"
