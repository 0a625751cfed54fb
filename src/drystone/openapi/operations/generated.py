"""The generated routes of resources → operations.

One function for each operation; what is common (tags, names, deprecation) is put around
them by `describe_generated`. The codes are those that `resources/` raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drystone.openapi.operations.answers import PATH_CODES
from drystone.openapi.operations.around import JSON, target_of
from drystone.openapi.operations.headers import asked_header
from drystone.openapi.operations.list_parameters import (
    history_parameters,
    list_parameters,
    plain_parameter,
    row_parameters,
)
from drystone.openapi.schemas.bulk import bulk_body, bulk_example, bulk_result
from drystone.openapi.schemas.examples import example_of
from drystone.openapi.schemas.listings import change_page, page_of, revert_schema
from drystone.resources.writing.bulk_items import kinds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.operations.around import Around
    from drystone.openapi.served import Served
    from drystone.resources.named_field import NamedField

_QUERY: Final = ("unknown_parameter", "invalid_parameter")


def describe_generated(operation: str, around: Around) -> JSONObject:
    """Return the operation of a generated route, path parameters and names aside.

    Args:
        operation: the name of the handler: `list`, `create`, …
        around: what it is made from.
    """
    return _DESCRIBED[operation](around)


def operation_id(operation: str, served: Served, parent: NamedField | None = None) -> str:
    """Return the wish for the operation's name: `listTasks`, `createTask`, `listProjectTasks`."""
    if parent is not None:
        below = target_of(parent).__name__
        return f"{operation}{below}{served.plural if operation == 'list' else served.singular}"
    return {
        "list": f"list{served.plural}",
        "bulk": f"bulkWrite{served.plural}",
        "read": f"get{served.singular}",
        "replace": f"replace{served.singular}",
        "patch": f"update{served.singular}",
        "history": f"list{served.singular}History",
    }.get(operation, f"{operation}{served.singular}")


def _list(around: Around) -> JSONObject:
    resource = around.served.resource
    schema = page_of(around.served, around.schemas, around.components)
    return {
        "summary": f"List {around.plural}{around.place}",
        "parameters": list(
            list_parameters(
                resource,
                around.components,
                except_for=around.parent.name if around.parent else None,
            )
        ),
        "responses": {
            "200": around.answer("A page of rows.", schema, "Link"),
            **around.problems(
                *(*_QUERY, "invalid_cursor", *around.unseen("read", "deleted")),
                *(PATH_CODES if around.parent else ()),
            ),
        },
    }


def _read(around: Around) -> JSONObject:
    resource = around.served.resource
    wanted = asked_header("IfNoneMatch", around.components)
    return {
        "summary": f"Get {around.noun}",
        "parameters": [*row_parameters(resource, around.components), wanted],
        "responses": {
            "200": around.answer("The row.", around.shown_row, "ETag"),
            "304": around.answer("The caller has it: `If-None-Match` names it.", None, "ETag"),
            **around.problems(*_QUERY, *PATH_CODES, *around.unseen("deleted", "history")),
        },
    }


def _create(around: Around) -> JSONObject:
    body = around.creation_body
    written = ("Location", "ETag", "Preference-Applied", "Idempotency-Replayed")
    row = around.schemas.created_of(around.served)
    return {
        "summary": f"Create {around.noun}{around.place}",
        "parameters": [around.prefer(), around.key()],
        "requestBody": around.body(body),
        "responses": {
            "201": around.answer("The new row; no body with `return=minimal`.", row, *written),
            **around.problems(
                *("bad_request", "malformed_json", "unknown_parameter"),
                *(*around.refusals("create"), *(PATH_CODES if around.parent else ())),
                *("unique_violation", "conflict", "idempotency_conflict"),
                *("payload_too_large", "unsupported_media_type"),
                *("validation_failed", "idempotency_mismatch"),
            ),
        },
    }


def _replace(around: Around) -> JSONObject:
    body = around.schemas.body(around.served, "Replace")
    return {
        "summary": f"Replace {around.noun}",
        "parameters": around.conditions(has_key=False),
        "requestBody": around.body(body),
        "responses": {
            **_changed(around),
            **around.problems(
                *("malformed_json", "unknown_parameter", *around.refusals("update"), *PATH_CODES),
                *("unique_violation", "conflict", *around.preconditions),
                *("payload_too_large", "unsupported_media_type", "validation_failed"),
            ),
        },
    }


def _patch(around: Around) -> JSONObject:
    body = around.schemas.body(around.served, "Patch")
    operation = _change_of_row(
        around,
        f"Change {around.noun}",
        *("malformed_json", *around.refusals("update"), "unique_violation"),
        *("payload_too_large", "unsupported_media_type", "validation_failed"),
    )
    example = patch_example(body, around.components)
    content = around.media(body, example)
    # What is taken is any JSON; this is what a merge patch is called (RFC 7396).
    media_types = {JSON: content, "application/merge-patch+json": content}
    return operation | {"requestBody": {"required": True, "content": media_types}}


def _restore(around: Around) -> JSONObject:
    return _change_of_row(
        around,
        f"Bring {around.noun} back that was deleted",
        *(*around.refusals("restore"), "unique_violation", "reference_violation"),
    )


def _revert(around: Around) -> JSONObject:
    operation = _change_of_row(
        around,
        f"Make {around.noun} what it was in an earlier version",
        *("malformed_json", *around.refusals("update", "history"), "unique_violation"),
        *("payload_too_large", "unsupported_media_type", "validation_failed"),
    )
    return operation | {"requestBody": around.body(revert_schema(around.components))}


def _change_of_row(around: Around, summary: str, *codes: str) -> JSONObject:
    """Return the operation of a change that is answered with the row."""
    return {
        "summary": summary,
        "parameters": around.conditions(),
        "responses": {
            **_changed(around),
            **around.problems(
                "bad_request",
                "unknown_parameter",
                *codes,
                *(*PATH_CODES, "conflict", "idempotency_conflict", "idempotency_mismatch"),
                *around.preconditions,
            ),
        },
    }


def _changed(around: Around) -> JSONObject:
    row = around.schemas.row_of(around.served)
    written = ("ETag", "Preference-Applied", "Idempotency-Replayed")
    return {
        "200": around.answer("The row as it is now.", row, *written),
        "204": around.answer("Done, with `Prefer: return=minimal`.", None, *written),
    }


def _delete(around: Around) -> JSONObject:
    has = around.served.resource.operations
    purges = "purge" in has
    parameters = [plain_parameter("purge", around.components)] if purges else []
    headers = ("Preference-Applied", "Idempotency-Replayed")
    return {
        "summary": f"Delete {around.noun}"
        + (", or with `purge=true` for good" if purges and "delete" in has else ""),
        "parameters": [*parameters, *around.conditions()],
        "responses": {
            "204": around.answer("It is gone.", None, *headers),
            **around.problems(
                *("bad_request", *_QUERY, *around.refusals("delete", "purge"), *PATH_CODES),
                *("reference_violation", "conflict", "idempotency_conflict"),
                *("idempotency_mismatch", *around.preconditions),
            ),
        },
    }


def _bulk(around: Around) -> JSONObject:
    headers = ("Preference-Applied", "Idempotency-Replayed")
    parts = (around.served, around.schemas, around.components)
    body = bulk_body(*parts)
    patch = around.schemas.body(around.served, "Patch")
    example = bulk_example(*parts, patch_example(patch, around.components))
    result = bulk_result(*parts)
    return {
        "summary": f"Write many {around.plural} in one request",
        "parameters": [around.prefer(), around.key()],
        "requestBody": around.body(body, example),
        "responses": {
            "200": around.answer("A result or a problem for each item.", result, *headers),
            **around.problems(
                *("bad_request", "malformed_json", "unknown_parameter"),
                *around.refusals(*kinds_of(around.served.resource.operations)),
                *("unique_violation", "conflict", "idempotency_conflict"),
                *("payload_too_large", "unsupported_media_type"),
                *("validation_failed", "idempotency_mismatch"),
            ),
        },
    }


def _history(around: Around) -> JSONObject:
    schema = change_page(around.served, around.schemas, around.components)
    return {
        "summary": f"List the changes of {around.noun}, newest first",
        "parameters": list(history_parameters(around.components)),
        "responses": {
            "200": around.answer("A page of changes.", schema, "Link"),
            **around.problems(
                *_QUERY, "invalid_cursor", *PATH_CODES, *around.unseen("deleted", "history")
            ),
        },
    }


def patch_example(body: JSONObject, components: Components) -> JSONObject:
    """Return a patch of one member, a reference only where there is nothing else."""
    properties: JSONObject = components.resolve(body)["properties"]
    names: Sequence[str] = [name for name in properties if not name.endswith("_id")]
    for name in [*names, *properties][:1]:
        return {name: example_of(properties[name], components, name)}
    return {}


_DESCRIBED: Final[dict[str, Callable[[Around], JSONObject]]] = {
    "list": _list,
    "read": _read,
    "create": _create,
    "replace": _replace,
    "patch": _patch,
    "delete": _delete,
    "restore": _restore,
    "bulk": _bulk,
    "history": _history,
    "revert": _revert,
}
