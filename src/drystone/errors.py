"""What can go wrong, and what the caller is told: the problem tree.

Everything the platform refuses or fails at ends as one of these exceptions, and
each renders itself as `application/problem+json` (RFC 9457). This module stands
below every other one: it knows no request, no server and no route.

A low layer raises; one place in `routing/` (and, for bytes that never became a
request, one in `http/`) turns the exception into a response. Anything raised
that is not a `Problem` is ours to mend: it is logged in full, and the caller
sees `InternalError` without a word of its text.

    Problem
    ├── BadRequest                400 bad_request
    │   ├── MalformedJSON             malformed_json
    │   ├── UnknownParameter          unknown_parameter
    │   ├── InvalidParameter          invalid_parameter
    │   └── InvalidCursor             invalid_cursor
    ├── Unauthenticated           401 unauthenticated
    │   ├── InvalidCredentials        invalid_credentials
    │   └── TokenExpired              token_expired
    ├── Forbidden                 403 forbidden
    ├── NotFound                  404 not_found
    ├── MethodNotAllowed          405 method_not_allowed
    ├── NotAcceptable             406 not_acceptable
    ├── RequestTimeout            408 request_timeout
    ├── Conflict                  409 conflict
    │   ├── UniqueViolation           unique_violation
    │   ├── ReferenceViolation        reference_violation
    │   └── IdempotencyConflict       idempotency_conflict
    ├── PreconditionFailed        412 precondition_failed
    ├── PayloadTooLarge           413 payload_too_large
    ├── URITooLong                414 uri_too_long
    ├── UnsupportedMediaType      415 unsupported_media_type
    ├── RangeNotSatisfiable       416 range_not_satisfiable
    ├── ExpectationFailed         417 expectation_failed
    ├── MisdirectedRequest        421 misdirected_request
    ├── ValidationFailed          422 validation_failed
    │   └── IdempotencyMismatch       idempotency_mismatch
    ├── PreconditionRequired      428 precondition_required
    ├── RateLimited               429 rate_limited
    ├── HeadersTooLarge           431 headers_too_large
    ├── InternalError             500 internal_error
    ├── NotImplementedByServer    501 not_implemented
    ├── Unavailable               503 unavailable
    │   └── Overloaded                overloaded
    ├── GatewayTimeout            504 gateway_timeout
    └── VersionNotSupported       505 version_not_supported
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEDIA_TYPE = "application/problem+json"

VIOLATION_CODES = frozenset(
    "required type format too_short too_long too_small too_large pattern enum "
    "unknown_field read_only not_found duplicate limit".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One fault in a request, as listed under a problem's `errors`.

    Attributes:
        code: one of `VIOLATION_CODES`.
        detail: a sentence for the person who sent the request.
        pointer: JSON pointer (RFC 6901) into the body, when the fault is there.
        parameter: name of the query parameter, when the fault is there.
        header: name of the header field, when the fault is there.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None

    def describe(self) -> dict[str, str]:
        """Return the JSON object of this violation: its place, code and detail."""
        place = {"pointer": self.pointer, "parameter": self.parameter, "header": self.header}
        where = {name: value for name, value in place.items() if value is not None}
        return where | {"code": self.code, "detail": self.detail}


class Problem(Exception):
    """A refusal or failure that has a status, a code and a sentence for the caller.

    Args:
        detail: what happened this time; the title where it is not given.
        errors: every fault found, all at once.
        headers: fields that the answer must carry, such as `Allow`.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[Violation] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.headers = tuple(headers)

    def describe(self, request_id: str | None = None) -> dict[str, Any]:
        """Return the members of the problem document (RFC 9457, section 3.1)."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = [violation.describe() for violation in self.errors]
        return document

    def render(self, request_id: str | None = None) -> bytes:
        r"""Return the problem document as UTF-8 JSON.

        >>> NotFound("No such task.").render("r1")[:48]
        b'{"type":"/problems/not_found","title":"No such r'
        """
        document = json.dumps(self.describe(request_id), ensure_ascii=False, separators=(",", ":"))
        return document.encode("utf-8", "backslashreplace")


class BadRequest(Problem):
    """The request is not HTTP, or not one we can read."""

    status = 400
    code = "bad_request"
    title = "The request could not be understood"


class MalformedJSON(BadRequest):
    """The body is not JSON."""

    code = "malformed_json"
    title = "The body is not valid JSON"


class UnknownParameter(BadRequest):
    """A query parameter that the route does not have."""

    code = "unknown_parameter"
    title = "There is no such query parameter"


class InvalidParameter(BadRequest):
    """A query parameter whose value cannot be used."""

    code = "invalid_parameter"
    title = "A query parameter has a value that cannot be used"


class InvalidCursor(BadRequest):
    """A cursor that was altered, or belongs to another query."""

    code = "invalid_cursor"
    title = "The cursor does not belong to this query"


class Unauthenticated(Problem):
    """Credentials are missing. The answer names a scheme in `WWW-Authenticate`."""

    status = 401
    code = "unauthenticated"
    title = "Credentials are required"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[Violation] = (),
        headers: Sequence[tuple[str, str]] = (("WWW-Authenticate", "Bearer"),),
    ) -> None:
        # RFC 9110, section 11.6.1: a 401 MUST carry at least one challenge.
        super().__init__(detail, errors=errors, headers=headers)


class InvalidCredentials(Unauthenticated):
    """Credentials were given and are wrong."""

    code = "invalid_credentials"
    title = "The credentials are not valid"


class TokenExpired(Unauthenticated):
    """The token was valid once."""

    code = "token_expired"
    title = "The token has expired"


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "You may not do this"


class NotFound(Problem):
    """No such thing, or not visible to this caller: the two are not told apart."""

    status = 404
    code = "not_found"
    title = "No such resource"


class MethodNotAllowed(Problem):
    """The path exists, the method does not.

    Args:
        allow: the methods that the path has, for the `Allow` field.
    """

    status = 405
    code = "method_not_allowed"
    title = "The resource does not support this method"

    def __init__(self, detail: str | None = None, *, allow: Sequence[str]) -> None:
        super().__init__(detail, headers=(("Allow", ", ".join(allow)),))
        self.allow = tuple(allow)


class NotAcceptable(Problem):
    """None of the media types that the caller accepts can be had."""

    status = 406
    code = "not_acceptable"
    title = "No acceptable representation"


class RequestTimeout(Problem):
    """The request took too long to arrive."""

    status = 408
    code = "request_timeout"
    title = "The request took too long to arrive"


class Conflict(Problem):
    """The request does not fit the present state."""

    status = 409
    code = "conflict"
    title = "The request conflicts with the current state"


class UniqueViolation(Conflict):
    """A value that must be unique is taken."""

    code = "unique_violation"
    title = "A value that must be unique is already taken"


class ReferenceViolation(Conflict):
    """Other rows refer to this one, or a referred row is gone."""

    code = "reference_violation"
    title = "A reference stands in the way"


class IdempotencyConflict(Conflict):
    """A request with this idempotency key is still running."""

    code = "idempotency_conflict"
    title = "A request with this Idempotency-Key is still running"


class PreconditionFailed(Problem):
    """`If-Match` or another precondition no longer holds."""

    status = 412
    code = "precondition_failed"
    title = "The resource has changed"


class PayloadTooLarge(Problem):
    """The body is over its limit."""

    status = 413
    code = "payload_too_large"
    title = "The body is too large"


class URITooLong(Problem):
    """The request target is over its limit."""

    status = 414
    code = "uri_too_long"
    title = "The address is too long"


class UnsupportedMediaType(Problem):
    """The body is in a format that the route does not read."""

    status = 415
    code = "unsupported_media_type"
    title = "The body's media type is not supported"


class RangeNotSatisfiable(Problem):
    """The range asked for lies outside the representation."""

    status = 416
    code = "range_not_satisfiable"
    title = "The range cannot be served"


class ExpectationFailed(Problem):
    """An `Expect` other than `100-continue`."""

    status = 417
    code = "expectation_failed"
    title = "The expectation cannot be met"


class MisdirectedRequest(Problem):
    """The host is not one that is served here."""

    status = 421
    code = "misdirected_request"
    title = "This host is not served here"


class ValidationFailed(Problem):
    """Well-formed, but invalid; `errors` lists every fault."""

    status = 422
    code = "validation_failed"
    title = "The request is not valid"


class IdempotencyMismatch(ValidationFailed):
    """The idempotency key was used with another request."""

    code = "idempotency_mismatch"
    title = "This Idempotency-Key was used for a different request"


class PreconditionRequired(Problem):
    """The resource is only changed under `If-Match`."""

    status = 428
    code = "precondition_required"
    title = "The request must be conditional"


class RateLimited(Problem):
    """The caller is over its limit; `Retry-After` says when to come back."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"


class HeadersTooLarge(Problem):
    """The header section is over one of its limits."""

    status = 431
    code = "headers_too_large"
    title = "The header section is too large"


class InternalError(Problem):
    """Our fault. The log knows more; the caller gets the request id."""


class NotImplementedByServer(Problem):
    """A transfer coding or method that this server does not have."""

    status = 501
    code = "not_implemented"
    title = "The server does not implement this"


class Unavailable(Problem):
    """Not ready, or something that is needed is away; with `Retry-After`.

    Args:
        retry_after_seconds: what `Retry-After` says.
    """

    status = 503
    code = "unavailable"
    title = "The service is not available just now"

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, headers=(("Retry-After", str(retry_after_seconds)),))


class Overloaded(Unavailable):
    """Too much at once; refused quickly instead of growing."""

    code = "overloaded"
    title = "The server is busy"


class GatewayTimeout(Problem):
    """The handler took too long."""

    status = 504
    code = "gateway_timeout"
    title = "The request took too long to handle"


class VersionNotSupported(Problem):
    """An HTTP version other than 1.0 and 1.1."""

    status = 505
    code = "version_not_supported"
    title = "Only HTTP/1.0 and HTTP/1.1 are supported"


def every_problem() -> Iterator[type[Problem]]:
    """Yield each class of the tree that a caller can meet, by status and code."""

    def descend(root: type[Problem]) -> Iterator[type[Problem]]:
        for child in root.__subclasses__():
            yield child
            yield from descend(child)

    yield from sorted(descend(Problem), key=lambda problem: (problem.status, problem.code))
