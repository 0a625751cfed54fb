"""`filters`, `sorts` and `search`: fields, or names of computed members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.resources.named_field import NamedField
from drystone.schema.model.column_types import (
    ArrayType,
    BytesType,
    ChoiceType,
    JSONType,
    TextType,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from drystone.resources.computed import ComputedColumn
    from drystone.resources.declaring.site import Site
    from drystone.schema.expressions.expression import Expression
    from drystone.schema.model.column import Column

_WITHOUT_ORDER: Final = {ArrayType: "an array", JSONType: "a document", BytesType: "bytes"}


def read_fields(
    site: Site,
    given: Sequence[Expression[Any] | str],
    where: str,
    computed: Mapping[str, ComputedColumn[Any]],
) -> tuple[NamedField, ...]:
    """Return the fields that lists can be filtered or sorted by.

    Args:
        site: the declaration.
        given: fields, and names of computed members.
        where: the option: `filters` or `sorts`.
        computed: the computed members.

    Raises:
        DeclarationError: one is no field, secret, there twice, or has no order to sort by.
    """
    fields = tuple(_read(site, given, where, computed))
    for one in fields:
        _refuse_secret(site, one, where)
        reason = _WITHOUT_ORDER.get(type(one.info.type))
        if where == "sorts" and reason is not None:
            raise site.error(
                f"names {one.name} in sorts, which is {reason} and has no order; leave it out"
            )
    site.refuse_twice((one.name for one in fields), where)
    return fields


def read_search(site: Site, given: Sequence[Expression[Any]]) -> tuple[Column[Any], ...]:
    """Return the fields whose text is searched.

    Raises:
        DeclarationError: one is no field, secret, there twice, or no text.
    """
    fields = [site.field(one, "search") for one in given]
    for one in fields:
        _refuse_secret(site, one, "search")
        kind = one.info.type
        if not isinstance(kind, TextType) and not (
            isinstance(kind, ChoiceType) and kind.kind == "text"
        ):
            raise site.error(f"names {one.name} in search, which is no text; leave it out")
    site.refuse_twice((one.name for one in fields), "search")
    return tuple(one.column for one in fields)


def _read(
    site: Site,
    given: Sequence[Expression[Any] | str],
    where: str,
    computed: Mapping[str, ComputedColumn[Any]],
) -> Iterator[NamedField]:
    for one in given:
        if not isinstance(one, str):
            yield site.field(one, where)
        elif one in computed:
            yield NamedField(one, (), computed[one])
        else:
            listed = f": {', '.join(computed)}" if computed else ""
            raise site.error(
                f"names {one!r} in {where}, and only computed members are named by a text{listed}; "
                f"write {site.model.__name__}.{one}"
            )


def _refuse_secret(site: Site, field: NamedField, where: str) -> None:
    if field.info.is_secret:
        raise site.error(
            f"names {field.name} in {where}, which is secret, and would be told that way; leave "
            "it out"
        )
