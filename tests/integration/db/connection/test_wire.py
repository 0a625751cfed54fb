"""What `wire.py` relies on in asyncpg: these fail when asyncpg changes."""

from __future__ import annotations

import asyncio
import inspect

import asyncpg
import pytest
from asyncpg.protocol.protocol import BaseProtocol
from tests.integration.db.opening import open_raw

from drystone.db.connection.wire import Wire, out_of_step, state_of

LOOPS = ["asyncio", "uvloop"]


def test_the_protocol_has_what_is_called() -> None:
    names = list(inspect.signature(BaseProtocol.bind_execute).parameters)
    assert names == ["self", "state", "args", "portal_name", "limit", "return_extra", "timeout"]
    assert list(inspect.signature(BaseProtocol.query).parameters) == ["self", "query", "timeout"]
    assert list(inspect.signature(BaseProtocol._wait_for_cancellation).parameters) == [
        "self",
        "timeout",
    ]


async def test_rows_tag_and_completion(database_url: str) -> None:
    raw = await open_raw(database_url)
    wire = Wire(raw)
    prepared = await raw.prepare("SELECT n FROM generate_series(1, $1) AS n", name="one")
    state = state_of(prepared)
    rows, tag, complete = await wire.bind_execute(state, (3,), "", 0, True, 5.0)
    assert [row["n"] for row in rows] == [1, 2, 3]
    assert (tag, complete) == (b"SELECT 3", True)
    rows, _, complete = await wire.bind_execute(state, (3,), "", 1, True, 5.0)
    assert (len(rows), complete) == (1, False)
    assert await wire.query("BEGIN", 5.0) == "BEGIN"
    assert wire.in_transaction()
    assert wire.connected()
    raw.terminate()
    assert not wire.connected()


async def test_a_cancelled_statement_is_seen_and_settled(database_url: str) -> None:
    raw = await open_raw(database_url)
    wire = Wire(raw)
    assert not wire.cancelling()
    assert await wire.settle(1)
    with pytest.raises(TimeoutError):
        await wire.query("SELECT pg_sleep(60)", 0.1)
    assert wire.cancelling()
    assert await wire.settle(10)
    assert not wire.cancelling()
    assert await wire.query("SELECT 1", 5.0) == "SELECT 1"
    raw.terminate()


async def test_what_does_not_settle_is_terminated(database_url: str) -> None:
    raw = await open_raw(database_url)
    wire = Wire(raw)
    with pytest.raises(TimeoutError):
        await wire.query("SELECT pg_sleep(60)", 0.1)
    assert not await wire.settle(0.000_01)
    assert raw.is_closed()
    await asyncio.sleep(0)


async def test_an_answer_of_another_type_is_out_of_step(database_url: str) -> None:
    raw = await open_raw(database_url)
    wire = Wire(raw)
    errors = []
    for told, given in (("int4", "int8"), ("numeric", "text"), ("int8", "int2"), ("text", "int4")):
        prepared = await raw.prepare(f"SELECT 200::{told}", name=f"a_{told}")
        again = f"DEALLOCATE a_{told}; PREPARE a_{told} AS SELECT 200::{given}"
        await wire.query(again, 5.0)
        with pytest.raises(Exception) as caught:  # noqa: PT011  (many: that is the point)
            await wire.bind_execute(state_of(prepared), (), "", 0, True, 5.0)
        errors.append(out_of_step(caught.value))
    assert {type(error) for error in errors} == {asyncpg.InternalClientError}
    assert out_of_step(errors[0]) is errors[0]
    assert isinstance(out_of_step(ValueError()), ValueError)
    raw.terminate()
