"""A change of a row as it is shown.

    {"version": 3, "operation": "update", "changed_at": "2026-11-22T20:00:00Z",
     "actor": "…", "request_id": "…", "database_role": null,
     "changes": {"title": {"old": "Write", "new": "Rewrite"}}}

Of a new row every field's `old` is null, of one that is gone for good every `new`. Who
changes a row in psql is no actor; then the role that had logged in to the database is told.
What the platform keeps and the entry says anyway (`id`, `version`, `updated_at`) is left
out of the changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from drystone.db.history.stored_forms import api_forms, moment_json
from drystone.schema.json_encode import encode_json

if TYPE_CHECKING:
    from drystone.db.history.entries import Entry
    from drystone.schema.model.model_info import ModelInfo

_SAID_ANYWAY: Final = frozenset({"id", "version", "updated_at"})
_NULL: Final = b"null"


def entry_json(info: ModelInfo, entry: Entry) -> bytes:
    """Return a change as a JSON object.

    Args:
        info: the row's model, as it is now: fields that it no longer has are left out.
        entry: the change.
    """
    head = encode_json(
        {
            "version": entry.version,
            "operation": entry.operation,
            "changed_at": msgspec.Raw(moment_json(entry.changed_at)),
            "actor": entry.actor,
            "request_id": entry.request_id,
            "database_role": entry.database_role if entry.actor is None else None,
        }
    )
    old, new = api_forms(info, entry.old), api_forms(info, entry.new)
    changes = b",".join(
        b'"%b":{"old":%b,"new":%b}' % (name.encode(), old.get(name, _NULL), new.get(name, _NULL))
        for name in (one.name for one in info.columns)
        if (name in old or name in new) and name not in _SAID_ANYWAY
    )
    return b'%b,"changes":{%b}}' % (head[:-1], changes)
