"""What a write is answered: status, header fields and body, before HTTP has a part in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from .preconditions import entity_tag

if TYPE_CHECKING:
    from .change import Operation, StoredRow
    from .preferences import Preferences

_STATUSES: Final[dict[Operation, int]] = {
    "create": 201,
    "replace": 200,
    "patch": 200,
    "restore": 200,
    "delete": 204,
    "purge": 204,
}


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to a write.

    Attributes:
        status: 200, 201 or 204.
        body: JSON; empty where none is sent.
        headers: names and values.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def with_header(self, name: str, value: str) -> Written:
        """Return the answer with one more field."""
        return replace(self, headers=(*self.headers, (name, value)))


def answer_row(
    operation: Operation, row: StoredRow, *, path: str, preferences: Preferences
) -> Written:
    """Return the answer for one row.

    A dry run leaves out the address and the version: nobody will find a row of those.

    Args:
        operation: what was done with it.
        row: as it is now.
        path: of the resource's rows.
        preferences: of the caller.
    """
    status = _STATUSES[operation]
    headers: list[tuple[str, str]] = []
    if not preferences.is_dry_run:
        if operation == "create":
            headers.append(("Location", f"{path}/{row.id}"))
        if status != 204:
            headers.append(("ETag", entity_tag(row.version)))
    if (applied := preferences.applied()) is not None:
        headers.append(("Preference-Applied", applied))
    if preferences.returns == "minimal":
        # A creation is told from a change by its status even so.
        status = 204 if status == 200 else status
        return Written(status, headers=tuple(headers))
    return Written(status, b"" if status == 204 else row.json, tuple(headers))
