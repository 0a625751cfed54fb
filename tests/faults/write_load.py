"""Clients that write and keep books of what they were told, and what must hold at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from tests.integration.db.opening import open_connection

# What may be either: done, and the answer was lost; or not done.
_UNKNOWN = frozenset({500, 502, 503, 504})
_PAUSE_SECONDS = 0.02


@dataclass(slots=True)
class Books:
    """What the writers were told.

    Attributes:
        rows: the last answer about each row that was acknowledged, by its name.
        deleted: names of rows whose deletion was acknowledged.
        keyed: names that were written with an Idempotency-Key, sent until answered.
        unknown: names that were sent once without one, and not answered.
        kept_answers: requests with a key that were acknowledged.
        lost: requests of which no answer came.
        violations: answers that cannot be.
    """

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    keyed: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    kept_answers: int = 0
    lost: int = 0
    violations: list[str] = field(default_factory=list)

    async def check(self, url: str) -> None:
        """Check the invariants, each by its name.

        K1: acked write present after recovery.
        K2: unacked write present at most once.
        K3: status 5xx/timeout = unknown, resolved by Idempotency-Key retry to exactly one
            effect.
        K5: audit rows = committed mutations (same txn), seq per entity gapless.
        """
        async with open_connection(url) as connection:
            stored = await connection.fetch("SELECT * FROM entries")
            changes = await connection.fetch(
                "SELECT row_id, version FROM drystone.history ORDER BY row_id, sequence"
            )
            answers = await connection.fetchval("SELECT count(*) FROM drystone.idempotency_keys")
        assert self.violations == []
        names = Counter(row["name"] for row in stored)
        by_name = {row["name"]: row for row in stored}
        for name, acked in self.rows.items():
            row = by_name[name]
            assert (str(row["id"]), row["amount"]) == (acked["id"], acked["amount"]), "K1"
            assert (row["deleted_at"] is not None) == (name in self.deleted), "K1"
            mutations = acked["version"] + (name in self.deleted)
            assert row["version"] == mutations, "K3"
        assert set(names) <= self.rows.keys() | self.unknown, "K1"
        assert all(names[one] <= 1 for one in self.unknown), "K2"
        assert {names[one] for one in self.keyed} <= {1}, "K3"
        assert answers == self.kept_answers, "K3"
        written = [(row["row_id"], row["version"]) for row in changes]
        expected = [
            (row["id"], version)
            for row in sorted(stored, key=lambda one: one["id"])
            for version in range(1, row["version"] + 1)
        ]
        assert written == expected, "K5"


class Writers:
    """Clients that make entries, change and delete them, with and without keys.

    Args:
        port: where they connect to; may be changed.
    """

    def __init__(self, port: int) -> None:
        self.books = Books()
        self._port = port
        self._numbers = count()
        self._acked = 0
        self._ending = False

    @asynccontextmanager
    async def working(self, clients: int) -> AsyncIterator[Books]:
        """Let so many clients work for the length of the block, and finish what they began."""
        tasks = [asyncio.create_task(self._work()) for _ in range(clients)]
        try:
            yield self.books
        finally:
            self._ending = True
            async with asyncio.timeout(30):
                await asyncio.gather(*tasks)

    async def acknowledged(self, more: int) -> None:
        """Wait until so many more writes are acknowledged."""
        target = self._acked + more
        async with asyncio.timeout(30):
            while self._acked < target:
                await asyncio.sleep(0.005)

    async def write(self, client: httpx.AsyncClient, name: str, *, path: str = "entries") -> None:
        """Make an entry, change it twice and perhaps delete it; each with a key, until told."""
        self.books.keyed.add(name)
        answer = await self._insist(client, "POST", path, name, {"name": name})
        here = f"{path}/{answer.json()['id']}"
        for amount in (1, 2):
            # Nobody else changes it: a version that moved on was moved by a lost answer.
            condition = {"If-Match": answer.headers["etag"]} if "etag" in answer.headers else {}
            answer = await self._insist(client, "PATCH", here, name, {"amount": amount}, condition)
        self.books.rows[name] = answer.json()
        if next(self._numbers) % 3 == 0:
            await self._insist(client, "DELETE", here, name, None)
            self.books.deleted.add(name)

    async def _work(self) -> None:
        async with self.client() as client:
            while not self._ending:
                number = next(self._numbers)
                if number % 2:
                    await self.write(client, f"keyed {number}")
                else:
                    await self._try(client, f"plain {number}")

    def client(self) -> httpx.AsyncClient:
        """Return a client with connections of its own."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}/api/v1", timeout=10)

    async def _try(self, client: httpx.AsyncClient, name: str) -> None:
        """Make an entry without a key; what is not answered is not sent again."""
        answer = await self._send(client, "POST", "entries", name, {"name": name})
        if answer is None or answer.status_code in _UNKNOWN:
            self.books.unknown.add(name)
        elif answer.status_code == 201:
            self.books.rows[name] = answer.json()
            self._acked += 1
        else:
            self.books.violations.append(f"{name}: {answer.status_code} {answer.text}")

    async def _insist(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        name: str,
        body: object,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request with a key of its own until it is answered."""
        key = {"Idempotency-Key": f"{next(self._numbers)}", **(headers or {})}
        async with asyncio.timeout(30):
            while True:
                answer = await self._send(client, method, path, name, body, key)
                if answer is None or answer.status_code in _UNKNOWN:
                    continue
                if answer.is_success:
                    self._acked += 1
                    self.books.kept_answers += 1
                    return answer
                if answer.status_code == 409 and answer.json()["code"] == "idempotency_conflict":
                    # The server that we lost is gone, and its transaction is not yet.
                    await asyncio.sleep(_PAUSE_SECONDS)
                    continue
                raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")

    async def _send(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        name: str,
        body: object,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | None:
        """Return the answer; None where the request was sent and none came."""
        while True:
            try:
                fields = {"X-Name": name, **(headers or {})}
                return await client.request(method, path, json=body, headers=fields)
            except httpx.ConnectError:
                # Nobody was there to ask: nothing was sent.
                await asyncio.sleep(_PAUSE_SECONDS)
            except httpx.TransportError:
                self.books.lost += 1
                return None
