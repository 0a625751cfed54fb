"""The servers of a connection string: its lists of hosts, addresses and ports, joined.

PostgreSQL documentation, 34.1.1.3 "Specifying Multiple Hosts": the lists have as many
elements as one another, except that one port serves for all hosts; an empty element
stands for its default.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from .dsn import SOCKET_DIRECTORIES, Host
from .error import DSNError
from .values import integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .keywords import Given

_DEFAULT_PORT: Final = 5432


def read_hosts(given: Mapping[str, Given]) -> tuple[Host, ...]:
    """Return the servers to try, in the order given.

    Where no host is named, those are the places in which PostgreSQL puts its socket.

    Raises:
        DSNError: the lists do not fit together, or hold something that is no host, no
            address or no port.
    """
    names, addresses, ports = (_elements(given, name) for name in ("host", "hostaddr", "port"))
    count = max(len(names), len(addresses)) or 1
    if len(names) not in {0, count} or len(addresses) not in {0, count}:
        raise DSNError("hostaddr and host differ in length: give each host its address")
    if len(ports) not in {0, 1, count}:
        raise DSNError("port and host differ in length: give one port, or one for each host")
    if len(ports) == 1:
        ports *= count
    return tuple(
        host
        for index in range(count)
        for host in _servers(
            names[index] if names else "",
            addresses[index] if addresses else "",
            _port(ports[index] if ports else "", given),
        )
    )


def _elements(given: Mapping[str, Given], name: str) -> list[str]:
    return given[name].value.split(",") if name in given else []


def _servers(name: str, address: str, port: int) -> Iterator[Host]:
    if name.startswith("@"):
        raise DSNError("host names an abstract Unix socket (@): give a directory instead")
    if any(sign.isspace() or not sign.isprintable() for sign in name) and name[0] != "/":
        raise DSNError("host holds a space or a control character, which no host name has")
    if ":" in name and name[0] != "/" and not _is_address(name):
        raise DSNError("host holds a port: write ports as port=1,2, or in a URI before the ?")
    if address:
        if not _is_address(address):
            raise DSNError("hostaddr is no IP address: write one, or give a name as host")
        yield Host(name, port, address)
    elif name:
        yield Host(name, port)
    else:
        yield from (Host(directory, port) for directory in SOCKET_DIRECTORIES)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _port(text: str, given: Mapping[str, Given]) -> int:
    port = integer(text) if text else _DEFAULT_PORT
    if port is None or not 1 <= port <= 65535:
        raise DSNError(f"{given['port'].place} is not a number from 1 to 65535: write 5432")
    return port
