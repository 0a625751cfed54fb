"""An OpenAPI document as the judge: of its own examples, and of answers.

Schemas are read by `jsonschema`, formats included. For answers, objects are closed: a member
that the document does not name is a fault, though a client should let it pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker

Document: TypeAlias = dict[str, Any]

_FORMATS = FormatChecker(["date-time", "date", "uuid", "email"])
_PROBLEM = "application/problem+json"


def resolve(document: Document, part: Document) -> Document:
    while "$ref" in part:
        _, _, kind, name = part["$ref"].split("/")
        part = document["components"][kind][name]
    return part


def faults_of(document: Document, schema: Document, value: object) -> list[str]:
    """Return what is wrong with a value."""
    whole = {**schema, "components": document["components"]}
    validator = Draft202012Validator(whole, format_checker=_FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def examples(document: Document) -> Iterator[tuple[str, Document, object]]:
    """Yield every example: where it is, its schema, and itself."""
    for path, method, operation in operations(document):
        place = f"{method} {path}"
        for part in operation.get("parameters", ()):
            parameter = resolve(document, part)
            if "example" in parameter:
                yield f"{place} {parameter['name']}", parameter["schema"], parameter["example"]
        answers = {**operation["responses"]}
        if "requestBody" in operation:
            answers["body"] = operation["requestBody"]
        for status, part in answers.items():
            answer = resolve(document, part)
            for media in answer.get("content", {}).values():
                if "example" in media:
                    yield f"{place} {status}", media["schema"], media["example"]
                for one in media.get("examples", {}).values():
                    yield f"{place} {status}", media["schema"], resolve(document, one)["value"]
            for name, header in answer.get("headers", {}).items():
                described = resolve(document, header)
                if "example" in described:
                    yield f"{place} {status} {name}", described["schema"], described["example"]


class Judge:
    """Tells what is wrong with answers, by a document."""

    def __init__(self, document: Document) -> None:
        self._document: Document = document
        joined = set(_joined(document["components"]["schemas"]))
        closed = {
            name: schema if name in joined else _close(schema)
            for name, schema in document["components"]["schemas"].items()
        }
        self._closed = {**document, "components": {**document["components"], "schemas": closed}}
        self._paths = [
            (re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path)) + "$"), item)
            for path, item in sorted(document["paths"].items(), key=lambda one: "{" in one[0])
        ]

    def faults(
        self, method: str, path: str, status: int, headers: dict[str, str], body: Any
    ) -> list[str]:
        """Return what in an answer is not as the document says.

        Args:
            method: of the request.
            path: of the request, without its query.
            status: of the answer.
            headers: of the answer, names in lower case.
            body: of the answer, decoded; None where there is none.
        """
        operation = self._operation(method, path)
        part = operation["responses"].get(str(status))
        if part is None:
            return [f"{method} {path}: {status} is not described"]
        answer = resolve(self._document, part)
        described = {name.lower() for name in answer.get("headers", {})}
        found = [
            f"{method} {path}: {name} is not described"
            for name in sorted(_TOLD & headers.keys() - described)
        ]
        for name, header in answer.get("headers", {}).items():
            value = headers.get(name.lower())
            if value is not None and name != "Retry-After":
                schema = resolve(self._document, header)["schema"]
                found += faults_of(self._document, schema, value)
        if body is None:
            return found
        media_type = headers["content-type"].partition(";")[0]
        media = answer.get("content", {}).get(media_type)
        if media is None:
            return [*found, f"{method} {path}: {status} has no body of {media_type}"]
        return found + faults_of(self._closed, _close(media["schema"]), body)

    def _operation(self, method: str, path: str) -> Document:
        for pattern, item in self._paths:
            if pattern.match(path) and method.lower() in item:
                operation: Document = item[method.lower()]
                return operation
        raise AssertionError(f"{method} {path} is not described")


# What an answer says of itself; the rest is the transport's, or every answer's.
_TOLD = {
    *("etag", "location", "link", "preference-applied", "idempotency-replayed"),
    *("deprecation", "sunset", "allow", "x-request-id"),
}


def _close(part: Any) -> Any:
    """Return a schema whose objects have the members that they name and no others.

    Those that are put together by `allOf` stay open: one part does not know the others'.
    """
    if isinstance(part, list):
        return [_close(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {name: one if name == "allOf" else _close(one) for name, one in part.items()}
    if part.get("type") == "object" and "properties" in part:
        closed.setdefault("additionalProperties", False)
    return closed


def _joined(part: Any) -> Iterator[str]:
    """Yield the names of the schemas that stand in an `allOf`."""
    if isinstance(part, dict):
        for one in part.get("allOf", ()):
            if "$ref" in one:
                yield one["$ref"].rpartition("/")[2]
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        yield from _joined(one)
