from __future__ import annotations

import pytest
from tests.client import make_request

from drystone.errors import MisdirectedRequest
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.host_check import HostCheck

CHECK = HostCheck(
    ["api.example.org", "[::1]", "*.apps.example.org"], open_paths=frozenset({"/healthz"})
)


async def ok(_request: Request) -> Response:
    return Response()


async def ask(host: str, target: str = "/", **fields: str) -> Response:
    headers = {"Host": host, **{name.replace("_", "-"): value for name, value in fields.items()}}
    return await CHECK(make_request("GET", target, headers=headers), ok)


@pytest.mark.parametrize(
    "host",
    [
        "api.example.org",
        "API.example.ORG",
        "api.example.org:8000",
        "api.example.org:",
        "[::1]",
        "[::1]:8000",
        "one.apps.example.org",
        "a.b.apps.example.org:443",
    ],
)
async def test_a_named_host_is_served(host: str) -> None:
    assert (await ask(host)).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "api.example.org.evil.test",
        "xapi.example.org",
        "apps.example.org",
        "evilapps.example.org",
        "api.example.org.",
        "127.0.0.1",
        "[::2]",
    ],
)
async def test_any_other_is_misdirected(host: str) -> None:
    with pytest.raises(MisdirectedRequest):
        await ask(host)


async def test_a_forwarded_host_counts_only_from_a_trusted_proxy() -> None:
    with pytest.raises(MisdirectedRequest):
        await ask("evil.test", X_Forwarded_Host="api.example.org")
    assert (await ask("api.example.org", X_Forwarded_Host="evil.test")).status == 200


async def test_probes_are_answered_under_any_host() -> None:
    assert (await ask("10.0.0.7", "/healthz")).status == 200
    with pytest.raises(MisdirectedRequest):
        await ask("10.0.0.7", "/healthz/x")


@pytest.mark.parametrize(
    "host", ["", "API.example.org", "a.example.org:80", "https://a", "*", "a*.b", "a..b", "*.a.*"]
)
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="is not a host; write it in lower case"):
        HostCheck([host])


def test_a_list_is_required() -> None:
    wrong: list[list[str] | str] = [[], "api.example.org"]
    for hosts in wrong:
        with pytest.raises(ValueError, match="write a list"):
            HostCheck(hosts)
