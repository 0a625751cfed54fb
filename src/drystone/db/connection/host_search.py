"""The way through the servers of a connection string, and what is met on it.

Hosts, and the addresses of their names, are tried in turn, each within its share of the
time, until one answers whose session is of the kind that is wanted.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

import asyncpg

from .addresses import find_addresses
from .attempt import Login, attempt
from .connect_error import Attempt, ConnectError, HostsUnreachable, NoSuchSession
from .refusal import is_about_the_password, judge
from .session_target import describe_misfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.db.dsn.dsn import Host, TargetSession

    from .addresses import Address
    from .budget import Budget

T = TypeVar("T")
_CLOSING_SECONDS: Final = 0.5
# What an attempt may raise, beside what the operating system does.
_DRIVER_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class HostSearch:
    """One search, of one round or two.

    Args:
        login: who logs in, and where.
        budget: how long it may take.
    """

    def __init__(self, login: Login, budget: Budget) -> None:
        self._login = login
        self._budget = budget
        self._attempts: list[Attempt] = []
        self._kind: type[ConnectError] = HostsUnreachable
        self._cause: Exception | None = None

    def failure(self) -> ConnectError:
        """Return what to raise when no server is left."""
        error = self._kind(attempts=self._attempts)
        error.__cause__ = self._cause
        return error

    async def try_hosts(
        self, target: TargetSession, later: int
    ) -> asyncpg.Connection[asyncpg.Record] | None:
        """Return the first connection that fits; None when no host gave one.

        Args:
            target: the kind of session.
            later: attempts that another round will make, at least.

        Raises:
            ConnectError: a server refused for good.
        """
        hosts = self._in_order(self._login.dsn.hosts)
        for index, host in enumerate(hosts):
            left = later + len(hosts) - index - 1
            addresses = await self._look_up(host, left)
            for number, address in enumerate(addresses, start=1):
                seconds = self._share(left + len(addresses) - number + 1)
                if connection := await self._try(address, target, seconds):
                    return connection
        return None

    async def _look_up(self, host: Host, left: int) -> list[Address]:
        try:
            async with asyncio.timeout(self._share(left + 1)):
                return self._in_order(await find_addresses(host))
        except (OSError, UnicodeError) as error:
            self._note(str(host), error)
            return []

    async def _try(
        self, address: Address, target: TargetSession, seconds: float | None
    ) -> asyncpg.Connection[asyncpg.Record] | None:
        try:
            async with asyncio.timeout(seconds):
                return await self._connect(address, target)
        except ConnectError:
            raise
        except (OSError, *_DRIVER_ERRORS) as error:
            self._note(str(address), error)
            return None

    async def _connect(
        self, address: Address, target: TargetSession
    ) -> asyncpg.Connection[asyncpg.Record] | None:
        connection = await attempt(address, self._login)
        try:
            misfit = await describe_misfit(connection, target)
        except BaseException:
            connection.terminate()
            raise
        if misfit is None:
            return connection
        self._kind = NoSuchSession
        self._attempts.append(Attempt(str(address), misfit))
        with suppress(OSError, *_DRIVER_ERRORS):
            await connection.close(timeout=_CLOSING_SECONDS)
        return None

    def _note(self, place: str, error: Exception) -> None:
        """Keep why an attempt failed; raise it if no other is to be made."""
        refusal = judge(error)
        if refusal is None:
            raise error
        trouble = self._login.passwords.trouble if is_about_the_password(error) else ""
        reason = f"{refusal.reason} ({trouble})" if trouble else refusal.reason
        self._attempts.append(Attempt(place, reason))
        self._cause = error
        if refusal.is_final:
            self._kind = refusal.kind
            raise self.failure()

    def _share(self, attempts: int) -> float | None:
        return self._budget.share(asyncio.get_running_loop().time(), attempts)

    def _in_order(self, some: Sequence[T]) -> list[T]:
        if not self._login.dsn.shuffles_hosts:
            return list(some)
        return random.sample(some, len(some))
