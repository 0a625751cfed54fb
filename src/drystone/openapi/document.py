"""The description of an application: an OpenAPI document, made of its routes.

    routes ─► resources at their addresses ─► operations ─┐
                                └► schemas ─► components ─┴► document

Source: OpenAPI 3.1.1; JSON Schema 2020-12.

Invariants:
- Every route is an operation, also those of the platform itself; each operation has a name
  of its own. HEAD and OPTIONS, which are answered beside every GET, are not listed.
- The same declarations give the same bytes.

Left out on purpose: who may call what. `security` is empty until there are credentials to
speak of; the schemes have their place beside the other components.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from drystone.openapi.components import Components
from drystone.openapi.deprecations import tell_deprecation
from drystone.openapi.operations.answers import add_deprecation_headers
from drystone.openapi.operations.around import Around
from drystone.openapi.operations.custom import describe_custom, wish_id, words_of
from drystone.openapi.operations.generated import describe_generated, operation_id
from drystone.openapi.operations.path_parameters import path_parameters
from drystone.openapi.schemas.models import ModelSchemas
from drystone.openapi.served import Served, find_served, version_of
from drystone.resources.below import Below
from drystone.resources.generated_routes import GeneratedRoute
from drystone.resources.handlers import Handlers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from drystone.openapi.components import JSONObject
    from drystone.routing.deprecation import Deprecation
    from drystone.routing.route import Route

_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_TAG: Final = re.compile(r"/([^/{}]+)")
PLATFORM_TAG: Final = "platform"

_ABOUT: Final = """\
JSON in UTF-8, `snake_case`; times are RFC 3339 in UTC, decimals are strings.
Errors are `application/problem+json` (RFC 9457); `/problems` explains each code.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is described.

    Attributes:
        title: of the API.
        version: of the API.
        routes: all of them, with whole paths.
        models: all models of the application.
    """

    title: str
    version: str
    routes: Sequence[Route]
    models: Sequence[type[Any]] = ()


def build_document(subject: Subject) -> JSONObject:
    """Return the OpenAPI document of an application, as plain data.

    Raises:
        TypeError: a route declares a type that `msgspec` cannot read or write.
    """
    return _Builder(subject).build()


class _Builder:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._components = Components()
        self._served = find_served(subject.routes)
        self._by_resource = {id(one.resource): one for one in self._served}
        # Longest first: the resource that a path stands below is the nearest one.
        self._by_path = sorted(self._served, key=lambda one: -len(one.path))
        self._schemas = ModelSchemas(self._components, self._served, subject.models)
        self._ids: set[str] = set()
        self._tags: dict[str, str] = {}

    def build(self) -> JSONObject:
        for one in self._served:
            # First of all, so that rows have the best names.
            self._schemas.name_of(one)
        paths: JSONObject = {}
        for route in self._subject.routes:
            for method in route.methods:
                if method.lower() in _METHODS:
                    operation = self._describe(route, method)
                    paths.setdefault(route.pattern.template, {})[method.lower()] = operation
        return {
            "openapi": "3.1.1",
            "info": {
                "title": self._subject.title,
                "version": self._subject.version,
                "description": _ABOUT,
            },
            "servers": [{"url": "/"}],
            "tags": [{"name": name, "description": said} for name, said in self._tags.items()],
            "security": [],
            "paths": paths,
            "components": self._components.used_by(paths),
        }

    def _describe(self, route: Route, method: str) -> JSONObject:
        made = route.generated
        if isinstance(made, GeneratedRoute):
            served = self._by_resource[id(made.resource)]
            around = Around(served, self._schemas, self._components, made.parent)
            operation = describe_generated(made.operation, around)
            operation = _override(route) | operation if _is_overridden(route) else operation
            wish = operation_id(made.operation, served, made.parent)
            tag = self._tag_of(served)
        else:
            below = self._resource_above(route)
            try:
                operation = describe_custom(route, self._schemas, self._components)
            except TypeError as error:
                raise TypeError(f"{route.origin}: {error}") from error
            wish = wish_id(route, below)
            tag = self._tag_of(below) if below else self._plain_tag(route)
        operation["parameters"] = [*path_parameters(route), *operation.get("parameters", ())]
        if not operation["parameters"]:
            del operation["parameters"]
        operation = tell_deprecation(operation, route.deprecated)
        add_deprecation_headers(operation, _deprecations_of(route), self._components)
        named = {"operationId": self._unique_id(wish, route, method), "tags": [tag]}
        return _ordered(named | operation)

    def _resource_above(self, route: Route) -> Served | None:
        path = route.pattern.template
        for one in self._by_path:
            if path == one.path or path.startswith(f"{one.path}/"):
                return one
        return None

    def _tag_of(self, served: Served) -> str:
        said = served.resource.info.comment or f"The {served.resource.name}."
        self._tags.setdefault(served.tag, said)
        return served.tag

    def _plain_tag(self, route: Route) -> str:
        path = route.pattern.template
        version = version_of(path)
        first = _TAG.match(path.removeprefix(f"/api/{version}")) if version else None
        name = first[1] if first else PLATFORM_TAG
        said = "The platform's own routes." if name == PLATFORM_TAG else f"Below `/{name}`."
        self._tags.setdefault(name, said)
        return name

    def _unique_id(self, wish: str, route: Route, method: str) -> str:
        version = version_of(route.pattern.template).upper()
        wishes = [wish, f"{wish}{version}", f"{method.lower()}_{wish}{version}"]
        numbered = (f"{wish}{number}" for number in range(2, len(self._ids) + 3))
        name = next(one for one in (*wishes, *numbered) if one not in self._ids)
        self._ids.add(name)
        return name


def _deprecations_of(route: Route) -> list[Deprecation]:
    """Return what answers of a route may tell of: its own end, and that of fields."""
    found = [] if route.deprecated is None else [route.deprecated]
    if isinstance(route.generated, GeneratedRoute):
        found += route.generated.resource.deprecated_fields.values()
    return found


_ORDER: Final = ("operationId", "tags", "summary", "description", "deprecated", "parameters")


def _ordered(operation: JSONObject) -> JSONObject:
    """Return an operation with its members in the order in which people read."""
    first = {name: operation[name] for name in _ORDER if name in operation}
    return first | operation


def _is_overridden(route: Route) -> bool:
    return not isinstance(getattr(route.handler, "__self__", None), Handlers | Below)


def _override(route: Route) -> JSONObject:
    _, description = words_of(route.handler)
    return {"description": description} if description else {}


def paths_of(document: JSONObject) -> Iterable[tuple[str, str, JSONObject]]:
    """Yield path, method and operation of everything that a document describes."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation
