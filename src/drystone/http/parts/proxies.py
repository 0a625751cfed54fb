"""Which peers are proxies of ours, so that their word on the client counts.

`TrustedProxies` is read from a setting once. The server asks it about each
connection, `forwarded.py` about each hop that a proxy names.

Invariants:
- One client, one address: an IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`, as a
  dual-stack socket reports it) is the IPv4 address, and scope ids are dropped.
- What is not an address is never trusted.

Left out on purpose: host names. They would have to be resolved, and the answer would
depend on when.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNIX_SOCKET = ""
"""The address of a peer on a Unix socket."""


def parse_address(text: str) -> Address | None:
    """Return the IP address that `text` spells; None where it spells none.

    >>> parse_address("::ffff:192.0.2.1"), parse_address("localhost")
    (IPv4Address('192.0.2.1'), None)
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def canonical_address(text: str) -> str:
    """Return the one spelling of the address `text`, and any other text unchanged.

    >>> canonical_address("::FFFF:192.0.2.1"), canonical_address("fe80::1%eth0")
    ('192.0.2.1', 'fe80::1')
    """
    if ":" not in text:
        return text  # the kernel spells IPv4 in one way
    address = parse_address(text)
    return text if address is None else str(address)


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Addresses whose `Forwarded` fields are believed.

    Attributes:
        networks: IP networks; a single address is a network of one.
        unix: whether peers on a Unix socket are.
    """

    networks: tuple[Network, ...] = ()
    unix: bool = False

    @classmethod
    def parse(cls, text: str) -> TrustedProxies:
        """Read a comma-separated list of addresses, networks and `unix`.

        Raises:
            ValueError: a member is none of them, or a network has bits set outside of
                its prefix.

        >>> TrustedProxies.parse("127.0.0.1, unix")
        TrustedProxies(networks=(IPv4Network('127.0.0.1/32'),), unix=True)
        """
        members = [member for part in text.split(",") if (member := part.strip())]
        networks = tuple(_parse_network(member) for member in members if member != "unix")
        return cls(networks, unix="unix" in members)

    def trusts(self, address: str) -> bool:
        """Tell whether `address` is one of them; empty means a Unix socket.

        >>> proxies = TrustedProxies.parse("10.0.0.0/8")
        >>> proxies.trusts("::ffff:10.1.2.3"), proxies.trusts("192.0.2.1"), proxies.trusts("")
        (True, False, False)
        """
        if address == UNIX_SOCKET:
            return self.unix
        parsed = parse_address(address)
        return parsed is not None and any(parsed in network for network in self.networks)


def _parse_network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is not an address, a network such as 10.0.0.0/8, or unix: {error}"
        ) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - 96))
    return network
