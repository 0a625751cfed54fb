"""Routes that an application declares → operations, from what their options say.

    @tasks.post("/{id:uuid}/assign", body=Assignment, returns=Task, problems=[Conflict])
    async def assign(request: Request) -> Response:
        '''Give a task to somebody.

        Nobody has more than twenty open tasks.
        '''

The docstring's first line is the summary, the rest the description, up to a section such as
`Args:`. What a route does not declare is not promised: without `returns` the answer's body is
left open, and `returns=None` says that there is none.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from drystone.openapi.operations.answers import PATH_CODES, problem_answers
from drystone.openapi.operations.headers import answered_headers, asked_header
from drystone.openapi.operations.query_parameters import query_parameters
from drystone.openapi.schemas.examples import example_of
from drystone.openapi.served import pascal
from drystone.routing.route import UNSAID

if TYPE_CHECKING:
    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.schemas.models import ModelSchemas
    from drystone.openapi.served import Served
    from drystone.routing.chain import Handler
    from drystone.routing.route import HeededHeader, Route

_JSON: Final = "application/json"
_BYTES: Final = "application/octet-stream"
_TEXT: Final = "text/plain"


class _Heeded(NamedTuple):
    """What comes with a header field that a route heeds."""

    component: str
    codes: tuple[str, ...]
    answered: tuple[str, ...]


_HEEDED: Final[dict[HeededHeader, _Heeded]] = {
    "If-Match": _Heeded("IfMatch", ("precondition_failed",), ("ETag",)),
    "Idempotency-Key": _Heeded(
        "IdempotencyKey",
        ("bad_request", "idempotency_conflict", "idempotency_mismatch"),
        ("Idempotency-Replayed",),
    ),
    "Prefer": _Heeded("Prefer", (), ("Preference-Applied",)),
}
# Where Google's style begins to speak to programmers.
_SECTION: Final = re.compile(r"^(Args|Returns|Raises|Yields|Example|Examples|Note):", re.MULTILINE)


def describe_custom(route: Route, schemas: ModelSchemas, components: Components) -> JSONObject:
    """Return the operation of a route, path parameters and names aside."""
    summary, description = words_of(route.handler)
    operation: JSONObject = {"summary": route.summary or summary or _spell(route)}
    if description:
        operation["description"] = description
    codes = [*PATH_CODES] if route.pattern.parameters else []
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": _content(route.body, schemas, components),
        }
        codes += ["payload_too_large"]
        if route.body not in (bytes, str):
            codes += ["malformed_json", "unsupported_media_type", "validation_failed"]
    codes += [problem.code for problem in route.problems]
    codes += [code for name in route.headers for code in _HEEDED[name].codes]
    parameters = [asked_header(_HEEDED[name].component, components) for name in route.headers]
    if route.query is not None:
        codes += ["unknown_parameter", "invalid_parameter"]
        parameters = [*query_parameters(route.query, schemas.types, components), *parameters]
    answers = {str(_status(route)): _answer(route, schemas, components)}
    if "Prefer" in route.headers and _status(route) == 200:
        # What `return=minimal` asks for.
        answers["204"] = {**answers["200"], "description": HTTPStatus.NO_CONTENT.phrase}
        answers["204"].pop("content", None)
    return operation | {
        "parameters": parameters,
        "responses": {
            **answers,
            **problem_answers(codes, components),
        },
    }


def wish_id(route: Route, served: Served | None) -> str:
    """Return the wish for the operation's name: `assignTask`, `workload`.

    Args:
        route: the route.
        served: the resource below which it stands.
    """
    written = getattr(route.handler, "__name__", "") or type(route.handler).__name__
    name = pascal(written)
    # One word alone says too little of what it is done with: `assign`, `close`.
    if served is not None and "_" not in written:
        noun = served.singular if route.pattern.parameters else served.plural
        if noun.lower() not in name.lower():
            name += noun
    return name[:1].lower() + name[1:]


def words_of(handler: Handler) -> tuple[str, str]:
    """Return the first line of a handler's docstring, without its full stop, and the rest."""
    doc = _SECTION.split(inspect.getdoc(handler) or "", maxsplit=1)[0]
    first, _, rest = doc.strip().partition("\n")
    return first.strip().removesuffix("."), rest.strip()


def _spell(route: Route) -> str:
    """Return what a handler without a docstring is called, as words."""
    name = getattr(route.handler, "__name__", "") or route.pattern.template
    return name.replace("_", " ").strip().capitalize()


def _status(route: Route) -> int:
    return route.status or (204 if route.returns is None else 200)


def _answer(route: Route, schemas: ModelSchemas, components: Components) -> JSONObject:
    part: JSONObject = {
        "description": HTTPStatus(_status(route)).phrase,
        "headers": answered_headers(
            [answered for name in route.headers for answered in _HEEDED[name].answered], components
        ),
    }
    if route.returns is not UNSAID and route.returns is not None:
        part["content"] = _content(route.returns, schemas, components)
    return part


def _content(wanted: Any, schemas: ModelSchemas, components: Components) -> JSONObject:
    if isinstance(wanted, Mapping):
        return {
            media_type: part
            for media_type, one in wanted.items()
            for part in _content(one, schemas, components).values()
        }
    if wanted is str:
        # Text, and not JSON that is a string.
        return {_TEXT: {"schema": {"type": "string"}}}
    if wanted is bytes:
        return {_BYTES: {"schema": {}}}
    schema = schemas.types.describe(wanted)
    return {_JSON: {"schema": schema, "example": example_of(schema, components)}}
