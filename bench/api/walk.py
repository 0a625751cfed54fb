"""Our own lists, near and far: the first page and page 5,000, by cursor and by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.api.dialects import PAGE_ROWS
from bench.api.workloads import (
    CURSOR_FAR,
    CURSOR_FIRST,
    FAR_PAGE,
    OFFSET_FAR,
    OFFSET_FIRST,
    Request,
)
from bench.probe import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.api.answers import Client
    from bench.api.workloads import Sample

_LIST = f"/api/v1/tasks?limit={PAGE_ROWS}"
_FAST = 100


def walk_requests(client: Client, workload: str) -> list[Request]:
    """Return the request of a page; the far one's cursor is found by walking there.

    Raises:
        Unmeasurable: the walk ends before it is there.
    """
    path = {
        CURSOR_FIRST: f"{_LIST}&cursor=",
        OFFSET_FIRST: f"{_LIST}&count=none",
        OFFSET_FAR: f"{_LIST}&count=none&page={FAR_PAGE}",
    }.get(workload) or f"{_LIST}&cursor={far_cursor(client)}"
    return [Request("GET", path)]


def far_cursor(client: Client) -> str:
    """Return the cursor of page 5,000: as many rows as can be had at a time, then the rest."""
    rows = PAGE_ROWS * (FAR_PAGE - 1)
    steps = [_FAST] * (rows // _FAST) + [rows % _FAST] * bool(rows % _FAST)
    cursor = ""
    for limit in steps:
        answer: Any = client.get(Request("GET", f"/api/v1/tasks?limit={limit}&cursor={cursor}"))
        cursor = answer["pagination"]["next_cursor"]
        if cursor is None:
            raise Unmeasurable(f"there is no page {FAR_PAGE:,}")
    return cursor


def check_walk(client: Client, workload: str, requests: Sequence[Request], sample: Sample) -> None:
    """See that the page holds the rows that it should.

    Raises:
        Unmeasurable: it holds others.
    """
    is_far = workload in {CURSOR_FAR, OFFSET_FAR}
    wanted = list(sample.far) if is_far else [row["id"] for row in sample.newest]
    for request in requests:
        if [row["id"] for row in client.get(request)["data"]] != wanted:
            raise Unmeasurable(f"{workload} holds other rows")
