"""What each code means, and what to do about it: the one place where that is written.

Written for the person who sends requests. Titles, statuses and codes are those of
`drystone.errors`; a code that is not explained here, or explained and not there, fails a
test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code, in words.

    Attributes:
        happened: what the server saw.
        mend: what to do.
        detail: of the example: what such an answer says of one time.
        fault: code, place and detail of the example's entry in `errors`, if it has one;
            the place is `pointer:/title`, `parameter:sort` or `header:If-Match`.
    """

    happened: str
    mend: str
    detail: str | None = None
    fault: tuple[str, str, str] | None = None


PROBLEMS: Final[dict[str, Explanation]] = {
    "bad_request": Explanation(
        "The request is not HTTP as the standard has it, or a header field that the route needs "
        "cannot be read.",
        "Look at `detail`. If it speaks of the message itself, the fault is in the client's "
        "library or in a proxy on the way; if it names a field such as `Idempotency-Key`, send "
        "another value.",
        "Idempotency-Key must be at most 255 characters.",
        ("too_long", "header:Idempotency-Key", "Idempotency-Key must be at most 255 characters."),
    ),
    "malformed_json": Explanation(
        "The body is not JSON (RFC 8259). `NaN`, a byte order mark and text that is not UTF-8 "
        "are not JSON either.",
        "`detail` says where reading ended. Have a library write the body, and encode it as UTF-8.",
        "The body is not JSON: expected a comma or a bracket at byte 17.",
    ),
    "unknown_parameter": Explanation(
        "The address has a query parameter that the route does not know. It is refused, since "
        "a filter that is not applied would answer with rows that were not asked for.",
        "`errors` names each one, with the nearest name that there is. The fields that can be "
        "filtered by are listed in the API's description.",
        'There is no parameter "statsu"; did you mean "status"?',
        (
            "unknown_field",
            "parameter:statsu",
            'There is no parameter "statsu"; did you mean "status"?',
        ),
    ),
    "invalid_parameter": Explanation(
        "A query parameter has a value that it cannot have, or is there twice.",
        "`errors` names each parameter and what it takes. Remember to encode values: in a query "
        "string `+` is a space, so the offset of a time is written `%2B02:00`.",
        'The parameter "limit" must be at most 100.',
        ("too_large", "parameter:limit", 'The parameter "limit" must be at most 100.'),
    ),
    "invalid_cursor": Explanation(
        "The cursor was altered, or was given for another question: another sort, another "
        "filter, another resource. Cursors end too when the server's signing key changes.",
        "Begin at the first page again, with an empty `cursor`, and take each next cursor from "
        "the answer before it, leaving all other parameters as they are.",
    ),
    "unauthenticated": Explanation(
        "The route is for callers who say who they are, and this request did not.",
        "Send credentials, as `WWW-Authenticate` names them: most often "
        "`Authorization: Bearer <token>`.",
    ),
    "invalid_credentials": Explanation(
        "There were credentials, and they are not right: an unknown token, a wrong password, "
        "a key that was revoked.",
        "Sign in again, or use another token. Sending the same ones again does not help.",
    ),
    "token_expired": Explanation(
        "The token was right once, and its time is over.",
        "Get a new one, with the refresh token where there is one, and repeat the request.",
    ),
    "forbidden": Explanation(
        "The server knows who is asking, and this caller may not do this with what it can see.",
        "Ask somebody who may, or for the permission. Repeating the request does not help.",
    ),
    "not_found": Explanation(
        "Nothing is at this address, or it is not visible to this caller: the two are not told "
        "apart. A deleted row is not found either, nor is an id that is not of its form.",
        "Look at the address, and at who is asking. Deleted rows are shown with "
        "`deleted=include` to those who may see them.",
    ),
    "method_not_allowed": Explanation(
        "The address exists, and does not have this method.",
        "`Allow` lists the methods that it has.",
    ),
    "not_acceptable": Explanation(
        "The request asks with `Accept` for media types that the answer cannot have.",
        "Accept `application/json`, or leave the field out.",
    ),
    "request_timeout": Explanation(
        "The request took too long to arrive: the connection was too slow, or the client "
        "stopped in the middle.",
        "Send it again. If it happens often, look at the network between client and server.",
    ),
    "conflict": Explanation(
        "The request does not fit the present state: a row that is not deleted is to be "
        "restored, another row excludes this one, or somebody else holds a lock.",
        "Read the row again, decide anew, and repeat the request if it still makes sense.",
        "The row is not deleted.",
    ),
    "unique_violation": Explanation(
        "A value that has to be unique belongs to another row already.",
        "`errors` points at the field. Choose another value, or change the row that has it.",
        "email is already taken.",
        ("duplicate", "pointer:/email", "is already taken"),
    ),
    "reference_violation": Explanation(
        "Other rows refer to this one, so it cannot be deleted; or a row cannot come back "
        "because one that it refers to is deleted.",
        "`detail` names what stands in the way. Delete, move or restore that first.",
        "Other rows refer to it: tasks by project_id.",
    ),
    "idempotency_conflict": Explanation(
        "A request with the same `Idempotency-Key` is still running.",
        "Wait a moment and send the same request with the same key: you are given the first "
        "one's answer.",
    ),
    "precondition_failed": Explanation(
        "`If-Match` names a version that the row no longer has: somebody else has changed it "
        "since it was read. Nothing was changed.",
        "Read the row again, put your change on top of what it is now, and send that with the "
        "new `ETag`.",
        "The row is at version 18 now.",
    ),
    "payload_too_large": Explanation(
        "The body is larger than the route takes.",
        "Send less at a time; `detail` has the bound.",
        "The body is over 10485760 bytes.",
    ),
    "uri_too_long": Explanation(
        "The address is longer than the server reads, 8 KiB unless it was set otherwise.",
        "Ask for less in one address: fewer values in a filter, shorter texts.",
    ),
    "unsupported_media_type": Explanation(
        "The body is of a media type that the route does not read, or none was named.",
        "Send `Content-Type: application/json` and a body that is JSON.",
        "The body must be sent as application/json.",
    ),
    "range_not_satisfiable": Explanation(
        "`Range` asks for a part that lies outside of what there is.",
        "`Content-Range` has the whole size. Ask for a part of that, or leave the field out.",
    ),
    "expectation_failed": Explanation(
        "`Expect` names something other than `100-continue`.",
        "Leave the field out.",
    ),
    "misdirected_request": Explanation(
        "The server does not answer for the host that the request names.",
        "Look at the address and at `Host`. If you run the server: list the host in "
        "`DRYSTONE_ALLOWED_HOSTS`.",
    ),
    "validation_failed": Explanation(
        "The body is JSON, and not what the route takes: a value of another type, out of its "
        "bounds, missing, or a field that there is not. Nothing was changed.",
        "`errors` has every fault at once, each with a JSON pointer to the place. The codes "
        "there are explained below the codes of problems.",
        "The request is not valid",
        ("too_long", "pointer:/title", "must be at most 200 characters"),
    ),
    "idempotency_mismatch": Explanation(
        "The `Idempotency-Key` was used before, for a request with another body or query.",
        "Take a new key for each thing that is to be done; use the old one only to send the very "
        "same request again.",
    ),
    "precondition_required": Explanation(
        "Rows of this resource are only changed by who says which version is meant, so that "
        "nobody overwrites another one's change unseen.",
        "Read the row, and send the `ETag` of that answer as `If-Match`.",
        "Say which version is meant: send If-Match.",
    ),
    "rate_limited": Explanation(
        "The caller has sent more requests than it may in this time.",
        "Wait as many seconds as `Retry-After` says, then go on more slowly.",
    ),
    "headers_too_large": Explanation(
        "The header fields are larger or more than the server reads.",
        "Most often cookies have piled up: clear them, or send fewer fields.",
    ),
    "internal_error": Explanation(
        "Something went wrong on the server. It is not the request's fault, and what it was is "
        "in the server's log.",
        "Try again later. If it stays, tell whoever runs the server the `request_id`: it leads "
        "to the entry in the log.",
    ),
    "not_implemented": Explanation(
        "The request uses a transfer coding that the server does not have.",
        "Send the body with a length, or in chunks, without further codings.",
    ),
    "unavailable": Explanation(
        "The server cannot answer just now: it starts or stops, the database is away, or too "
        "many changes were made to the same rows at once.",
        "Wait as long as `Retry-After` says, then send the request again. For one that changes "
        "something, send an `Idempotency-Key` each time, so that it is done once.",
    ),
    "overloaded": Explanation(
        "More came at once than the server does at a time, so it refuses quickly what would "
        "have waited too long.",
        "Wait as long as `Retry-After` says, with a little chance added, and try again.",
    ),
    "gateway_timeout": Explanation(
        "The request was taken up, and took longer than it may.",
        "Ask for less at once, or try again later. A change may still have been made: look, or "
        "use an `Idempotency-Key`.",
    ),
    "version_not_supported": Explanation(
        "The request is of an HTTP version that the server does not speak on this connection.",
        "Use HTTP/1.1.",
    ),
}

VIOLATIONS: Final[dict[str, str]] = {
    "required": "A field that must be given is missing.",
    "type": "The value is of another type: text where a number belongs, for example.",
    "format": "The text does not have the form of what it stands for: a date, an address, an id.",
    "too_short": "The text or list is shorter than the least.",
    "too_long": "The text or list is longer than the most.",
    "too_small": "The number lies below the least.",
    "too_large": "The number lies above the most.",
    "pattern": "The text does not match the pattern that `detail` shows.",
    "enum": "The value is none of the choices that `detail` lists.",
    "unknown_field": "There is no such field or parameter; `detail` has the nearest name.",
    "read_only": "The server keeps this field; it can only be sent back as it is.",
    "not_found": "The reference leads to no row, or to a deleted one.",
    "duplicate": "The value is there already, where it may be once.",
    "limit": "There are more entries, or they are nested more deeply, than is read.",
}
