"""What reports are asked with: a class for each set of parameters that one of them takes.

A report's file names its parameters, and which types PostgreSQL takes them as; the class
of the same names says what the API takes for them, and within which bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from msgspec import Meta, Struct

from drystone.db.query.raw import SQLFile

Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Nothing(Struct):
    """A report without parameters."""


class AtTime(Struct):
    """How things were, or would be, at some time.

    Attributes:
        as_of: the time that counts as now.
    """

    as_of: Moment


class Since(Struct):
    """What has been since some time.

    Attributes:
        since: what happened at this time or later counts.
    """

    since: Moment


class Between(Struct):
    """What was within a span of time.

    Attributes:
        from_time: when the span begins.
        before: when the span has ended; this moment is no part of it.
    """

    from_time: Moment
    before: Moment


class OfProject(Struct):
    """What belongs to a project.

    Attributes:
        project: id of the project.
    """

    project: UUID


class OfProjectAtTime(Struct):
    """What belongs to a project at some time.

    Attributes:
        project: id of the project.
        as_of: the time that counts as now.
    """

    project: UUID
    as_of: Moment


class OfTask(Struct):
    """What belongs to a task.

    Attributes:
        task: id of the task.
    """

    task: UUID


class OfPerson(Struct):
    """What a person may see.

    Attributes:
        person: id of the person.
    """

    person: UUID


class PerProject(Struct):
    """The first few of each project.

    Attributes:
        per_project: rows of each project.
    """

    per_project: Annotated[int, Meta(ge=1, le=100)]


class InSeveralProjects(Struct):
    """What several projects have.

    Attributes:
        least_projects: the fewest projects that are several.
    """

    least_projects: Annotated[int, Meta(ge=1, lt=2**31)]


_BY_NAMES: Final[Mapping[tuple[str, ...], type[Struct]]] = {
    one.__struct_fields__: one
    for one in (
        Nothing,
        AtTime,
        Since,
        Between,
        OfProject,
        OfProjectAtTime,
        OfTask,
        OfPerson,
        PerProject,
        InSeveralProjects,
    )
}


def parameters_of(name: str, report: SQLFile) -> type[Struct]:
    """Return the class that declares a report's parameters.

    Raises:
        LookupError: none has these names.
    """
    names = tuple(parameter for parameter, _ in report.parameters)
    if names not in _BY_NAMES:
        taken = ", ".join(names)
        raise LookupError(f"the report {name} takes {taken}; write a class that declares them")
    return _BY_NAMES[names]
