from __future__ import annotations

import asyncio

import pytest

from drystone.observe.readiness import Readiness


async def passes() -> None:
    pass


async def fails() -> None:
    raise ConnectionError("10.0.0.5 refused")


async def hangs() -> None:
    await asyncio.Event().wait()


async def test_without_checks_all_is_well() -> None:
    assert await Readiness().failing() == []


async def test_the_names_of_failed_checks_come_in_order(caplog: pytest.LogCaptureFixture) -> None:
    readiness = Readiness(timeout_seconds=0.01)
    readiness.add("cache", fails)
    readiness.add("disk", passes)
    readiness.add("database", hangs)
    assert await readiness.failing() == ["cache", "database"]
    reasons = {record.check: record.reason for record in caplog.records}  # type: ignore[attr-defined]  # from extra
    assert reasons["cache"] == "ConnectionError('10.0.0.5 refused')"
    assert reasons["database"] == "TimeoutError()"


async def test_checks_run_at_the_same_time() -> None:
    readiness = Readiness(timeout_seconds=5)
    met = asyncio.Barrier(2)

    async def meet() -> None:
        await met.wait()

    readiness.add("one", meet)
    readiness.add("two", meet)
    assert await readiness.failing() == []


async def test_a_cancelled_probe_is_cancelled_and_not_a_failed_check() -> None:
    readiness = Readiness(timeout_seconds=5)
    readiness.add("database", hangs)
    probe = asyncio.ensure_future(readiness.failing())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe


def test_a_name_is_taken_once() -> None:
    readiness = Readiness()
    readiness.add("database", passes)
    with pytest.raises(ValueError, match="a readiness check 'database' already; rename"):
        readiness.add("database", passes)
