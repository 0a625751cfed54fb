"""Ours: the generated resource with its default middleware."""

from __future__ import annotations

from bench.api.models import MODELS, Task
from drystone import App

app = App("Benchmark", models=MODELS)

app.resource(
    Task,
    filters=[Task.project, Task.status, Task.priority],
    sorts=[Task.created_at, Task.priority],
    expand=[Task.project, Task.assignee],
)
