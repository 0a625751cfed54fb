"""Python types → JSON Schema: what custom routes declare as `body` and `returns`.

`msgspec.inspect` describes a type as a closed set of records; this walks over them, as
`schema/validation.py` does beside a value. A Struct, dataclass or TypedDict becomes a
component under its class's name.

Left out on purpose: types that only a `dec_hook` knows; they are any JSON.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import inspect as mi

from drystone.openapi.components import refer
from drystone.openapi.schemas.columns import (
    DURATION,
    bytes_schema,
    decimal_schema,
    integer_schema,
    or_null,
)
from drystone.schema.json_encode import encode_json
from drystone.schema.model.column_types import DecimalType
from drystone.schema.model.defaults import Constant
from drystone.schema.own_bounds import judge_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.openapi.components import Components, JSONObject

    Known = Callable[[type], JSONObject | None]

_TEXTS: Final[dict[type[mi.Type], JSONObject]] = {
    mi.DateTimeType: {"format": "date-time"},
    mi.DateType: {"format": "date"},
    mi.TimeType: {"format": "time"},
    mi.TimeDeltaType: {"pattern": DURATION, "examples": ["PT2H"]},
    mi.UUIDType: {"format": "uuid"},
}


class PlainTypes:
    """Describes types.

    Args:
        components: takes what has a name.
        known: returns the schema of a class that is described elsewhere: a model, or a
            body that was made from one.
    """

    def __init__(self, components: Components, known: Known) -> None:
        self._components = components
        self._known = known

    def describe(self, wanted: Any) -> JSONObject:
        """Return the schema of a type.

        Raises:
            TypeError: `msgspec` cannot read or write it.
        """
        found = self._known(wanted) if isinstance(wanted, type) else None
        return self._visit(mi.type_info(wanted)) if found is None else found

    def _visit(self, node: mi.Type) -> JSONObject:
        match node:
            case mi.Metadata():
                return self._visit_metadata(node)
            case mi.UnionType():
                return self._visit_union(node)
            case mi.StructType() | mi.DataclassType() | mi.TypedDictType() | mi.NamedTupleType():
                return self._known(node.cls) or self._refer(node)
            case mi.DictType():
                values = self._visit(node.value_type)
                return _given(
                    type="object",
                    additionalProperties=values or None,
                    minProperties=node.min_length,
                    maxProperties=node.max_length,
                )
            case mi.TupleType():
                items = [self._visit(one) for one in node.item_types]
                size = len(items)
                return {
                    "type": "array",
                    "prefixItems": items,
                    "items": False,
                    "minItems": size,
                    "maxItems": size,
                }
            case mi.CollectionType():
                return _given(
                    type="array",
                    items=self._visit(node.item_type),
                    minItems=node.min_length,
                    maxItems=node.max_length,
                    uniqueItems=isinstance(node, mi.SetType | mi.FrozenSetType) or None,
                )
            case _:
                return _visit_leaf(node)

    def _visit_metadata(self, node: mi.Metadata) -> JSONObject:
        judge = judge_of(node)
        if isinstance(judge, partial) and judge.args and isinstance(judge.args[0], DecimalType):
            schema = decimal_schema(judge.args[0])
        else:
            schema = self._visit(node.type)
        return schema | (node.extra_json_schema or {})

    def _visit_union(self, node: mi.UnionType) -> JSONObject:
        others = [one for one in node.types if not isinstance(one, mi.NoneType)]
        schemas = [self._visit(one) for one in others]
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        if len(others) == len(node.types):
            return schema
        if len(schemas) > 1:
            return {"anyOf": [*schemas, {"type": "null"}]}
        return or_null(schema)

    def _refer(
        self, node: mi.StructType | mi.DataclassType | mi.TypedDictType | mi.NamedTupleType
    ) -> JSONObject:
        name = self._components.name("schemas", node.cls, [node.cls.__name__])
        if not self._components.has("schemas", name):
            self._components.put("schemas", name, {})  # where it contains itself
            self._components.put("schemas", name, self._describe_class(node))
        return refer("schemas", name)

    def _describe_class(
        self, node: mi.StructType | mi.DataclassType | mi.TypedDictType | mi.NamedTupleType
    ) -> JSONObject:
        if isinstance(node, mi.NamedTupleType) or (
            isinstance(node, mi.StructType) and node.array_like
        ):
            items = [self._visit(one.type) for one in node.fields]
            least = sum(one.required for one in node.fields)
            return {"type": "array", "prefixItems": items, "minItems": least}
        properties: JSONObject = {}
        required = [one.encode_name for one in node.fields if one.required]
        if isinstance(node, mi.StructType) and node.tag_field is not None:
            properties[node.tag_field] = {"const": node.tag}
            required.insert(0, node.tag_field)
        told = attribute_texts(node.cls)
        for one in node.fields:
            schema = self._visit(one.type)
            if text := told.get(one.name):
                schema = schema | {"description": text}
            properties[one.encode_name] = _with_default(schema, one.default)
        return _given(
            description=first_words(node.cls),
            type="object",
            properties=properties,
            required=required or None,
            # Bodies are read so, whatever the type says: `schema/validation.py`.
            additionalProperties=False
            if isinstance(node, mi.StructType) and node.forbid_unknown_fields
            else None,
        )


def _visit_leaf(node: mi.Type) -> JSONObject:
    match node:
        case mi.NoneType():
            return {"type": "null"}
        case mi.BoolType():
            return {"type": "boolean"}
        case mi.IntType():
            return integer_schema(node.ge, node.le) | _given(
                exclusiveMinimum=node.gt, exclusiveMaximum=node.lt, multipleOf=node.multiple_of
            )
        case mi.FloatType():
            return _given(
                type="number",
                format="double",
                minimum=node.ge,
                maximum=node.le,
                exclusiveMinimum=node.gt,
                exclusiveMaximum=node.lt,
                multipleOf=node.multiple_of,
            )
        case mi.DecimalType():
            return decimal_schema(DecimalType())
        case mi.StrType():
            # Python's word for the end is \Z; JSON Schema's regular expressions have $.
            pattern = node.pattern and node.pattern.replace(r"\Z", "$")
            return _given(
                type="string", minLength=node.min_length, maxLength=node.max_length, pattern=pattern
            )
        case mi.BytesType() | mi.ByteArrayType() | mi.MemoryViewType():
            return bytes_schema(node.min_length, node.max_length)
        case mi.EnumType():
            return _choices([one.value for one in node.cls])
        case mi.LiteralType():
            return _choices(list(node.values))
        case _ if type(node) in _TEXTS:
            return {"type": "string"} | _TEXTS[type(node)]
        case _:
            return {}


def _choices(values: list[Any]) -> JSONObject:
    kinds = {type(value) for value in values}
    kind = {str: "string", int: "integer"}.get(kinds.pop()) if len(kinds) == 1 else None
    return _given(type=kind, enum=values)


def _with_default(schema: JSONObject, default: object) -> JSONObject:
    if isinstance(default, Constant):
        default = default.value
    if default is msgspec.UNSET or default is msgspec.NODEFAULT:
        return schema
    try:
        return schema | {"default": msgspec.json.decode(encode_json(default))}
    except TypeError:
        return schema


def first_words(wanted: type) -> str | None:
    """Return the first paragraph of a class's own docstring, on one line."""
    doc = wanted.__dict__.get("__doc__")
    # A dataclass without one gets its signature for a docstring.
    if not doc or doc.startswith(f"{wanted.__name__}("):
        return None
    return " ".join(inspect.cleandoc(doc).partition("\n\n")[0].split())


def attribute_texts(wanted: type) -> dict[str, str]:
    """Return what a docstring's section `Attributes:` says of each attribute.

    >>> class Point(msgspec.Struct):
    ...     '''A place.
    ...
    ...     Attributes:
    ...         x: steps to the right,
    ...             or to the left.
    ...     '''
    ...     x: int
    >>> attribute_texts(Point)
    {'x': 'Steps to the right, or to the left.'}
    """
    lines = inspect.cleandoc(wanted.__dict__.get("__doc__") or "").splitlines()
    if "Attributes:" not in lines:
        return {}
    told: dict[str, str] = {}
    name = ""
    for line in lines[lines.index("Attributes:") + 1 :]:
        depth = len(line) - len(line.lstrip())
        if not depth:
            break
        found, colon, text = line.strip().partition(": ")
        if depth == 4 and colon:
            name, told[found] = found, text[:1].upper() + text[1:]
        elif name:
            told[name] += f" {line.strip()}"
    return told


def _given(**keywords: Any) -> JSONObject:
    return {name: value for name, value in keywords.items() if value is not None}
