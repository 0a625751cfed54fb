"""Models → components: a row as it is answered, and the bodies that write one.

    Task                     a whole row, with what `expand` adds where it was asked for
    TaskFields               the same with `fields`: any of its members
    TaskCreated              a new row, with those that were created along
    TaskCreate               the body of a POST
    TaskCreateUnderProject   the same below `/projects/{id}`
    TaskReplace              the body of a PUT
    TaskPatch                the body of a PATCH

A model that several resources serve (two versions of an API) has a row for each, since each
has its own members: `Task`, `TaskV2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.openapi.components import refer
from drystone.openapi.deprecations import tell_deprecation
from drystone.openapi.schemas.bodies import BodySchemas
from drystone.openapi.schemas.extra_members import expanded_members
from drystone.openapi.schemas.members import member_schema, tell
from drystone.openapi.schemas.plain_types import PlainTypes, attribute_texts
from drystone.schema.model.bodies import (
    Purpose,
    create_body,
    is_read_only,
    patch_body,
    replace_body,
)
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from drystone.openapi.components import Components, JSONObject
    from drystone.openapi.served import Served
    from drystone.resources.named_field import NamedField
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
        self._made: dict[type, tuple[type[Any], Purpose]] = {}
        self.types = PlainTypes(components, self._find)
        self._bodies = BodySchemas(components, self.types)
        for model in dict.fromkeys([*(one.resource.model for one in self._served), *models]):
            self._made[create_body(model)] = (model, "Create")
            self._made[replace_body(model)] = (model, "Replace")
            self._made[patch_body(model)] = (model, "Patch")

    def row_of(self, served: Served) -> JSONObject:
        """Return a reference to the row of a resource."""
        return self._row_part(served, "")

    def fields_of(self, served: Served) -> JSONObject:
        """Return a reference to the row of a resource, any of whose members may be missing."""
        return self._row_part(served, "Fields")

    def created_of(self, served: Served) -> JSONObject:
        """Return a reference to a new row, with the rows that were created along."""
        if not served.resource.nested:
            return self.row_of(served)
        name = self.name_of(served)
        name = self._components.name("schemas", (served, "Created"), [f"{name}Created"])
        lists = {
            one.name: {
                "type": "array",
                "items": self.row(one.model, version=served.version),
                "description": "There where it was in the body.",
            }
            for one in served.resource.nested
        }
        row = self._components.resolve(self.row_of(served))
        part = row | {"properties": row["properties"] | lists}
        return self._components.put("schemas", name, part)

    def row(self, model: type[Any], *, version: str) -> JSONObject:
        """Return a reference to a model's row, as the resource of a version shows it."""
        best = self._best(model, version)
        return self._plain_row(model) if best is None else self.row_of(best)

    def body(self, served: Served, purpose: Purpose) -> JSONObject:
        """Return a reference to a body that a resource reads."""
        return self._bodies.of_resource(served, self.name_of(served), purpose)

    def body_below(self, served: Served, parent: NamedField) -> JSONObject:
        """Return a reference to the body of a POST below the rows that `parent` leads to."""
        return self._bodies.below(served, self.name_of(served), parent)

    def name_of(self, served: Served) -> str:
        """Return the name of a resource's row among the components."""
        base = served.resource.model.__name__
        wishes = [base, *([f"{base}{served.version.upper()}"] if served.version else [])]
        return self._components.name("schemas", served, wishes)

    def member(self, column: ColumnInfo) -> JSONObject:
        """Return the schema of a column's value, NULL included where it may be."""
        return member_schema(column, self.types)

    def _find(self, wanted: type) -> JSONObject | None:
        if isinstance(getattr(type(wanted), "__drystone__", None), ModelInfo):
            # A handler of one's own knows the columns, and no more.
            return self._bare_row(wanted, None)
        known = self._made.get(wanted)
        return None if known is None else self._bodies.of_model(*known)

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

    def _bare_row(self, model: type[Any], version: str | None) -> JSONObject:
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
            schema = tell(column, self.member(column), texts)
            if is_read_only(column):
                schema["readOnly"] = True
            if column.is_standard and column.name == "deleted_at":
                schema["examples"] = [None]
            properties[column.name] = tell_deprecation(schema, going.get(column.name))
        lead = {"description": info.comment} if info.comment else {}
        return {
            **lead,
            "type": "object",
            "properties": properties,
            "required": [column.name for column in columns],
        }
