"""`X-Drystone-Caller`: whom it names, what it cannot be, and where it is refused."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests import client

from drystone.errors import BadRequest
from drystone.http.request import Request
from drystone.http.response import Response
from drystone.security.caller import GUEST, caller_of
from drystone.security.development_caller import HEADER, DevelopmentCaller, read_caller

ID = "01890000-0000-7000-8000-000000000001"


async def tell(request: Request) -> Response:
    caller = caller_of(request)
    return Response.json({"id": caller.name, "roles": sorted(caller.roles)})


async def ask(field: str | None, *, is_refused: bool = False) -> Response:
    headers = {} if field is None else {HEADER: field}
    request = client.make_request("GET", "/", headers=headers)
    return await DevelopmentCaller(is_refused=is_refused)(request, tell)


@pytest.mark.parametrize(
    ("field", "roles"),
    [
        (ID, []),
        (ID.upper(), []),
        (f"{ID}; roles=admin", ["admin"]),
        (f"{ID};roles=admin,editor", ["admin", "editor"]),
        (f"{ID} ;\troles=admin , team:7,team:7", ["admin", "team:7"]),
        (f"{ID}; roles={','.join(f'r{n}' for n in range(32))}", sorted(f"r{n}" for n in range(32))),
    ],
)
def test_it_names_a_caller(field: str, roles: list[str]) -> None:
    caller = read_caller(field)
    assert (caller.id, sorted(caller.roles)) == (UUID(ID), roles)
    assert not caller.is_guest


@pytest.mark.parametrize(
    "field",
    [
        "",
        "ada",
        ID[:-1],
        ID.replace("-", ""),
        f"{{{ID}}}",
        f"urn:uuid:{ID}",
        f"{ID};",
        f"{ID}; roles=",
        f"{ID}; roles=a,,b",
        f"{ID}; roles=a b",
        f"{ID}; roles=é",
        f"{ID}; roles={'a' * 65}",
        f"{ID}; role=admin",
        f"{ID}; Roles=admin",
        f"{ID}; roles=a; roles=b",
        f"{ID}, {ID}",
        f"{ID}; roles=admin, {ID}; roles=admin",
    ],
)
def test_what_names_nobody_is_refused(field: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        read_caller(field)
    (fault,) = refusal.value.errors
    assert (fault.code, fault.header) == ("format", HEADER)


def test_there_are_bounds() -> None:
    with pytest.raises(BadRequest) as refusal:
        read_caller(f"{ID}; roles={','.join(f'r{n}' for n in range(33))}")
    assert [fault.code for fault in refusal.value.errors] == ["limit"]
    with pytest.raises(BadRequest, match="guest"):
        read_caller(f"{ID}; roles=guest")


async def test_a_request_is_from_whom_it_names() -> None:
    assert (await ask(f"{ID}; roles=admin")).body == b'{"id":"%b","roles":["admin"]}' % ID.encode()


async def test_without_it_a_guest_asks() -> None:
    assert (await ask(None)).body == b'{"id":"guest","roles":["guest"]}'
    assert (await ask(None, is_refused=True)).status == 200
    assert GUEST.is_guest


async def test_production_does_not_pass_over_it() -> None:
    for field in (ID, "ada"):
        with pytest.raises(BadRequest, match="for development alone") as refusal:
            await ask(field, is_refused=True)
        assert [fault.header for fault in refusal.value.errors] == [HEADER]
