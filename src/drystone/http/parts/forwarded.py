"""Who asked, how and for which host, seen through the proxies in front of us.

`Request.origin` calls `resolve_origin` on first use. Limits, logs, links and cookies
all read the one `Origin` that it returns.

Source: RFC 7239 (Forwarded); X-Forwarded-For, -Proto and -Host as nginx, HAProxy,
Envoy and the cloud balancers write them.

Invariants:
- Only a trusted peer is heard; from anyone else the fields are what a client wrote.
- Each proxy appends, so the list is read from the right: a hop is believed as long as
  the one after it is a trusted proxy. The first that is none is the client. What is
  left of it, the client may have written itself.
- Several field lines are one list, in order (RFC 9110, section 5.3).
- Nothing here raises. What cannot be read falls back, part by part, to what the
  connection says: the peer's address, its scheme, the field Host.

With both families present X-Forwarded-* wins, and Forwarded is not looked at. Most
proxies write only X-Forwarded-*, and hand on a Forwarded that the client made up;
reading that would let the client choose its address. So a proxy that writes Forwarded
must remove X-Forwarded-* from what it received, and any proxy must set or remove
every field of the family that it uses.

Left out on purpose: `by`; ports of clients; X-Forwarded-Port (the host has it);
X-Real-IP and vendors' fields, which have no list to check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from drystone.http.parts.parameters import read_pairs
from drystone.http.parts.peer import Peer
from drystone.http.parts.proxies import (
    UNIX_SOCKET,
    TrustedProxies,
    canonical_address,
    parse_address,
)
from drystone.http.protocol.head import is_host
from drystone.http.protocol.headers import Headers

__all__ = ["Origin", "TrustedProxies", "resolve_origin"]

# Hops looked at, from the right; more proxies than that are a loop.
_MAX_HOPS: Final = 32

# node     = nodename [ ":" node-port ]                       RFC 7239, section 6
# nodename = IPv4address / "[" IPv6address "]" / "unknown" / obfnode
# node-port = 1*5DIGIT / obfport, obfport = "_" 1*(ALPHA / DIGIT / "." / "_" / "-")
# Only the first two name an address.
_NODE: Final = re.compile(
    r"(?:([0-9.]{7,15})|\[([0-9A-Fa-f:.]{2,45})\])(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]++))?"
)
# What nginx writes for a client on a Unix socket.
_UNIX_NODE: Final = "unix:"

# A proxy may name the scheme of the WebSocket that it hands on.
_SCHEMES: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}

_NO_PROXIES: Final = TrustedProxies()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from, as its sender sees it.

    Attributes:
        client: IP address of the sender, without a port; empty on a Unix socket.
        scheme: `http` or `https`.
        host: host and optional port that was asked.
    """

    client: str
    scheme: str
    host: str


@dataclass(frozen=True, slots=True)
class _Hop:
    """What one proxy said of whoever connected to it; None where it said nothing usable."""

    client: str | None
    scheme: str | None
    host: str | None


def resolve_origin(
    headers: Headers, peer: Peer, host: str, trusted: TrustedProxies | None = None
) -> Origin:
    """Return client, scheme and host of a request.

    Args:
        headers: of the request.
        peer: the other end of the connection; heard only where `peer.trusted`.
        host: the authority that the request names.
        trusted: proxies that may stand before the peer; `peer.proxies` where None.
            With neither, the peer is the only proxy.

    >>> headers = Headers(((b"x-forwarded-for", b"192.0.2.9, 198.51.100.7"),))
    >>> resolve_origin(headers, Peer(address="127.0.0.1", trusted=True), "example.org")
    Origin(client='198.51.100.7', scheme='http', host='example.org')
    """
    direct = Origin(canonical_address(peer.address), "https" if peer.secure else "http", host)
    if not peer.trusted:
        return direct
    proxies = trusted or peer.proxies or _NO_PROXIES
    hop = _find_client(_read_x_forwarded(headers) or _read_forwarded(headers), proxies)
    if hop is None:
        return direct
    return Origin(
        client=direct.client if hop.client is None else hop.client,
        scheme=hop.scheme or direct.scheme,
        host=hop.host or direct.host,
    )


def _find_client(hops: list[_Hop], proxies: TrustedProxies) -> _Hop | None:
    """Return the right-most hop that is no trusted proxy, or the left-most of all."""
    for hop in reversed(hops):
        # An unreadable hop ends the walk: who connected there is not known, so nobody
        # vouches for what stands to its left.
        if hop.client is None or not proxies.trusts(hop.client):
            return hop
    return hops[0] if hops else None


def _read_x_forwarded(headers: Headers) -> list[_Hop]:
    """Return the hops of X-Forwarded-*, the nearest one last; empty without a field."""
    clients = _split(headers.get("x-forwarded-for"))
    schemes = _split(headers.get("x-forwarded-proto"))
    hosts = _split(headers.get("x-forwarded-host"))
    if not clients:
        if not schemes and not hosts:
            return []
        clients = [""]  # told the scheme or the host, but not the client
    return [
        _Hop(
            _parse_client(client),
            _SCHEMES.get(_beside(schemes, index, len(clients)).lower()),
            _parse_host(_beside(hosts, index, len(clients))),
        )
        for index, client in enumerate(clients)
    ]


def _split(value: str | None) -> list[str]:
    """Return the right-most members of a list; the rest of a longer one is one member."""
    if value is None:
        return []
    return [member.strip(" \t") for member in value.rsplit(",", _MAX_HOPS)]


def _beside(values: list[str], index: int, count: int) -> str:
    """Return the value that belongs to client `index` of `count`.

    Some proxies append to each field, some set it anew. Where the lists are not of one
    length, the right-most value is the only one that a trusted proxy surely wrote.
    """
    if not values:
        return ""
    return values[index] if len(values) == count else values[-1]


def _read_forwarded(headers: Headers) -> list[_Hop]:
    """Return the hops of Forwarded, the nearest one last; empty without the field.

    Split at every comma, in quotes too. No address, scheme or host name needs one, and
    a proxy appends to what it received: were commas in quotes respected, a quote that
    a client left open would swallow the very element that names the client.
    """
    return [_read_element(member) for member in _split(headers.get("forwarded")) if member]


def _read_element(text: str) -> _Hop:
    # forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
    # forwarded-pair    = token "=" value             RFC 7239, section 4
    element = read_pairs(text, 0)
    if element is None or element[1] != len(text):
        return _Hop(None, None, None)
    pairs = element[0]
    return _Hop(
        _parse_node(pairs.get("for", "")),
        _SCHEMES.get(pairs.get("proto", "").lower()),
        _parse_host(pairs.get("host", "")),
    )


def _parse_client(text: str) -> str | None:
    """Return the address in a member of X-Forwarded-For: bare, or a node of RFC 7239."""
    if text == _UNIX_NODE:
        return UNIX_SOCKET
    address = None if "%" in text else parse_address(text)
    return _parse_node(text) if address is None else str(address)


def _parse_node(text: str) -> str | None:
    """Return the address of a node; None for `unknown`, `_hidden` and what is malformed."""
    match = _NODE.fullmatch(text)
    if match is None:
        return None
    address = parse_address(match[1] or match[2])
    # Brackets are for IPv6 alone.
    if address is None or (match[1] is None and ":" not in match[2]):
        return None
    return str(address)


def _parse_host(text: str) -> str | None:
    return text if is_host(text.encode("latin-1", "replace")) else None
