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
BIN = Path(sys.executable).parent

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


def module_missing(*modules: str) -> str | None:
    """Return which of the modules cannot be imported here, or None."""
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"{', '.join(absent)} is not installed" if absent else None


def node_missing(*packages: str) -> str | None:
    """Return why Node or one of the packages cannot be had, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    return next(filter(None, map(node_packages.missing, packages)), None)


def _distribution(name: str) -> str:
    return f"{name} {importlib.metadata.version(name)}"


def distributions(*names: str) -> str:
    """Return Python packages with their versions."""
    return ", ".join(map(_distribution, names))


def node_version(*packages: str) -> str:
    """Return npm packages with their versions, and Node's."""
    node = subprocess.run(("node", "--version"), capture_output=True, text=True, check=True)
    versions = [f"{package} {node_packages.VERSIONS[package]}" for package in packages]
    return ", ".join([*versions, f"node {node.stdout.strip().lstrip('v')}"])


def uvicorn_command(app: str, *options: str) -> tuple[str, ...]:
    """Return the command that serves an ASGI application with uvicorn."""
    return (
        str(BIN / "uvicorn"),
        app,
        "--host=127.0.0.1",
        "--port={port}",
        "--loop=uvloop",
        "--http=httptools",
        "--no-server-header",
        f"--timeout-keep-alive={KEEP_ALIVE_SECONDS}",
        *(options or ("--no-access-log", "--log-level=warning")),
    )


def granian_command(interface: str, app: str) -> tuple[str, ...]:
    """Return the command that serves an application with granian."""
    return (
        str(BIN / "granian"),
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
        str(BIN / "drystone"),
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

_drystone_missing = partial(module_missing, "drystone.cli.main")
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
        missing=partial(module_missing, "drystone.cli.main", "bench.peers.drystone_app"),
        version=_drystone_version,
        environment=_DRYSTONE_ENVIRONMENT,
    ),
    Server(
        name="bare-protocol",
        command=(sys.executable, "-m", "bench.peers.bare_protocol", "{port}"),
        workloads=BARE,
        missing=partial(module_missing, "uvloop"),
        version=partial(_distribution, "uvloop"),
    ),
    Server(
        name="uvicorn",
        command=uvicorn_command("bench.peers.asgi_app:app"),
        workloads=(*BARE, "asgi"),
        missing=partial(module_missing, "uvicorn", "httptools"),
        version=partial(distributions, "uvicorn", "httptools"),
    ),
    Server(
        name="granian-rsgi",
        command=granian_command("rsgi", "bench.peers.rsgi_app:app"),
        workloads=BARE,
        missing=partial(module_missing, "granian"),
        version=partial(_distribution, "granian"),
    ),
    Server(
        name="granian-asgi",
        command=granian_command("asgi", "bench.peers.asgi_app:app"),
        workloads=(*BARE, "asgi"),
        missing=partial(module_missing, "granian"),
        version=partial(_distribution, "granian"),
    ),
    Server(
        name="hypercorn",
        command=(
            str(BIN / "hypercorn"),
            "bench.peers.asgi_app:app",
            "--bind=127.0.0.1:{port}",
            "--workers=1",
            "--worker-class=uvloop",
            f"--keep-alive={KEEP_ALIVE_SECONDS}",
        ),
        workloads=("plaintext", "json", "asgi", STARTUP, IDLE),
        missing=partial(module_missing, "hypercorn", "uvloop"),
        version=partial(_distribution, "hypercorn"),
    ),
    Server(
        name="fastapi",
        command=uvicorn_command("bench.peers.fastapi_app:app"),
        workloads=FRAMEWORK,
        missing=partial(module_missing, "fastapi", "uvicorn", "httptools"),
        version=partial(distributions, "fastapi", "starlette", "uvicorn"),
    ),
    Server(
        name="fastapi-logged",
        command=uvicorn_command("bench.peers.fastapi_app:app", "--access-log"),
        workloads=("full",),
        missing=partial(module_missing, "fastapi", "uvicorn", "httptools"),
        version=partial(distributions, "fastapi", "starlette", "uvicorn"),
    ),
    Server(
        name="litestar",
        command=uvicorn_command("bench.peers.litestar_app:app"),
        workloads=FRAMEWORK,
        missing=partial(module_missing, "litestar", "uvicorn", "httptools"),
        version=partial(distributions, "litestar", "uvicorn"),
    ),
    Server(
        name="node-http",
        command=("node", str(_PEERS / "node_http.mjs"), "{port}"),
        workloads=BARE,
        missing=node_missing,
        version=node_version,
        environment={"NODE_ENV": "production"},
    ),
    Server(
        name="fastify",
        command=("node", str(_PEERS / "fastify.mjs"), "{port}"),
        workloads=FRAMEWORK,
        missing=partial(node_missing, node_packages.FASTIFY),
        version=partial(node_version, node_packages.FASTIFY),
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
