"""What is known at start of writing to a resource's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from drystone.schema.model.bodies import create_body, replace_body
from drystone.schema.strict_json import JSONDecoder

from .breaches import Breaches, find_breaches
from .hooks import Hooks
from .merge_body import merge_body
from .referrers import Referrers, find_referrers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.resources.declaration import Resource


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
    """

    resource: Resource
    path: str
    referrers: Referrers
    breaches: Breaches
    hooks: Hooks
    created: JSONDecoder[msgspec.Struct]
    replaced: JSONDecoder[msgspec.Struct]
    patched: JSONDecoder[msgspec.Struct]

    @property
    def model(self) -> type[Any]:
        """The model of its rows."""
        return self.resource.model


def make_writable(
    resource: Resource, *, path: str, models: Sequence[type[Any]], hooks: Hooks | None = None
) -> Writable:
    """Return a resource as writes see it.

    Args:
        resource: the resource.
        path: the address of its rows.
        models: every model of the application: a row of any may refer to one of these.
        hooks: what runs before and after each write.

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
        created=JSONDecoder(create_body(model)),
        replaced=JSONDecoder(replace_body(model)),
        patched=JSONDecoder(merge_body(model)),
    )
