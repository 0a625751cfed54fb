"""A row as it was at some place in its history, put together of what is known there.

Pure: it takes what `db/history/past.py` found. What changed in the table's columns since
is borne with: a column that was dropped is not shown, one that was added shows what it
first held in this row, or null where the row was gone by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from drystone.db.history.stored_forms import api_forms, moment_json
from drystone.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from drystone.db.history.past import Past
    from drystone.schema.model.model_info import ModelInfo

_NULL: Final = b"null"


@dataclass(frozen=True, slots=True)
class PastRow:
    """A row as it was.

    Attributes:
        version: that it had.
        fields: JSON by name, in the model's order; secret fields are missing.
    """

    version: int
    fields: Mapping[str, bytes]

    @property
    def is_deleted(self) -> bool:
        """Whether it was marked as deleted."""
        return self.fields.get("deleted_at", _NULL) != _NULL

    def showing(self, names: Iterable[str]) -> PastRow:
        """Return the row with some of its fields alone, in this order."""
        return PastRow(self.version, {one: self.fields[one] for one in names if one in self.fields})

    def to_json(self) -> bytes:
        """Return the row as a JSON object."""
        return write_object(self.fields)


def write_object(fields: Mapping[str, bytes]) -> bytes:
    """Return a JSON object of members whose values are JSON already."""
    members = (b'"%b":%b' % (name.encode(), value) for name, value in fields.items())
    return b"{%b}" % b",".join(members)


def row_at(info: ModelInfo, past: Past, moment: datetime) -> PastRow:
    """Return the row as it was at a time.

    Raises:
        NotFound: it was not there, or what it was then is not known any more.
    """
    if past.operation is None:
        _check_known(info, past, moment)
    return _put_together(info, past)


def row_of_version(info: ModelInfo, past: Past, version: int) -> PastRow | None:
    """Return the row as it was when it had a version; None where that is not known."""
    if past.operation is None:
        known = _version_before(info, past)
        if known != version:
            return None
    return _put_together(info, past)


def present_row(info: ModelInfo, past: Past) -> PastRow | None:
    """Return the row as it is now; None where it is gone."""
    if past.present is None:
        return None
    fields = api_forms(info, past.present)
    return PastRow(int(fields["version"]), fields)


def _check_known(info: ModelInfo, past: Past, moment: datetime) -> None:
    """Pass if the row is known at a time before all of its changes that are kept.

    Raises:
        NotFound: it is not, or there was none.
    """
    since = past.since
    if past.next_operation is None:
        text = api_forms(info, past.present).get("updated_at")
        since = None if text is None else msgspec.json.decode(text, type=datetime)
    # An insert has nothing before it, so its `since` is None.
    if since is None:
        raise NotFound
    if moment < since:
        raise NotFound(
            f"What it was before {moment_json(since).decode()[1:-1]} is not known any more."
        )


def _put_together(info: ModelInfo, past: Past) -> PastRow:
    if past.operation == "delete":
        raise NotFound
    fields = {**api_forms(info, past.present), **api_forms(info, past.taken_back)}
    version = past.version if past.operation else _version_before(info, past)
    if version is None:
        raise NotFound
    fields["version"] = str(version).encode()
    updated_at = _updated_at(info, past)
    if updated_at is not None:
        fields["updated_at"] = updated_at
    in_order = {one.name: fields.get(one.name, _NULL) for one in info.columns if not one.is_secret}
    return PastRow(version, in_order)


def _version_before(info: ModelInfo, past: Past) -> int | None:
    """Return the version before the first change that is kept, or the present one."""
    if past.next_operation == "insert":
        return None
    if past.next_version is not None:
        return past.next_version - 1
    present = present_row(info, past)
    return None if present is None else present.version


def _updated_at(info: ModelInfo, past: Past) -> bytes | None:
    """Return when the row had become what it was; None for what the present row says."""
    if past.operation == "insert":
        return api_forms(info, past.inserted).get("updated_at")
    at = past.changed_at if past.operation else past.since
    return None if at is None else moment_json(at)
