"""What the document says of parts that will go."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drystone.openapi.components import JSONObject
    from drystone.routing.deprecation import Deprecation


def tell_deprecation(part: JSONObject, deprecation: Deprecation | None) -> JSONObject:
    """Return an operation, parameter or schema with what is to be said of its end.

    >>> from datetime import date
    >>> from drystone.routing.deprecation import Deprecation
    >>> tell_deprecation({}, Deprecation(since=date(2026, 1, 1), successor="/api/v2/tasks"))
    {'deprecated': True, 'description': 'Deprecated since 2026-01-01; use `/api/v2/tasks`.'}
    """
    if deprecation is None:
        return part
    said = f"Deprecated since {deprecation.since.isoformat()}"
    if deprecation.sunset is not None:
        said += f", gone on {deprecation.sunset.isoformat()}"
    if deprecation.successor is not None:
        said += f"; use `{deprecation.successor}`"
    parts = [part["description"]] if "description" in part else []
    return part | {"deprecated": True, "description": "\n\n".join([*parts, f"{said}."])}
