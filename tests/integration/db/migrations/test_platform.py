"""What the platform's own migrations make: ids in order, versions that rise."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.integration.db.migrations.place import Place

from drystone.db.migrations.runner import up


@pytest.fixture
async def platform(place: Place) -> Place:
    await up(place.connect, None)
    return place


async def test_an_id_is_a_uuid_of_version_7_with_the_time(platform: Place) -> None:
    before = datetime.now(UTC).timestamp()
    found = await platform.value("SELECT drystone.uuid7()")
    assert isinstance(found, UUID)
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert before - 60 < (found.int >> 80) / 1000 < time.time() + 60
    server = await platform.value(
        "SELECT abs(extract(epoch FROM clock_timestamp()) * 1000"
        " - ('x' || left(replace(drystone.uuid7()::text, '-', ''), 12))::bit(48)::bigint) < 60000"
    )
    assert server is True


async def test_ids_are_in_order_within_a_millisecond_and_never_the_same(platform: Place) -> None:
    async with platform.connection() as connection:
        rows = await connection.fetch(
            "SELECT drystone.uuid7() AS id FROM generate_series(1, 20000)"
        )
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    # The first 64 bits hold the time to a quarter of a microsecond.
    times = [one.int >> 64 for one in ids]
    assert times == sorted(times)
    milliseconds = {one >> 16 for one in times}
    assert len(set(times)) > 10 * len(milliseconds)


async def test_the_fraction_of_the_millisecond_uses_all_of_its_bits(platform: Place) -> None:
    fractions = [one.int >> 64 & 0xFFF for one in await _ids(platform, 20000)]
    assert min(fractions) < 400
    assert max(fractions) > 3600


async def _ids(place: Place, count: int) -> list[UUID]:
    async with place.connection() as connection:
        rows = await connection.fetch(
            "SELECT drystone.uuid7() AS id FROM generate_series(1, $1)", count
        )
    return [row["id"] for row in rows]


async def test_ids_do_not_hang_on_the_search_path(platform: Place) -> None:
    async with platform.connection() as connection:
        await connection.execute(
            "CREATE SCHEMA evil; CREATE FUNCTION evil.to_hex(bigint) RETURNS text LANGUAGE sql"
            " RETURN 'evil'; SET search_path = evil, pg_catalog"
        )
        assert (await connection.fetchval("SELECT drystone.uuid7()")).version == 7


async def test_a_row_that_changes_gets_the_next_version_and_the_time(platform: Place) -> None:
    await platform.run(
        "CREATE TABLE t (id uuid PRIMARY KEY DEFAULT drystone.uuid7(), a int,"
        " version bigint NOT NULL DEFAULT 1,"
        " updated_at timestamptz NOT NULL DEFAULT 'epoch')",
        "CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW"
        " WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION drystone.touch()",
        "INSERT INTO t (a) VALUES (1)",
        "UPDATE t SET a = 1",
    )
    assert await platform.value("SELECT version FROM t WHERE updated_at = 'epoch'") == 1
    await platform.run("UPDATE t SET a = 2", "UPDATE t SET a = 3, version = 99")
    assert (
        await platform.value("SELECT version FROM t WHERE updated_at > now() - interval '1 hour'")
        == 3
    )
