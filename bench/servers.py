"""The catalogue: every server, its command, and what it needs to be there.

One worker each, access log off unless the name says otherwise, the answer's
`Server` field off where there is a switch for it, and keep-alive long enough
for `idle`; all else as the server's documentation has it.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import node_packages
from bench.workloads import IDLE, STARTUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parent.parent
KEEP_ALIVE_SECONDS = 75

_PEERS = Path(__file__).parent / "peers"
_BIN = Path(sys.executable).parent

BARE = ("plaintext", "json", "plaintext-varied", "json-varied", STARTUP, IDLE)
FRAMEWORK = ("plaintext", "json", STARTUP, IDLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One entry of the catalogue.

    Attributes:
        name: what the command line and the tables call it.
        command: program and arguments; `{port}` is filled in.
        workloads: the names of those it takes part in.
        missing: returns why it cannot run here, or None.
        version: returns what is measured, for the report.
        environment: added to the harness's own.
    """

    name: str
    command: tuple[str, ...]
    workloads: tuple[str, ...]
    missing: Callable[[], str | None]
    version: Callable[[], str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def command_on(self, port: int) -> list[str]:
        """Return the command that serves on this port."""
        return [part.replace("{port}", str(port)) for part in self.command]

    def full_environment(self) -> dict[str, str]:
        """Return the environment of the process."""
        return {**os.environ, "PYTHONPATH": str(ROOT), **self.environment}


def _module_missing(*modules: str) -> str | None:
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"{', '.join(absent)} is not installed" if absent else None


def _node_missing(package: str | None = None) -> str | None:
    if shutil.which("node") is None:
        return "node is not installed"
    return node_packages.missing(package) if package else None


def _distribution(name: str) -> str:
    return f"{name} {importlib.metadata.version(name)}"


def _distributions(*names: str) -> str:
    return ", ".join(map(_distribution, names))


def _node_version(package: str | None = None) -> str:
    node = subprocess.run(("node", "--version"), capture_output=True, text=True, check=True)
    version = f"node {node.stdout.strip().lstrip('v')}"
    return f"{package} {node_packages.VERSIONS[package]}, {version}" if package else version


def _uvicorn(app: str, *options: str) -> tuple[str, ...]:
    return (
        str(_BIN / "uvicorn"),
        app,
        "--host=127.0.0.1",
        "--port={port}",
        "--loop=uvloop",
        "--http=httptools",
        "--no-server-header",
        f"--timeout-keep-alive={KEEP_ALIVE_SECONDS}",
        *(options or ("--no-access-log", "--log-level=warning")),
    )


def _granian(interface: str, app: str) -> tuple[str, ...]:
    return (
        str(_BIN / "granian"),
        f"--interface={interface}",
        "--host=127.0.0.1",
        "--port={port}",
        "--workers=1",
        "--loop=uvloop",
        # Its bound on requests under way bounds open connections too; 1,024 otherwise.
        "--backpressure=11000",
        "--no-ws",
        "--log-level=warning",
        app,
    )


def _drystone(*target: str) -> tuple[str, ...]:
    return (
        str(_BIN / "drystone"),
        "serve",
        *target,
        "--host=127.0.0.1",
        "--port={port}",
        "--workers=1",
    )


# As the peers above: long enough, and room for 10,000 and the harness's probe.
_DRYSTONE_ENVIRONMENT = {
    "DRYSTONE_KEEP_ALIVE_TIMEOUT_SECONDS": str(KEEP_ALIVE_SECONDS),
    "DRYSTONE_MAX_CONNECTIONS": "11000",
}

_drystone_missing = partial(_module_missing, "drystone.cli.main")
_drystone_version = partial(_distribution, "drystone")

CATALOGUE = (
    Server(
        name="drystone",
        command=_drystone("bench.peers.drystone_service:service"),
        workloads=BARE,
        missing=_drystone_missing,
        version=_drystone_version,
        environment=_DRYSTONE_ENVIRONMENT,
    ),
    Server(
        name="drystone-asgi",
        command=_drystone("--asgi", "bench.peers.asgi_app:app"),
        workloads=("asgi",),
        missing=_drystone_missing,
        version=_drystone_version,
        environment=_DRYSTONE_ENVIRONMENT,
    ),
    Server(
        name="drystone-app",
        command=_drystone("bench.peers.drystone_app:app"),
        workloads=("full",),
        missing=partial(_module_missing, "drystone.cli.main", "bench.peers.drystone_app"),
        version=_drystone_version,
        environment=_DRYSTONE_ENVIRONMENT,
    ),
    Server(
        name="bare-protocol",
        command=(sys.executable, "-m", "bench.peers.bare_protocol", "{port}"),
        workloads=BARE,
        missing=partial(_module_missing, "uvloop"),
        version=partial(_distribution, "uvloop"),
    ),
    Server(
        name="uvicorn",
        command=_uvicorn("bench.peers.asgi_app:app"),
        workloads=(*BARE, "asgi"),
        missing=partial(_module_missing, "uvicorn", "httptools"),
        version=partial(_distributions, "uvicorn", "httptools"),
    ),
    Server(
        name="granian-rsgi",
        command=_granian("rsgi", "bench.peers.rsgi_app:app"),
        workloads=BARE,
        missing=partial(_module_missing, "granian"),
        version=partial(_distribution, "granian"),
    ),
    Server(
        name="granian-asgi",
        command=_granian("asgi", "bench.peers.asgi_app:app"),
        workloads=(*BARE, "asgi"),
        missing=partial(_module_missing, "granian"),
        version=partial(_distribution, "granian"),
    ),
    Server(
        name="hypercorn",
        command=(
            str(_BIN / "hypercorn"),
            "bench.peers.asgi_app:app",
            "--bind=127.0.0.1:{port}",
            "--workers=1",
            "--worker-class=uvloop",
            f"--keep-alive={KEEP_ALIVE_SECONDS}",
        ),
        workloads=("plaintext", "json", "asgi", STARTUP, IDLE),
        missing=partial(_module_missing, "hypercorn", "uvloop"),
        version=partial(_distribution, "hypercorn"),
    ),
    Server(
        name="fastapi",
        command=_uvicorn("bench.peers.fastapi_app:app"),
        workloads=FRAMEWORK,
        missing=partial(_module_missing, "fastapi", "uvicorn", "httptools"),
        version=partial(_distributions, "fastapi", "starlette", "uvicorn"),
    ),
    Server(
        name="fastapi-logged",
        command=_uvicorn("bench.peers.fastapi_app:app", "--access-log"),
        workloads=("full",),
        missing=partial(_module_missing, "fastapi", "uvicorn", "httptools"),
        version=partial(_distributions, "fastapi", "starlette", "uvicorn"),
    ),
    Server(
        name="litestar",
        command=_uvicorn("bench.peers.litestar_app:app"),
        workloads=FRAMEWORK,
        missing=partial(_module_missing, "litestar", "uvicorn", "httptools"),
        version=partial(_distributions, "litestar", "uvicorn"),
    ),
    Server(
        name="node-http",
        command=("node", str(_PEERS / "node_http.mjs"), "{port}"),
        workloads=BARE,
        missing=_node_missing,
        version=_node_version,
        environment={"NODE_ENV": "production"},
    ),
    Server(
        name="fastify",
        command=("node", str(_PEERS / "fastify.mjs"), "{port}"),
        workloads=FRAMEWORK,
        missing=partial(_node_missing, node_packages.FASTIFY),
        version=partial(_node_version, node_packages.FASTIFY),
        environment={
            "NODE_ENV": "production",
            "BENCH_NODE_PACKAGES": str(node_packages.directory(node_packages.FASTIFY)),
        },
    ),
    Server(
        name="bun",
        command=(
            str(node_packages.installed_path(node_packages.BUN) / "bin" / "bun"),
            str(_PEERS / "bun.mjs"),
            "{port}",
        ),
        workloads=BARE,
        missing=partial(node_packages.missing, node_packages.BUN),
        version=lambda: f"bun {node_packages.VERSIONS[node_packages.BUN]}",
        environment={"NODE_ENV": "production"},
    ),
)
