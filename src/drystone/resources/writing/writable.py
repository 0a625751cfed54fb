"""What is known at start of writing to a resource's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from drystone.resources.declaration import Resource
from drystone.schema.model.model_meta import describe
from drystone.schema.strict_json import JSONDecoder

from .bodies import creation_body, merging_body, replacement_body
from .breaches import Breaches, find_breaches
from .hooks import Hooks
from .referrers import Referrers, find_referrers
from .stored_form import StoredForm, stored_form

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Writable:
    """A resource as writes see it.

    Attributes:
        resource: the resource.
        path: the address of its rows, such as `/api/v1/tasks`, for `Location`.
        referrers: which models refer to which.
        breaches: explains what the tables refuse.
        hooks: what runs before and after.
        created: reads the body of a POST.
        replaced: reads the body of a PUT.
        patched: reads the body of a PATCH.
        form: how rows come back from what writes them.
        children: the resources of rows that are created along, by the names of their lists.
    """

    resource: Resource
    path: str
    referrers: Referrers
    breaches: Breaches
    hooks: Hooks
    created: JSONDecoder[msgspec.Struct]
    replaced: JSONDecoder[msgspec.Struct]
    patched: JSONDecoder[msgspec.Struct]
    form: StoredForm
    children: Mapping[str, Writable] = field(default_factory=dict)

    @property
    def model(self) -> type[Any]:
        """The model of its rows."""
        return self.resource.model


def make_writable(
    resource: Resource,
    *,
    path: str,
    models: Sequence[type[Any]],
    hooks: Hooks | None = None,
    children: Mapping[str, Writable] | None = None,
) -> Writable:
    """Return a resource as writes see it.

    Args:
        resource: the resource.
        path: the address of its rows.
        models: every model of the application: a row of any may refer to one of these.
        hooks: what runs before and after each write.
        children: the resources of rows that are created along; those without hooks and
            rules where not given.

    Raises:
        DeclarationError: a table cannot be made of a model.
    """
    model = resource.model
    known = tuple(dict.fromkeys((model, *models)))
    return Writable(
        resource=resource,
        path=path,
        referrers=find_referrers(known),
        breaches=find_breaches(known),
        hooks=hooks or Hooks(),
        created=JSONDecoder(creation_body(resource)),
        replaced=JSONDecoder(replacement_body(resource)),
        patched=JSONDecoder(merging_body(resource)),
        form=stored_form(resource, has_hooks=bool(hooks)),
        children={
            one.name: (children or {}).get(one.name) or _bare(one.model, models)
            for one in resource.nested
        },
    )


def _bare(model: type[Any], models: Sequence[type[Any]]) -> Writable:
    """Return a model that no resource serves, as writes see it."""
    name = describe(model).table
    resource = Resource(model=model, name=name, filters=(), sorts=(), search=(), expand=())
    return make_writable(resource, path="", models=models)
