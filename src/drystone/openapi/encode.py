"""The document as bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from drystone.openapi.document import Subject, build_document

if TYPE_CHECKING:
    from drystone.openapi.components import JSONObject
    from drystone.openapi.described import Described


def document_of(app: Described) -> JSONObject:
    """Return the OpenAPI document of an application.

    Raises:
        TypeError: a route declares a type that cannot be described; names the place.
        RouteError: a prefix and a path do not go together.
    """
    subject = Subject(
        title=app.title, version=app.version, routes=app.root.routes(), models=app.models
    )
    return build_document(subject)


def encode_document(app: Described, *, indent: int | None = None) -> bytes:
    """Return the document as JSON; with `indent`, for people. Errors as for `document_of`."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(document_of(app), ensure_ascii=False, indent=indent, separators=separators)
    return text.encode()
