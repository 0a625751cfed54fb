"""Refuses requests for hosts that are not served here: 421.

A page of an attacker's domain can point that domain's address at this server (DNS
rebinding) and then speak to it as its own origin; and whoever may choose the host may
choose where links in an answer lead. Both end where only named hosts are answered.

Probes are answered under any host, because load balancers ask by address.

Source: RFC 9110, sections 7.4 and 15.5.20.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from drystone.errors import MisdirectedRequest
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.chain import Handler

_NAME: Final = re.compile(r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")
_PORT: Final = re.compile(r":[0-9]*\Z")


class HostCheck:
    """Answer for `hosts` only.

    Args:
        hosts: names without a port, in lower case; `*.example.org` stands for every
            name below `example.org`.
        open_paths: answered under any host.

    Raises:
        ValueError: there is no host, or one is not written like that.
    """

    def __init__(self, hosts: Sequence[str], *, open_paths: frozenset[str] = frozenset()) -> None:
        if isinstance(hosts, str) or not hosts:
            raise ValueError(f"hosts is {hosts!r}; write a list such as ['api.example.org']")
        for host in hosts:
            if _NAME.fullmatch(host) is None:
                raise ValueError(
                    f"{host!r} is not a host; write it in lower case and without a port, "
                    "such as 'api.example.org' or '*.example.org'"
                )
        self._names = frozenset(host for host in hosts if not host.startswith("*"))
        self._suffixes = tuple(host[1:] for host in hosts if host.startswith("*"))
        self._open_paths = open_paths

    async def __call__(self, request: Request, proceed: Handler) -> Response:
        """Go on for a host that is served.

        Raises:
            MisdirectedRequest: it is not.
        """
        if not self._serves(request.host) and request.path not in self._open_paths:
            raise MisdirectedRequest
        return await proceed(request)

    def _serves(self, host: str) -> bool:
        if host in self._names:
            return True
        name = _PORT.sub("", host.lower())
        return name in self._names or name.endswith(self._suffixes)
