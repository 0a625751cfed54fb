"""What an embedded server refuses before anything is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drystone.db.embedded.server import EmbeddedPostgres
from drystone.db.finding import find_database, place_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("port", [-1, 0, 65_536])
def test_a_port_must_be_one(port: int) -> None:
    with pytest.raises(ValueError, match="not a TCP port"):
        EmbeddedPostgres(port=port)


@pytest.mark.parametrize("name", ["", "x" * 64, "ä" * 32, "a\0b"])
def test_a_databases_name_must_fit(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a database"):
        EmbeddedPostgres(databases=["app", name])


@pytest.mark.parametrize("setting", ["port", "data_directory", "listen_addresses"])
def test_a_setting_that_would_hide_the_server_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match=setting):
        EmbeddedPostgres(settings={setting: "x"})


async def test_nothing_is_known_before_the_start(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    with pytest.raises(RuntimeError, match="not started"):
        server.url()
    with pytest.raises(RuntimeError, match="not started"):
        _ = server.server_version
    await server.stop()
    assert not (tmp_path / "postgres").exists()


async def test_a_given_url_is_used_and_nothing_is_started(tmp_path: Path) -> None:
    url = "postgresql://ann:secret@db.example/app"
    async with find_database(url, directory=tmp_path / "postgres") as found:
        assert found.url == url
        assert found.summary == "PostgreSQL at db.example:5432/app (DATABASE_URL)"
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:secret@db.example:5433/app?sslmode=require",
        "postgresql://ann@db.example/app?password=secret",
        "host=db.example password=secret",
        "postgresql://ann:sec%40ret@one:5432,two:5433/app",
        "postgresql://ann:sec/ret@one/app",
    ],
)
def test_a_summary_holds_no_password(url: str) -> None:
    assert "sec" not in place_of(url)
