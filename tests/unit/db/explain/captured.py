"""Plans as PostgreSQL 15 printed them, of 5,000 tasks in 40 projects.

tasks     id (tasks_pkey), project_id, title (tasks_title: trigram), status, priority
          (tasks_priority: with id), due_at, deleted_at
projects  id (projects_pkey), name
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from drystone.db.explain.plan import Plan, read_plan

_FOLDER = Path(__file__).parent / "plans"
NAMES = sorted(path.stem for path in _FOLDER.glob("*.json"))


def document(name: str) -> Any:
    """Return what EXPLAIN printed."""
    return json.loads((_FOLDER / f"{name}.json").read_text())


def plan(name: str) -> Plan:
    """Return it, read."""
    return read_plan(document(name))
