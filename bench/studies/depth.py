"""How long a page takes, by how far it lies from the first: by its number, and by cursor."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Final

import msgspec
from examples.tasks.app import app

from bench.studies.questions import resource_of
from drystone.db.database import Database
from drystone.http.parts.query import Query
from drystone.resources.asking.read_list import ListReader
from drystone.resources.listing.list_rows import list_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["PAGES", "Depth", "study_depth"]

PAGES: Final = (1, 10, 100, 1_000, 2_000, 5_000)
_RUNS: Final = 7
_KEY: Final = b"k" * 32


@dataclass(frozen=True, slots=True)
class Depth:
    """A page.

    Attributes:
        page: its number.
        by_number: milliseconds with LIMIT and OFFSET, the total not counted.
        by_cursor: milliseconds from the cursor that leads there.
    """

    page: int
    by_number: float
    by_cursor: float


async def study_depth(url: str, pages: Sequence[int] = PAGES) -> list[Depth]:
    """Return the time of each page of 20 tasks, in the order of `-created_at`."""
    assert app.title  # the application's resources are what is asked
    resource = resource_of("tasks")
    reader = ListReader(resource)
    async with Database(url) as db:

        async def page_of(query: str) -> bytes:
            listing = await list_rows(
                db, resource, reader.read(Query.parse(query.encode())), signing_key=_KEY, path="/"
            )
            return listing.body

        cursors = {1: ""}
        cursor = ""
        for number in range(1, max(pages)):
            body = await page_of(f"sort=-created_at&cursor={cursor}")
            cursor = msgspec.json.decode(body)["pagination"]["next_cursor"]
            if cursor is None:
                break
            cursors[number + 1] = cursor
        depths = []
        for page in pages:
            if page not in cursors:
                continue
            by_number = f"sort=-created_at&count=none&page={page}"
            by_cursor = f"sort=-created_at&cursor={cursors[page]}"
            depths.append(
                Depth(page, await _time(page_of, by_number), await _time(page_of, by_cursor))
            )
        return depths


async def _time(page_of: Callable[[str], object], query: str) -> float:
    times = []
    for _ in range(_RUNS):
        begin = perf_counter()
        await page_of(query)  # type: ignore[misc]  # a coroutine function
        times.append((perf_counter() - begin) * 1_000)
    return median(times)
