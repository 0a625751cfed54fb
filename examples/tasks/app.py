"""The application: its tables as resources, and what is done and asked beside them."""

from __future__ import annotations

from examples.tasks import (
    activity,
    assigning,
    closing,
    member_rules,
    moving,
    project_rules,
    reports,
    resources,
    seed,
    task_rules,
)
from examples.tasks.tracker import app

__all__ = [
    "activity",
    "app",
    "assigning",
    "closing",
    "member_rules",
    "moving",
    "project_rules",
    "resources",
    "seed",
    "task_rules",
]

app.mount("/reports", reports.router)
