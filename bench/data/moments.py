"""What takes microseconds: writing a statement, and reading a body.

    python -m bench.data.moments

Nothing here touches the database, so each figure is the least of many short runs in one
process: whatever is above it was somebody else's. One line of JSON goes to standard
output; times are in microseconds.
"""

from __future__ import annotations

import gc
import json
from functools import partial
from timeit import repeat
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from examples.tasks.models import Task

from bench.data.moments_names import BODY_NAMES, PAGE, PREDICATE
from drystone.db.query.json_rows import json_rows
from drystone.db.query.select import select
from drystone.schema.model.bodies import create_body
from drystone.schema.strict_json import JSONDecoder

if TYPE_CHECKING:
    from collections.abc import Callable

_PROJECT = UUID("01944e6a-0000-7000-8000-000000000001")
_RUNS = 40
_CALLS = 2_000

_BODY: Any = {"project_id": str(_PROJECT), "title": "Write it down", "priority": 2}
_LONG_BODY: Any = _BODY | {
    "description": "Everything that is known about it so far. " * 20,
    "status": "doing",
    "assignee_id": str(_PROJECT),
    "due_at": "2026-03-01T12:00:00Z",
}
_BODIES = dict(
    zip(
        BODY_NAMES,
        [json.dumps(one).encode() for one in (_BODY, _LONG_BODY, [_LONG_BODY] * 28)],
        strict=True,
    )
)


def measure_moments() -> dict[str, float]:
    """Return the least time of each act; of bodies ours and msgspec's, as `NAME, who`."""
    acts: dict[str, Callable[[], object]] = {PREDICATE: write_predicate, PAGE: write_page}
    for name, data in _BODIES.items():
        wanted: Any = create_body(Task)
        wanted = list[wanted] if data.startswith(b"[") else wanted
        ours, theirs = JSONDecoder(wanted).decode, msgspec.json.Decoder(wanted).decode
        acts[f"{name}, ours"] = partial(ours, data)
        acts[f"{name}, msgspec"] = partial(theirs, data)
    gc.disable()
    least = dict.fromkeys(acts, float("inf"))
    for _ in range(_RUNS):  # in turns: a slow moment hits all
        for name, act in acts.items():
            least[name] = min(least[name], *repeat(act, number=_CALLS // 10, repeat=1))
    return {name: seconds / (_CALLS // 10) * 1e6 for name, seconds in least.items()}


def write_predicate() -> object:
    """Build and compile what a handler would: the text comes from the cache."""
    return select(Task).where((Task.priority >= 3) & (Task.status == "todo")).prepare()


def write_page() -> object:
    """Build and compile the page that the loads ask for."""
    query = select(Task).where(Task.project == _PROJECT, Task.status == "todo")
    return json_rows(query.order_by(Task.priority.desc()).limit(20)).prepare()


if __name__ == "__main__":
    print(json.dumps(measure_moments()))
