"""The bodies that write rows, as schemas: what `resources/writing/bodies.py` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.openapi.components import refer
from drystone.openapi.deprecations import tell_deprecation
from drystone.openapi.schemas.members import member_schema, tell, with_default
from drystone.openapi.schemas.plain_types import attribute_texts
from drystone.openapi.served import pascal
from drystone.resources.nested_list import MAX_CHILDREN
from drystone.schema.model.bodies import Purpose, is_read_only
from drystone.schema.model.column_types import JSONType
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.schemas.plain_types import PlainTypes
    from drystone.openapi.served import Served
    from drystone.resources.named_field import NamedField
    from drystone.resources.nested_list import NestedList
    from drystone.routing.deprecation import Deprecation
    from drystone.schema.model.model_info import ModelInfo

_ECHOED: Final = (
    "Read-only: taken where it is equal to what is stored, so that a row can be sent back."
)
_PURPOSES: Final[dict[Purpose, str]] = {
    "Create": "What a new row of {} is made of.",
    "Replace": "What a row of {} is from now on; what is left out has its default again.",
    "Patch": "Changes of a row of {} (a JSON merge patch, RFC 7396): what is left out stays as "
    "it is.",
}


class BodySchemas:
    """The schemas of bodies.

    Args:
        components: takes them.
        types: describes what JSON columns hold.
    """

    def __init__(self, components: Components, types: PlainTypes) -> None:
        self._components = components
        self._types = types

    def of_model(self, model: type[Any], purpose: Purpose) -> JSONObject:
        """Return a reference to a body that is made of nothing but a model."""
        wishes = [f"{model.__name__}{purpose}", f"{model.__name__}{purpose}Row"]
        name = self._components.name("schemas", (model, purpose), wishes)
        if not self._components.has("schemas", name):
            self._components.put("schemas", name, self._body(describe(model), purpose, {}))
        return refer("schemas", name)

    def of_resource(self, served: Served, base: str, purpose: Purpose) -> JSONObject:
        """Return a reference to a body that a resource reads.

        Args:
            served: the resource.
            base: the name of its row among the components.
            purpose: what it does with the row.
        """
        name = self._components.name("schemas", (served, purpose), [f"{base}{purpose}"])
        if not self._components.has("schemas", name):
            resource = served.resource
            schema = self._body(resource.info, purpose, resource.deprecated_fields)
            properties = schema["properties"]
            if purpose == "Create":
                properties |= {one.name: self._list_of(one) for one in resource.nested}
            if purpose == "Replace":
                for member, column in resource.computed.items():
                    echoed = {"readOnly": True, "description": "Computed: may be sent back."}
                    properties[member] = member_schema(column.info, self._types) | echoed
            self._components.put("schemas", name, schema)
        return refer("schemas", name)

    def below(self, served: Served, base: str, parent: NamedField) -> JSONObject:
        """Return a reference to the body of a POST whose address gives a reference.

        Args:
            served: the resource.
            base: the name of its row among the components.
            parent: the reference; the body may leave it out.
        """
        whole = self._components.resolve(self.of_resource(served, base, "Create"))
        wish = f"{base}CreateUnder{pascal(parent.info.attribute)}"
        name = self._components.name("schemas", (served, "Create", parent.name), [wish])
        optional = tell_again(whole["properties"][parent.name], "The address says it already.")
        properties = whole["properties"] | {parent.name: optional}
        part = _without(whole, parent.name) | {"properties": properties}
        return self._components.put("schemas", name, part)

    def _list_of(self, nested: NestedList) -> JSONObject:
        wish = f"{nested.model.__name__}CreateNested"
        name = self._components.name("schemas", (nested.model, nested.reference), [wish])
        whole = self._body(describe(nested.model), "Create", {})
        reference = self._components.put("schemas", name, _without(whole, nested.reference.name))
        return {
            "type": "array",
            "items": reference,
            "maxItems": MAX_CHILDREN,
            "description": "Rows that are created along, all of them or nothing.",
        }

    def _body(
        self, info: ModelInfo, purpose: Purpose, going: Mapping[str, Deprecation]
    ) -> JSONObject:
        texts = attribute_texts(info.model)
        properties: JSONObject = {}
        required: list[str] = []
        for column in info.columns:
            read_only = is_read_only(column)
            if read_only and purpose != "Replace":
                continue
            schema = member_schema(column, self._types)
            if purpose == "Patch" and isinstance(column.type, JSONType):
                schema = {}  # a part of it, which is merged into what is stored
            schema = tell(column, schema, texts)
            if read_only:
                schema |= {"readOnly": True, "description": _ECHOED}
            elif purpose != "Patch":
                schema = with_default(schema, column)
                if column.default is None:
                    required.append(column.name)
            properties[column.name] = tell_deprecation(schema, going.get(column.name))
        schema = {
            "description": _PURPOSES[purpose].format(info.model.__name__),
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        return schema | ({"required": required} if required else {})


def tell_again(schema: JSONObject, said: str) -> JSONObject:
    """Return a schema with one more sentence about it."""
    told = " ".join(one for one in (schema.get("description"), said) if one)
    return schema | {"description": told}


def _without(schema: JSONObject, member: str) -> JSONObject:
    """Return the schema of an object without a member."""
    properties = {name: one for name, one in schema["properties"].items() if name != member}
    required = [name for name in schema.get("required", ()) if name != member]
    rest = {name: one for name, one in schema.items() if name not in ("properties", "required")}
    return rest | {"properties": properties} | ({"required": required} if required else {})
