"""The addresses behind a host, looked up anew for each connection.

Nothing is remembered: after a failover a name points elsewhere. libpq tries every
address of a name (34.1.1.3), and so does `connect.py`.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drystone.db.dsn.dsn import Host


@dataclass(frozen=True, slots=True)
class Address:
    """One place to connect to.

    Attributes:
        host: what was asked for.
        target: an IP address, or the path of a Unix socket.
    """

    host: Host
    target: str

    def __str__(self) -> str:
        """Return the place for a message: the host, and the address where it says more."""
        if self.host.is_unix or self.target in {self.host.name, self.host.address}:
            return str(self.host)
        return f"{self.host} ({self.target})"


async def find_addresses(host: Host) -> tuple[Address, ...]:
    """Return the addresses of a host, in the order that the system prefers.

    Raises:
        OSError: the name cannot be looked up.
    """
    if host.is_unix:
        return (Address(host, f"{host.name}/.s.PGSQL.{host.port}"),)
    if is_numeric(name := host.address or host.name):
        return (Address(host, name),)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, host.port, type=socket.SOCK_STREAM)
    # Once each, in this order.
    targets = dict.fromkeys(str(place[0]) for *_, place in found)
    return tuple(Address(host, target) for target in targets)


def is_numeric(name: str) -> bool:
    """Return whether a name is an IP address, which needs no looking up."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
