"""Problem documents (RFC 9457): what all have in common, and a schema for each code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.errors import VIOLATION_CODES, Problem, Violation
from drystone.openapi.components import refer
from drystone.openapi.problems.codes import problems_by_code
from drystone.openapi.served import pascal

if TYPE_CHECKING:
    from drystone.openapi.components import Components, JSONObject


def code_schema(code: str, components: Components) -> JSONObject:
    """Return a reference to what a problem of this code is."""
    problem = problems_by_code()[code]
    wished = pascal(code)
    name = components.name("schemas", problem, [wished, f"{wished}Problem"])
    if not components.has("schemas", name):
        fixed = {"type": f"/problems/{code}", "status": problem.status, "code": code}
        part = {
            "description": f"{problem.title}. What to do about it: `/problems/{code}`.",
            "allOf": [
                problem_schema(components),
                {
                    "type": "object",
                    "properties": {member: {"const": value} for member, value in fixed.items()},
                },
            ],
        }
        components.put("schemas", name, part)
    return refer("schemas", name)


def problem_schema(components: Components) -> JSONObject:
    """Return a reference to what all problems have."""
    name = components.name("schemas", Problem, ["Problem", "ProblemDocument"])
    if components.has("schemas", name):
        return refer("schemas", name)
    fault = components.name("schemas", Violation, ["Violation", "ProblemViolation"])
    components.put("schemas", fault, _VIOLATION)
    part = {
        "description": "Why a request was refused, or failed (RFC 9457).",
        "type": "object",
        "properties": {
            "type": {
                "type": "string",
                "format": "uri-reference",
                "description": "A page that explains it.",
            },
            "title": {"type": "string", "description": "What happened, the same each time."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "What happened this time."},
            "code": {
                "type": "string",
                "enum": list(problems_by_code()),
                "description": "For programs.",
            },
            "request_id": {
                "type": ["string", "null"],
                "description": "As in `X-Request-ID`: leads to the log.",
            },
            "errors": {
                "type": "array",
                "items": refer("schemas", fault),
                "description": "Every fault of the request, all at once.",
            },
        },
        "required": ["type", "title", "status", "detail", "code", "request_id"],
    }
    return components.put("schemas", name, part)


_VIOLATION: Final = {
    "description": "One fault of a request, and where it is.",
    "type": "object",
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer (RFC 6901) into the body, where the fault is there.",
        },
        "parameter": {"type": "string", "description": "The parameter, where it is there."},
        "header": {"type": "string", "description": "The header field, where it is there."},
        "code": {"type": "string", "enum": sorted(VIOLATION_CODES)},
        "detail": {"type": "string", "description": "For people."},
    },
    "required": ["code", "detail"],
}
