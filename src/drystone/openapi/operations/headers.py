"""Header fields of requests and answers, as the document describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.openapi.components import refer
from drystone.resources.writing.idempotency_key import MAX_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drystone.openapi.components import Components, JSONObject

_TAG: Final = r'^"[^"]*"$'

# What answers carry, by the name of the field.
ANSWERED: Final[dict[str, JSONObject]] = {
    "X-Request-ID": {
        "description": "Names the request: the caller's own id where it was a sane one.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
        "example": "019c143c-8000-7000-8000-000000000001",
    },
    "ETag": {
        "description": 'The version of the row, such as `"17"`; `"17;…"` for a part of it.',
        "schema": {"type": "string", "pattern": _TAG},
        "example": '"17"',
    },
    "Location": {
        "description": "The address of the new row; not there with `Prefer: dry-run`.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Link": {
        "description": "The addresses of other pages by relation (RFC 8288): `first`, `prev`, "
        "`next`, and `last` where it is known.",
        "schema": {"type": "string"},
    },
    "Preference-Applied": {
        "description": "The preferences that were followed (RFC 7240).",
        "schema": {"type": "string"},
        "example": "return=minimal",
    },
    "Idempotency-Replayed": {
        "description": "The answer is that of an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "Seconds after which another try may do.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "Allow": {
        "description": "The methods that the address has.",
        "schema": {"type": "string"},
        "example": "GET, HEAD, OPTIONS",
    },
    "WWW-Authenticate": {
        "description": "How to say who is asking (RFC 9110, section 11.6.1).",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
    "Deprecation": {
        "description": "Since when this is not to be used any more: `@` and Unix seconds "
        "(RFC 9745).",
        "schema": {"type": "string", "pattern": "^@-?[0-9]+$"},
        "example": "@1767225600",
    },
    "Sunset": {
        "description": "When it will be gone, as an HTTP date (RFC 8594).",
        "schema": {"type": "string"},
        "example": "Fri, 01 Jan 2027 00:00:00 GMT",
    },
    "Successor": {
        "description": 'What takes its place, as `rel="successor-version"` (RFC 5829).',
        "schema": {"type": "string"},
        "example": '</api/v2/tasks>; rel="successor-version"',
    },
}
# Several descriptions may be of one field.
_FIELDS: Final = {"Successor": "Link"}

# What requests may carry, by the name of the component.
_ASKED: Final[dict[str, JSONObject]] = {
    "IfMatch": {
        "name": "If-Match",
        "description": "The versions of the row that are meant, as its `ETag` said; any other "
        "is answered with 412 and nothing is changed.",
        "schema": {"type": "string"},
        "example": '"17"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "description": "Versions that the caller has; one of them is answered with 304.",
        "schema": {"type": "string"},
        "example": '"17"',
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "description": "Names the request, so that it can be sent twice and is done once; the "
        "second is given the first one's answer. Kept for 24 hours.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_CHARACTERS,
            "pattern": r"^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$",
        },
        "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    },
    "Prefer": {
        "name": "Prefer",
        "description": "`return=minimal` for an answer without a body, `dry-run` to have "
        "everything checked and nothing kept; both with a comma (RFC 7240).",
        "schema": {
            "type": "string",
            "examples": ["return=representation", "return=minimal", "dry-run"],
        },
    },
}


def asked_header(name: str, components: Components, *, required: bool = False) -> JSONObject:
    """Return a reference to a header parameter.

    Args:
        name: of the component: `IfMatch`, `IfNoneMatch`, `IdempotencyKey`, `Prefer`.
        components: takes it.
        required: whether it must be sent.
    """
    part = {"in": "header", "required": required, **_ASKED[name]}
    return components.put("parameters", f"{name}Required" if required else name, part)


def answered_headers(names: Iterable[str], components: Components) -> JSONObject:
    """Return the header fields of an answer, `X-Request-ID` among them."""
    found: JSONObject = {}
    for name in ("X-Request-ID", *names):
        if not components.has("headers", name):
            components.put("headers", name, ANSWERED[name])
        found[_FIELDS.get(name, name)] = refer("headers", name)
    return found
