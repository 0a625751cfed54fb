"""The peers that come from npm, installed once into bench/.cache.

Exact versions, so that two runs compare the same things. Each package is
installed by itself: one that cannot be had does not take the others with it.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from pathlib import Path

CACHE = Path(__file__).parent / ".cache"
INSTALL_TIMEOUT_SECONDS = 180

_BUN_BUILDS = {"x86_64": "@oven/bun-linux-x64", "aarch64": "@oven/bun-linux-aarch64"}

FASTIFY = "fastify"
PG = "pg"
FASTIFY_POSTGRES = "@fastify/postgres"
BUN = _BUN_BUILDS.get(platform.machine(), _BUN_BUILDS["x86_64"])

VERSIONS = {FASTIFY: "5.12.8", PG: "8.23.1", FASTIFY_POSTGRES: "6.1.0", BUN: "1.4.5"}

# A plugin finds what it plugs into beside itself.
_BESIDE = {FASTIFY_POSTGRES: PG}


def directory(package: str) -> Path:
    """Return the directory that a package is installed into."""
    return CACHE / _BESIDE.get(package, package).rpartition("/")[2]


def installed_path(package: str) -> Path:
    """Return where the package itself lies."""
    return directory(package) / "node_modules" / package


def missing(package: str) -> str | None:
    """Install the package if need be; return why it cannot be had, or None."""
    if _installed_version(package) == VERSIONS[package]:
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    target = directory(package)
    target.mkdir(parents=True, exist_ok=True)
    command = (npm, "install", "--no-audit", "--no-fund", "--loglevel=error", f"--prefix={target}")
    try:
        subprocess.run(
            (*command, f"{package}@{VERSIONS[package]}"),
            check=True,
            capture_output=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
        )
    except (subprocess.SubprocessError, OSError):
        return f"npm could not install {package}"
    return None


def _installed_version(package: str) -> str | None:
    try:
        manifest = json.loads((installed_path(package) / "package.json").read_text())
    except (OSError, ValueError):
        return None
    version = manifest.get("version")
    return version if isinstance(version, str) else None
