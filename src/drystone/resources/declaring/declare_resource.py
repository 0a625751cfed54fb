"""The options of `app.resource` → the resource that they declare, checked whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.resources.declaration import Resource
from drystone.resources.declaring.clashes import check_clashes
from drystone.resources.declaring.option_check import check_options, read_name, read_operations
from drystone.resources.declaring.read_collections import read_collection
from drystone.resources.declaring.read_computed import read_computed
from drystone.resources.declaring.read_fields import read_fields, read_search
from drystone.resources.declaring.read_nested import read_nested
from drystone.resources.declaring.site import Site
from drystone.resources.many import Many
from drystone.resources.writing.bulk_items import kinds_of
from drystone.routing.origin import caller_origin
from drystone.security.rules import RowRules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from drystone.resources.named_field import NamedField
    from drystone.resources.options import ResourceOptions
    from drystone.schema.expressions.expression import Expression
    from drystone.schema.model.model import Model


def declare_resource(model: type[Model], **options: Unpack[ResourceOptions]) -> Resource:
    """Return a resource; see `ResourceOptions` for what may be said of it.

    Raises:
        DeclarationError: something in it cannot be, with the mend.
    """
    site = Site(model, caller_origin())
    check_options(site, options)
    expand = options.get("expand", ())
    computed = read_computed(site, options.get("computed", {}))
    resource = Resource(
        model=model,
        name=read_name(site, options.get("name")),
        filters=_with_key(site, read_fields(site, options.get("filters", ()), "filters", computed)),
        sorts=read_fields(site, options.get("sorts", ()), "sorts", computed),
        search=read_search(site, options.get("search", ())),
        expand=_references(site, [one for one in expand if not isinstance(one, Many)], "expand"),
        collections=tuple(read_collection(site, one) for one in expand if isinstance(one, Many)),
        parents=_parents(site, options.get("under", ())),
        nested=read_nested(site, options.get("nested", ())),
        computed=computed,
        operations=read_operations(site, options.get("operations")),
        requires_if_match=options.get("requires_if_match", False),
        rules=_rules(options),
        deprecated=options.get("deprecated"),
        deprecated_fields={
            site.field(one, "deprecated_fields").name: deprecation
            for one, deprecation in options.get("deprecated_fields", {}).items()
        },
        origin=site.origin,
    )
    check_clashes(
        site,
        expand=resource.expand,
        collections=resource.collections,
        computed=computed,
        nested=resource.nested,
    )
    _check_served(site, resource)
    return resource


def _with_key(site: Site, filters: tuple[NamedField, ...]) -> tuple[NamedField, ...]:
    """Return filters and `id`, by which any list can be filtered: `id[in]=…` asks for some rows."""
    if any(one.name == "id" for one in filters):
        return filters
    return (*filters, site.field(site.model.id, "filters"))


def _references(site: Site, given: Sequence[Expression[Any]], where: str) -> tuple[NamedField, ...]:
    named = tuple(site.reference(one, where) for one in given)
    site.refuse_twice((one.name for one in named), where)
    return named


def _parents(site: Site, given: Sequence[Expression[Any]]) -> tuple[NamedField, ...]:
    parents = _references(site, given, "under")
    for one in parents:
        if "." in one.name:
            raise site.error(
                f"is served under {one.column!r}, a reference of another model; addresses are "
                "nested once: write a reference of its own"
            )
    return parents


def _check_served(site: Site, resource: Resource) -> None:
    """Refuse options that no operation would make use of."""
    has = resource.operations
    if resource.nested and "create" not in has:
        raise site.error("nests lists in a creation, and has no operation 'create'; add it")
    if resource.parents and "list" not in has:
        raise site.error("is served under others, and has no operation 'list'; add it")
    if "bulk" in has and not kinds_of(has):
        raise site.error(
            "has the operation 'bulk', and none of what it does; add 'create', 'patch' or 'delete'"
        )


def _rules(options: ResourceOptions) -> RowRules:
    """Return the rules, those that were left out filled in from the others."""
    write, read = options.get("write"), options.get("read")
    delete, restore = options.get("delete", write), options.get("restore", write)
    return RowRules(
        read=read,
        create=options.get("create", write),
        update=options.get("update", write),
        delete=delete,
        restore=restore,
        purge=options.get("purge", delete),
        history=options.get("history", read),
        deleted=options.get("deleted", restore),
    )
