"""Answers that are problems: one component for each set of codes that can come together.

`Problem` is what all of them have; each code is a schema of its own that fixes `code`,
`status` and `type`, so that a generated client can tell them apart by `code`.

What any request can be answered, whatever the route, is the operation's `default`: not
HTTP, too large a head, a host that is not served, overload, our own fault.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from drystone.errors import MEDIA_TYPE
from drystone.openapi.components import refer
from drystone.openapi.operations.headers import answered_headers
from drystone.openapi.problems.codes import problems_by_code
from drystone.openapi.problems.page import example_of_problem
from drystone.openapi.schemas.problems import code_schema, problem_schema
from drystone.openapi.served import pascal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from drystone.openapi.components import Components, JSONObject
    from drystone.routing.deprecation import Deprecation

# The answers to any request, by the server and the middleware around all routes.
ANYWHERE: Final = (
    *("bad_request", "method_not_allowed", "request_timeout", "payload_too_large"),
    *("uri_too_long", "expectation_failed", "misdirected_request", "headers_too_large"),
    *("internal_error", "not_implemented", "unavailable", "overloaded", "gateway_timeout"),
    "version_not_supported",
)
# Those of a path with parameters: characters that no path may have, and what is not there.
PATH_CODES: Final = ("bad_request", "not_found")
_EXTRA_HEADERS: Final = {
    "unauthenticated": ("WWW-Authenticate",),
    "invalid_credentials": ("WWW-Authenticate",),
    "token_expired": ("WWW-Authenticate",),
    "method_not_allowed": ("Allow",),
    "precondition_failed": ("ETag",),
    "rate_limited": ("Retry-After",),
    "unavailable": ("Retry-After",),
    "overloaded": ("Retry-After",),
}


def problem_answers(codes: Iterable[str], components: Components) -> JSONObject:
    """Return the answers for some codes, by status, and `default` for what any request gets.

    Args:
        codes: that the operation can be answered with.
        components: takes what they are made of.
    """
    by_status: dict[int, list[str]] = {}
    given = set(codes)
    # In one order, so that the same codes are the same component.
    for code in (one for one in problems_by_code() if one in given):
        by_status.setdefault(problems_by_code()[code].status, []).append(code)
    answers = {str(status): _answer(by_status[status], components) for status in sorted(by_status)}
    return answers | {"default": _default_answer(components)}


def _answer(codes: list[str], components: Components) -> JSONObject:
    name = ".".join(pascal(code) for code in codes)
    if components.has("responses", name):
        return refer("responses", name)
    schemas = [code_schema(code, components) for code in codes]
    status = problems_by_code()[codes[0]].status
    said = "; or ".join(_title(code) for code in codes)
    part = {
        "description": f"{HTTPStatus(status).phrase}: {said}.",
        "headers": answered_headers(_headers_of(codes), components),
        "content": {
            MEDIA_TYPE: {
                "schema": schemas[0] if len(schemas) == 1 else _one_of(codes, schemas),
                "examples": {code: _example(code, components) for code in codes},
            }
        },
    }
    return components.put("responses", name, part)


def _default_answer(components: Components) -> JSONObject:
    if components.has("responses", "Refused"):
        return refer("responses", "Refused")
    rows = "\n".join(
        f"| {problems_by_code()[code].status} | `{code}` | {_title(code)} |" for code in ANYWHERE
    )
    part = {
        "description": "What any request can be answered with, whatever the route:\n\n"
        f"| status | code | what happened |\n| --- | --- | --- |\n{rows}",
        "headers": answered_headers(("Retry-After",), components),
        "content": {
            MEDIA_TYPE: {
                "schema": problem_schema(components),
                "examples": {
                    code: _example(code, components) for code in ("internal_error", "overloaded")
                },
            }
        },
    }
    return components.put("responses", "Refused", part)


def _one_of(codes: list[str], schemas: list[JSONObject]) -> JSONObject:
    mapping = {code: one["$ref"] for code, one in zip(codes, schemas, strict=True)}
    return {"oneOf": schemas, "discriminator": {"propertyName": "code", "mapping": mapping}}


def _example(code: str, components: Components) -> JSONObject:
    if not components.has("examples", code):
        problem = problems_by_code()[code]
        value = example_of_problem(problem)
        components.put("examples", code, {"summary": problem.title, "value": value})
    return refer("examples", code)


def _headers_of(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for code in codes for name in _EXTRA_HEADERS.get(code, ())))


def _title(code: str) -> str:
    return problems_by_code()[code].title


def add_deprecation_headers(
    operation: JSONObject, deprecations: Collection[Deprecation], components: Components
) -> None:
    """Add to the answers of an operation what they say of what will go.

    Args:
        operation: is changed; problems that it shares with others are copied into it.
        deprecations: of the route, and of fields that a request may use.
        components: hold its parts.
    """
    if not deprecations:
        return
    names = ["Deprecation"]
    names += ["Sunset"] if any(one.sunset is not None for one in deprecations) else []
    names += ["Successor"] if any((one.successor or "")[:1] == "/" for one in deprecations) else []
    headers = answered_headers(names, components)
    for status, answer in operation["responses"].items():
        if status != "default":
            own = components.resolve(answer)
            # Where there are links already, this is one more of them.
            operation["responses"][status] = own | {"headers": headers | own["headers"]}
