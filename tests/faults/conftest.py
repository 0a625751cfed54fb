"""Every supervisor that a test starts ends with the test."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.faults.supervised import Supervised

Launch = Callable[..., Awaitable[Supervised]]


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    started: list[Supervised] = []

    async def start(factory: str = "probe", **options: object) -> Supervised:
        supervised = await Supervised.start(factory, **options)  # type: ignore[arg-type]  # passed on
        started.append(supervised)
        return supervised

    yield start
    for supervised in started:
        await supervised.dispose()
