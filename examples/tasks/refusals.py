"""What several of the tracker's rules and actions refuse in the same words."""

from __future__ import annotations

from drystone.errors import Conflict, Violation
from examples.tasks.models import Project


def not_found(field: str, detail: str) -> Violation:
    """Return the fault of a reference that leads to nothing that would do."""
    return Violation(code="not_found", detail=detail, pointer=f"/{field}")


def refuse_closed(project: Project) -> Conflict:
    """Return the refusal to put a task into a closed project, or to take one up there."""
    return Conflict(f'The project "{project.name}" is closed; set closed_at to null first.')
