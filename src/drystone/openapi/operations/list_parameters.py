"""The parameters of lists and single rows: what `resources/asking` reads, described.

Each filter is a parameter for each of its operators: `status`, `priority[gte]`, `id[in]`.
What is the same for all resources is a component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.http.parts.value_list import MAX_LIST_ITEMS
from drystone.openapi.components import Components
from drystone.openapi.deprecations import tell_deprecation
from drystone.openapi.schemas.columns import filter_schema
from drystone.openapi.schemas.examples import example_of
from drystone.resources.asking.filters.expression_tokens import MAX_EXPRESSION_CHARS
from drystone.resources.asking.filters.operators import operand_type, operators_of
from drystone.resources.asking.filters.values import MAX_VALUE_CHARS
from drystone.resources.asking.name_list import MAX_NAMES
from drystone.resources.asking.paging import DEFAULT_LIMIT, MAX_LIMIT
from drystone.resources.asking.read_list import MAX_SEARCH_CHARS
from drystone.resources.expandable import expandables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.openapi.components import JSONObject
    from drystone.resources.declaration import Resource
    from drystone.resources.named_field import NamedField

_SAYS: Final = {
    "eq": "is this",
    "ne": "is there and not this",
    "gt": "is greater",
    "gte": "is greater or equal",
    "lt": "is less",
    "lte": "is less or equal",
    "in": "is one of these",
    "nin": "is there and none of these",
    "between": "lies between these two, both included",
    "contains": "contains this, in any case",
    "starts": "begins with this, in any case",
    "ends": "ends with this, in any case",
    "null": "is empty (`true`) or is not (`false`)",
}

_PLAIN: Final[dict[str, JSONObject]] = {
    "limit": {
        "description": "Rows on a page.",
        "schema": {
            "type": "integer",
            "format": "int32",
            "minimum": 1,
            "maximum": MAX_LIMIT,
            "default": DEFAULT_LIMIT,
        },
    },
    "page": {
        "description": "Which page, from 1; not together with `cursor`.",
        "schema": {"type": "integer", "format": "int64", "minimum": 1, "default": 1},
    },
    "cursor": {
        "description": "The page that a `next_cursor` or `prev_cursor` leads to; empty for the "
        "first one. Not together with `page`.",
        "schema": {"type": "string"},
        "allowEmptyValue": True,
    },
    "count": {
        "description": "How `total` is found; `exact` where it is not given, `none` with `cursor`.",
        "schema": {"type": "string", "enum": ["exact", "estimated", "none"]},
    },
    "deleted": {
        "description": "Whether deleted rows are shown too, or alone.",
        "schema": {
            "type": "string",
            "enum": ["exclude", "include", "only"],
            "default": "exclude",
        },
    },
    "as_of": {
        "description": "The time at which the row is to be seen.",
        "schema": {"type": "string", "format": "date-time"},
        "example": "2026-01-31T12:00:00Z",
    },
    "purge": {
        "description": "Whether the row is removed for good.",
        "schema": {"type": "boolean", "default": False},
    },
}
# Filters refer to no component.
_NOTHING: Final = Components()
_PAGING: Final = ("limit", "page", "cursor", "count")


def list_parameters(
    resource: Resource, components: Components, *, except_for: str | None = None
) -> Iterator[JSONObject]:
    """Yield the parameters of a resource's list.

    Args:
        resource: whose rows are listed.
        components: takes those that all resources have.
        except_for: the filter that the path says already, in a nested list.
    """
    for field in resource.filters:
        if field.name != except_for:
            yield from _filters(field, resource)
    if resource.filters:
        yield _expression(resource)
    if resource.search:
        yield _search(resource)
    yield _sort(resource)
    yield from _shape(resource)
    yield from (plain_parameter(name, components) for name in _PAGING)
    if resource.info.soft_delete:
        yield plain_parameter("deleted", components)


def row_parameters(resource: Resource, components: Components) -> Iterator[JSONObject]:
    """Yield the parameters of a single row."""
    yield from _shape(resource)
    if resource.info.soft_delete:
        yield plain_parameter("deleted", components)
    if "history" in resource.operations:
        yield plain_parameter("as_of", components)


def history_parameters(components: Components) -> Iterator[JSONObject]:
    """Yield the parameters of a row's history."""
    yield from (plain_parameter(name, components) for name in (*_PAGING, "deleted"))


def plain_parameter(name: str, components: Components) -> JSONObject:
    """Return a reference to a parameter that is the same for all resources."""
    return components.put("parameters", name, {"name": name, "in": "query", **_PLAIN[name]})


def _filters(field: NamedField, resource: Resource) -> Iterator[JSONObject]:
    going = resource.deprecated_fields.get(field.name)
    for operator in operators_of(field.info):
        name = field.name if operator == "eq" else f"{field.name}[{operator}]"
        schema = filter_schema(operand_type(field.info.type, operator))
        if schema.get("type") == "string" and "enum" not in schema and "format" not in schema:
            schema["maxLength"] = MAX_VALUE_CHARS
        aliases = "".join(f" Also named `{one}`." for one in field.aliases if operator == "eq")
        part: JSONObject = {
            "name": name,
            "in": "query",
            "description": f"Rows whose `{field.name}` {_SAYS[operator]}.{aliases}",
        }
        if operator in ("in", "nin", "between"):
            part |= _listed(schema, 2 if operator == "between" else None)
        else:
            part["schema"] = schema
        yield tell_deprecation(part, going)


def _listed(items: JSONObject, size: int | None) -> JSONObject:
    """Return the schema of several values with commas between them."""
    schema: JSONObject = {
        "type": "array",
        "items": items,
        "minItems": size or 1,
        "maxItems": size or MAX_LIST_ITEMS,
    }
    return {"schema": schema, "style": "form", "explode": False}


def _expression(resource: Resource) -> JSONObject:
    names = ", ".join(f"`{field.name}`" for field in resource.filters)
    return {
        "name": "filter",
        "in": "query",
        "description": "An expression over the fields that can be filtered by: `=`, `!=`, `<`, "
        "`<=`, `>`, `>=`, `in (…)`, `contains`, `= null`, with `AND`, `OR`, `NOT` and "
        f"parentheses. Fields: {names}.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_EXPRESSION_CHARS},
        "example": _example_expression(resource),
    }


def _example_expression(resource: Resource) -> str:
    for field in resource.filters:
        kind = field.info.type
        operators = operators_of(field.info)
        if "eq" not in operators:
            continue
        value = example_of(filter_schema(kind), _NOTHING, field.name)
        literal = f'"{value}"' if isinstance(value, str) else str(value).lower()
        return f"{field.name} = {literal}"
    return f"{resource.filters[0].name} = null"


def _search(resource: Resource) -> JSONObject:
    names = ", ".join(f"`{one.info.name}`" for one in resource.search)
    return {
        "name": "search",
        "in": "query",
        "description": f"Words to look for in {names}, the best matches first: "
        '`"a phrase"`, `or`, `-without`.',
        "schema": {"type": "string", "maxLength": MAX_SEARCH_CHARS},
        "allowEmptyValue": True,
    }


def _sort(resource: Resource) -> JSONObject:
    names = list(dict.fromkeys(["id", *(field.name for field in resource.sorts)]))
    choices = [sign + name for name in names for sign in ("", "-")]
    return {
        "name": "sort",
        "in": "query",
        "description": "In which order, the first name first; `-` is descending. "
        + ("The best matches, or `-id`, " if resource.search else "`-id` ")
        + "where it is not given.",
        **_names(choices),
    }


def _shape(resource: Resource) -> Iterator[JSONObject]:
    names = [column.name for column in resource.info.columns if not column.is_secret]
    names += resource.computed
    yield {
        "name": "fields",
        "in": "query",
        "description": "Which members of a row are wanted; all of them where it is not given.",
        **_names(names),
    }
    expandable = [one.name for one in expandables_of(resource)]
    if expandable:
        yield {
            "name": "expand",
            "in": "query",
            "description": "Rows of others that are wanted beside the row.",
            **_names(expandable),
        }


def _names(choices: list[str]) -> JSONObject:
    schema: dict[str, Any] = {
        "type": "array",
        "items": {"type": "string", "enum": choices},
        "minItems": 1,
        "maxItems": MAX_NAMES,
        "uniqueItems": True,
    }
    return {"schema": schema, "style": "form", "explode": False, "example": choices[:1]}
