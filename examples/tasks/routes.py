"""The routes that every model has: a list, single rows and, where it is allowed, writes."""

from __future__ import annotations

from drystone import Router
from drystone.schema.model.bodies import create_body, patch_body, replace_body
from drystone.schema.model.model_meta import describe
from examples.tasks.listing import Listing
from examples.tasks.single import Single


def resource(listing: Listing, writes: Single | None = None) -> Router:
    """Return the routes of a model; without `writes` it is read-only.

    Args:
        listing: what can be asked of its rows.
        writes: what is to be seen to when one is changed.
    """
    model = listing.model
    router = Router()
    router.get("/", name=describe(model).table)(listing.answer)
    router.get("/{id:uuid}", name=model.__name__.lower())((writes or Single(model)).read)
    if writes is not None:
        router.post("/", body=create_body(model))(writes.create)
        router.put("/{id:uuid}", body=replace_body(model))(writes.replace)
        router.patch("/{id:uuid}", body=patch_body(model))(writes.patch)
        router.delete("/{id:uuid}")(writes.delete)
    return router
