"""Which event loops a module's tests run on: each that its `LOOPS` names, or asyncio's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest
import uvloop

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
FACTORIES: Mapping[str, LoopFactory] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, LoopFactory]:
    module = item.getparent(pytest.Module)
    names = getattr(module.obj, "LOOPS", ["asyncio"]) if module is not None else ["asyncio"]
    return {name: FACTORIES[name] for name in names}
