"""No two things of a row may have one name: columns, expansions, computed members, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drystone.resources.named_field import name_reference
from drystone.schema.model.model_meta import describe
from drystone.schema.model.names import PARAMETER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from drystone.resources.collection import Collection
    from drystone.resources.declaring.site import Site
    from drystone.resources.named_field import NamedField
    from drystone.resources.nested_list import NestedList


def check_clashes(
    site: Site,
    *,
    expand: Iterable[NamedField],
    collections: Iterable[Collection],
    computed: Mapping[str, Any],
    nested: Iterable[NestedList],
) -> None:
    """Refuse members of one name.

    Raises:
        DeclarationError: there are two.
    """
    taken = _Names(site)
    for field in expand:
        taken.add(name_reference(field), f"the expansion of {field.column!r}", field.column.info)
    for name in computed:
        taken.add(name, f"the computed member {name!r}")
    for one in collections:
        taken.add(one.name, f"the list of {one.reference!r}", one.reference)
    for listed in nested:
        taken.add(listed.name, f"the nested list of {listed.reference!r}", listed.reference)


class _Names:
    """What has each dotted name by now."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._taken: dict[str, tuple[str, object]] = {}

    def add(self, name: str, what: str, meant: object = None) -> None:
        """Enter a name; what is expanded and nested by the same reference may share one."""
        *way, member = name.split(".")
        if not way and member in PARAMETER_NAMES:
            raise self._error(what, name, f"the parameter {member!r}")
        info = self._model_at(way)
        for column in info.columns:
            # A reference's own row stands under its attribute, which is no member.
            if member == column.name or (member == column.attribute and column is not meant):
                raise self._error(what, name, f"the column {column!r}")
        other = self._taken.get(name)
        if other is None:
            self._taken[name] = (what, meant)
        elif meant is None or other[1] is not meant or other[0] == what:
            raise self._error(what, name, other[0])

    def _model_at(self, way: list[str]) -> Any:
        info = self._site.info
        for step in way:
            reference = info.column(step).reference
            assert reference is not None, "ways are made of references"  # noqa: S101  (our own fault)
            info = describe(reference.resolve())
        return info

    def _error(self, what: str, name: str, other: str) -> Exception:
        mend = "name it otherwise: many(…, name='…')" if "list" in what else "name it otherwise"
        return self._site.error(f"has {what}, whose name {name!r} {other} has already; {mend}")
