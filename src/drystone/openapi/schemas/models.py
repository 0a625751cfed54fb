"""Models → components: a row as it is answered, and the bodies that write one.

    Task          a whole row, with the rows that `expand` adds where they were asked for
    TaskFields    the same with `fields`: any of its members
    TaskCreate    the body of a POST
    TaskReplace   the body of a PUT
    TaskPatch     the body of a PATCH

A model that several resources serve (two versions of an API) has a row for each, since each
has its own members: `Task`, `TaskV2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from drystone.openapi.components import refer
from drystone.openapi.deprecations import tell_deprecation
from drystone.openapi.schemas.columns import column_schema, or_null
from drystone.openapi.schemas.extra_members import expanded_members
from drystone.openapi.schemas.plain_types import PlainTypes, attribute_texts
from drystone.schema.json_encode import encode_json
from drystone.schema.model.bodies import (
    Purpose,
    create_body,
    is_read_only,
    patch_body,
    replace_body,
)
from drystone.schema.model.column_types import JSONType
from drystone.schema.model.defaults import Constant
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.served import Served
    from drystone.routing.deprecation import Deprecation
    from drystone.schema.model.column_info import ColumnInfo


class ModelSchemas:
    """The schemas of an application's models.

    Args:
        components: takes them.
        served: the resources, in order of declaration.
        models: all models of the application, those without a resource too.

    Attributes:
        types: describes everything else.
    """

    def __init__(
        self, components: Components, served: Iterable[Served], models: Iterable[type[Any]]
    ) -> None:
        self._components = components
        self._served = tuple(served)
        self._bodies: dict[type, tuple[type[Any], Purpose]] = {}
        self.types = PlainTypes(components, self._find)
        for model in dict.fromkeys([*(one.resource.model for one in self._served), *models]):
            self._bodies[create_body(model)] = (model, "Create")
            self._bodies[replace_body(model)] = (model, "Replace")
            self._bodies[patch_body(model)] = (model, "Patch")

    def row(self, model: type[Any], *, version: str | None = None) -> JSONObject:
        """Return a reference to a model's row, as the resource of a version shows it.

        Args:
            model: the model.
            version: of the API; where it does not serve the model, any other that does.
        """
        best = self._best(model, version)
        return self.row_of(best) if best is not None else self._plain_row(model)

    def row_of(self, served: Served) -> JSONObject:
        """Return a reference to the row of a resource."""
        return self._row_part(served, "")

    def fields_of(self, served: Served) -> JSONObject:
        """Return a reference to the row of a resource, any of whose members may be missing."""
        return self._row_part(served, "Fields")

    def body(
        self, model: type[Any], purpose: Purpose, *, served: Served | None = None
    ) -> JSONObject:
        """Return a reference to a body.

        Args:
            model: whose row it writes.
            purpose: what it does with it.
            served: the resource that it is sent to, which may deprecate members.
        """
        base = model.__name__ if served is None else self.name_of(served)
        owner = (served or model, purpose)
        name = self._components.name("schemas", owner, [f"{base}{purpose}"])
        if not self._components.has("schemas", name):
            self._components.put("schemas", name, {})
            going = {} if served is None else served.resource.deprecated_fields
            self._components.put("schemas", name, self._body(describe(model), purpose, going))
        return refer("schemas", name)

    def name_of(self, served: Served) -> str:
        """Return the name of a resource's row among the components."""
        base = served.resource.model.__name__
        wishes = [base, *([f"{base}{served.version.upper()}"] if served.version else [])]
        return self._components.name("schemas", served, wishes)

    def member(self, column: ColumnInfo) -> JSONObject:
        """Return the schema of a column's value, NULL included where it may be."""
        schema = column_schema(column.type, document=self.types.describe)
        return or_null(schema) if column.nullable else schema

    def _find(self, wanted: type) -> JSONObject | None:
        if isinstance(getattr(type(wanted), "__drystone__", None), ModelInfo):
            return self.row(wanted)
        known = self._bodies.get(wanted)
        if known is None:
            return None
        model, purpose = known
        served = next((one for one in self._served if one.resource.model is model), None)
        return self.body(model, purpose, served=served)

    def _row_part(self, served: Served, suffix: str) -> JSONObject:
        name = self.name_of(served)
        if suffix:
            name = self._components.name("schemas", (served, suffix), [f"{name}{suffix}"])
        if not self._components.has("schemas", name):
            self._components.put("schemas", name, {})
            self._components.put("schemas", name, self._row(served, is_whole=not suffix))
        return refer("schemas", name)

    def _row(self, served: Served, *, is_whole: bool) -> JSONObject:
        resource = served.resource
        schema = self._row_schema(resource.info, resource.deprecated_fields)
        for name, column in resource.computed.items():
            member = self.member(column.info) | {"readOnly": True, "description": "Computed."}
            schema["properties"][name] = member
            schema["required"].append(name)
        schema["properties"] |= expanded_members(
            resource, lambda model: self._bare_row(model, served.version)
        )
        if is_whole:
            return schema
        del schema["required"]
        lead = f"Members of a {resource.model.__name__}, as `fields` asks for them."
        return schema | {"description": lead}

    def _bare_row(self, model: type[Any], version: str) -> JSONObject:
        """Return a reference to a row as it stands beside others: without what is computed."""
        best = self._best(model, version)
        if best is None or best.resource.computed:
            return self._plain_row(model)
        return self.row_of(best)

    def _best(self, model: type[Any], version: str | None) -> Served | None:
        candidates = [one for one in self._served if one.resource.model is model]
        same = [one for one in candidates if one.version == version]
        return next(iter([*same, *candidates]), None)

    def _plain_row(self, model: type[Any]) -> JSONObject:
        wishes = [model.__name__, f"{model.__name__}Row"]
        name = self._components.name("schemas", model, wishes)
        if not self._components.has("schemas", name):
            self._components.put("schemas", name, self._row_schema(describe(model), {}))
        return refer("schemas", name)

    def _row_schema(self, info: ModelInfo, going: Mapping[str, Deprecation]) -> JSONObject:
        texts = attribute_texts(info.model)
        columns = [column for column in info.columns if not column.is_secret]
        properties: JSONObject = {}
        for column in columns:
            schema = self._told(column, self.member(column), texts)
            if is_read_only(column):
                schema["readOnly"] = True
            if column.name == "deleted_at":
                schema["examples"] = [None]
            properties[column.name] = tell_deprecation(schema, going.get(column.name))
        lead = {"description": info.comment} if info.comment else {}
        return {
            **lead,
            "type": "object",
            "properties": properties,
            "required": [column.name for column in columns],
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
            schema = self.member(column)
            if purpose == "Patch" and isinstance(column.type, JSONType):
                schema = {}  # a part of it, which is merged into what is stored
            schema = self._told(column, schema, texts)
            if read_only:
                schema |= {"readOnly": True, "description": _ECHOED}
            elif purpose != "Patch":
                schema = _with_default(schema, column)
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

    def _told(self, column: ColumnInfo, schema: JSONObject, texts: Mapping[str, str]) -> JSONObject:
        said = column.comment or texts.get(column.attribute) or _STANDARD.get(column.name)
        if said is None and column.reference is not None:
            said = f"The id of a {column.reference.resolve().__name__}."
        texts_of_both = [said, schema.get("description")]
        told = " ".join(one for one in texts_of_both if one)
        return schema | ({"description": told} if told else {})


_ECHOED = "Read-only: taken where it is equal to what is stored, so that a row can be sent back."

_STANDARD = {
    "id": "Made by the server; later ones are greater.",
    "version": "Rises with each change; `If-Match` names it.",
    "created_at": "When the row was made.",
    "updated_at": "When it was last changed.",
    "deleted_at": "When it was deleted; null for a row that is not.",
}

_PURPOSES: dict[Purpose, str] = {
    "Create": "What a new {} is made of.",
    "Replace": "What a {} is from now on; what is left out has its default again.",
    "Patch": "Changes of a {} (a JSON merge patch, RFC 7396): what is left out stays as it is.",
}


def _with_default(schema: JSONObject, column: ColumnInfo) -> JSONObject:
    if not isinstance(column.default, Constant):
        return schema
    return schema | {"default": msgspec.json.decode(encode_json(column.default.value))}
