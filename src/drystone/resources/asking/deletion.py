"""`deleted=include|only`: whether deleted rows are shown; `exclude` is the default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from drystone.resources.asking.choices import read_choice

if TYPE_CHECKING:
    from drystone.http.parts.query import Query
    from drystone.resources.asking.faults import Faults
    from drystone.resources.asking.list_request import Deleted

PARAMETER: Final = "deleted"
_CHOICES: Final[tuple[Deleted, ...]] = ("exclude", "include", "only")


def read_deleted(query: Query, faults: Faults) -> Deleted:
    """Return what is to become of deleted rows; who may see them is for others to know."""
    return cast("Deleted", read_choice(query, PARAMETER, _CHOICES, faults) or "exclude")
