"""The catalogue: every contender's server, and how it is asked.

One server process each, a pool of ten connections, access logs off, keep-alive long enough
for the run; all else as the documentation has it. Ours is `drystone serve` with its defaults,
of which the log level alone is another: without it each request would write its line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench import node_packages
from bench.api import dialects, pocketbase
from bench.api.workloads import SHARED, WALKS
from bench.servers import (
    BIN,
    Server,
    distributions,
    granian_command,
    module_missing,
    node_missing,
    node_version,
    uvicorn_command,
)

if TYPE_CHECKING:
    from bench.api.dialects import Dialect

_PEERS = "bench.api.peers"
_FILES = "bench/api/peers"

OURS = "drystone"
BUN = "bun"
POCKETBASE = "pocketbase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to serve the tasks.

    Attributes:
        server: its command and what it needs.
        dialect: how it is asked.
        in_python: whether it is compared as a Python peer.
        keeps_own_data: whether it has a database of its own in place of PostgreSQL; it
            lies in `{data}` of the command.
    """

    server: Server
    dialect: Dialect = dialects.WRITTEN
    in_python: bool = True
    keeps_own_data: bool = False

    @property
    def name(self) -> str:
        """What the command line and the tables call it."""
        return self.server.name

    @property
    def is_ours(self) -> bool:
        """Whether it is Drystone."""
        return self.name == OURS


def _asgi(name: str, module: str, *packages: str) -> Contender:
    modules = [package.partition("[")[0] for package in packages]
    return Contender(
        server=Server(
            name=name,
            command=uvicorn_command(f"{_PEERS}.{module}:app"),
            workloads=SHARED,
            missing=partial(module_missing, "uvicorn", "httptools", *modules),
            version=partial(distributions, *packages, "uvicorn"),
        )
    )


def _node(name: str, file: str, *packages: str) -> Contender:
    return Contender(
        server=Server(
            name=name,
            command=("node", f"{_FILES}/{file}", "{port}"),
            workloads=SHARED,
            missing=partial(node_missing, *packages),
            version=partial(node_version, *packages),
            environment={
                "NODE_ENV": "production",
                "BENCH_NODE_PACKAGES": str(node_packages.directory(node_packages.FASTIFY)),
                "BENCH_PG_PACKAGES": str(node_packages.directory(node_packages.PG)),
            },
        ),
        in_python=False,
    )


CATALOGUE = (
    Contender(
        server=Server(
            name=OURS,
            command=(
                *(str(BIN / "drystone"), "serve", f"{_PEERS}.drystone_app:app"),
                *("--host=127.0.0.1", "--port={port}", "--workers=1", "--log-level=warning"),
            ),
            workloads=(*SHARED[:-1], *WALKS, SHARED[-1]),
            missing=partial(module_missing, "drystone"),
            version=partial(distributions, "drystone"),
        ),
        dialect=dialects.OURS,
    ),
    _asgi("uvicorn-asyncpg", "uvicorn_app", "asyncpg", "msgspec"),
    Contender(
        server=Server(
            name="granian-asyncpg",
            command=granian_command("rsgi", f"{_PEERS}.granian_app:app"),
            workloads=SHARED,
            missing=partial(module_missing, "granian", "asyncpg"),
            version=partial(distributions, "granian", "asyncpg", "msgspec"),
        )
    ),
    _asgi("fastapi-asyncpg", "fastapi_asyncpg_app", "fastapi", "asyncpg"),
    _asgi("fastapi-sqlalchemy", "fastapi_sqlalchemy_app", "fastapi", "sqlalchemy", "asyncpg"),
    _asgi("litestar-asyncpg", "litestar_app", "litestar", "asyncpg"),
    Contender(
        server=Server(
            name="django-rest",
            command=(
                *(str(BIN / "gunicorn"), f"{_PEERS}.django_app:app", "--bind=127.0.0.1:{port}"),
                # A thread for each connection of the pool.
                *("--workers=1", "--worker-class=gthread", "--threads=10"),
                *("--keep-alive=75", "--log-level=warning"),
            ),
            workloads=SHARED,
            missing=partial(module_missing, "django", "rest_framework", "gunicorn", "psycopg_pool"),
            version=partial(distributions, "django", "djangorestframework", "gunicorn", "psycopg"),
        ),
        dialect=dialects.DJANGO,
    ),
    _node("node-pg", "node_pg.mjs", node_packages.PG),
    _node(
        "fastify-pg",
        "fastify_pg.mjs",
        *(node_packages.FASTIFY, node_packages.PG, node_packages.FASTIFY_POSTGRES),
    ),
    Contender(
        server=Server(
            name=BUN,
            command=(
                str(node_packages.installed_path(node_packages.BUN) / "bin" / "bun"),
                *(f"{_FILES}/bun_sql.mjs", "{port}"),
            ),
            workloads=SHARED,
            missing=partial(node_packages.missing, node_packages.BUN),
            version=lambda: f"bun {node_packages.VERSIONS[node_packages.BUN]}",
            environment={"NODE_ENV": "production"},
        ),
        in_python=False,
    ),
    Contender(
        server=Server(
            name=POCKETBASE,
            command=(
                *(str(pocketbase.BINARY), "serve", "--http=127.0.0.1:{port}", "--dir={data}"),
                f"--migrationsDir={pocketbase.MIGRATIONS}",
                *(f"--hooksDir={pocketbase.HOOKS}", "--hooksWatch=false"),
            ),
            workloads=SHARED,
            missing=lambda: None if pocketbase.BINARY.exists() else "pocketbase is not installed",
            version=partial(distributions, pocketbase.PACKAGE),
        ),
        dialect=dialects.POCKETBASE,
        in_python=False,
        keeps_own_data=True,
    ),
)
