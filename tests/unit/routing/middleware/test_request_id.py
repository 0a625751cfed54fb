from __future__ import annotations

import re
import uuid

import pytest
from tests.client import make_request

from drystone.http.request import Request
from drystone.http.response import Response
from drystone.routing.middleware.request_id import RequestID, new_request_id


async def named(sent: str | None) -> tuple[str, str]:
    """Return the id that the handler saw, and the one that was answered."""
    seen: list[str] = []

    async def handler(request: Request) -> Response:
        seen.append(request.id)
        return Response()

    headers = {} if sent is None else {"X-Request-ID": sent}
    layer = RequestID(new_id=lambda: "new-id")
    response = await layer(make_request("GET", "/", headers=headers), handler)
    return seen[0], response.headers["X-Request-ID"]


@pytest.mark.parametrize("sent", ["a", "01J.x_Y-9", "r" * 128])
async def test_a_sane_id_is_kept(sent: str) -> None:
    assert await named(sent) == (sent, sent)


@pytest.mark.parametrize(
    "sent", [None, "", "r" * 129, "a b", "a,b", 'a"', "<script>", "é", "a\tb", "${jndi:x}"]
)
async def test_any_other_is_replaced(sent: str | None) -> None:
    assert await named(sent) == ("new-id", "new-id")


def test_a_new_id_is_a_uuid_of_version_7() -> None:
    made = uuid.UUID(new_request_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_new_ids_differ_and_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(10**18, 10**18 + 1000 * 10**6, 10**6))
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    made = [new_request_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000


def test_new_ids_of_one_millisecond_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 10**18)
    made = {new_request_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(
        re.fullmatch(r"00e8d4a5-1000-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each)
        for each in made
    )
