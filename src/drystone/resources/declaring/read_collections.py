"""`many(…)` → a collection, held to what can be served: bounded, on an index, one on a way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from drystone.resources.collection import Collection
from drystone.resources.declaring.site import Site
from drystone.resources.many import Many
from drystone.schema.expressions.expression import Order
from drystone.schema.expressions.shapes import ColumnShape
from drystone.schema.model.column import Column, ReferenceColumn
from drystone.schema.model.column_types import ArrayType, BytesType, JSONType
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.model_meta import describe
from drystone.schema.model.rules import Index, Unique

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo

_WITHOUT_ORDER: Final = (ArrayType, JSONType, BytesType)


def read_collection(site: Site, given: Many) -> Collection:
    """Return the list that `many` declares.

    Raises:
        DeclarationError: its reference leads elsewhere or has no index, or something in it
            is not of the model whose rows it lists.
    """
    reference = referring(site, given.reference, "many")
    info = owner_of(reference)
    of = None if given.of is None else site.reference(given.of, "of")
    target = site.model if of is None else _target_of(of.info)
    if _target_of(reference.info) is not target:
        raise site.error(
            f"expands many({reference!r}), which leads to {_target_of(reference.info).__name__} "
            f"and not to {target.__name__}; write of=… with the reference of "
            f"{site.model.__name__} that leads there"
        )
    if not _has_index(info, reference.info):
        raise site.error(
            f"expands many({reference!r}), whose column has no index that begins with it; every "
            f"row shown would read all {info.table}: declare Index(cls.{reference.info.attribute})"
        )
    listed = Site(info.model, site.origin)
    inner: tuple[object, ...] = given.expand
    for one in inner:
        if isinstance(one, Many):
            raise site.error(
                f"expands a list inside of many({reference!r}), whose rows would multiply; one "
                "list on a way is served: leave it out"
            )
    expand = tuple(listed.reference(one, "expand") for one in given.expand)
    listed.refuse_twice((one.name for one in expand), "expand")
    return Collection(
        member=given.name or info.table,
        model=info.model,
        reference=reference.info,
        of=of,
        limit=given.limit,
        sort=_read_sort(listed, given.sort),
        expand=expand,
    )


def referring(site: Site, given: Any, where: str) -> ReferenceColumn[Any]:
    """Return a reference of another model's own rows.

    Raises:
        DeclarationError: it is none.
    """
    shape = getattr(given, "shape", None)
    is_own = isinstance(shape, ColumnShape) and not shape.path and shape.scope is None
    if not isinstance(given, ReferenceColumn) or not is_own:
        raise site.error(
            f"has {given!r} in {where}, which is no reference of a model to another; write "
            "Comment.task"
        )
    return given


def owner_of(column: Column[Any]) -> ModelInfo:
    """Return the model that a field is declared on."""
    shape = column.shape
    info = getattr(shape.owner, "__drystone__", None) if isinstance(shape, ColumnShape) else None
    assert isinstance(info, ModelInfo), "a declared field knows its model"  # noqa: S101  (our own fault)
    return info


def _read_sort(site: Site, given: tuple[Any, ...]) -> tuple[Order, ...]:
    terms = [_read_term(site, one) for one in given]
    key = site.model.id
    if not terms:
        return (key.desc(),)
    if terms[-1].shape.operand == key.shape:
        return tuple(terms)
    return (*terms, key.desc() if terms[-1].shape.descending else key.asc())


def _read_term(site: Site, given: Any) -> Order:
    term = given if isinstance(given, Order) else getattr(given, "asc", lambda: None)()
    operand = term.shape.operand if isinstance(term, Order) else None
    columns = {one.name: one for one in site.info.columns}
    if not isinstance(operand, ColumnShape) or operand.path or operand.scope is not None:
        raise site.error(f"is to be sorted by {given!r}; write a field of its own: Comment.body")
    column = columns.get(operand.column.name)
    if column is not operand.column or column.is_secret or isinstance(column.type, _WITHOUT_ORDER):
        raise site.error(f"cannot be sorted by {operand.column!r}; write another field of its own")
    assert isinstance(term, Order), "it had an operand"  # noqa: S101  (our own fault)
    return term


def _target_of(column: ColumnInfo) -> type[Any]:
    assert column.reference is not None, "`reference` looks at it"  # noqa: S101  (our own fault)
    return column.reference.resolve()


def _has_index(info: ModelInfo, column: ColumnInfo) -> bool:
    reference = column.reference
    if (reference is not None and reference.has_index) or column.unique or column.index:
        return True
    return any(
        isinstance(rule, Index | Unique)
        and getattr(rule.fields[0], "info", None) is column
        and getattr(rule, "method", "btree") == "btree"
        for rule in describe(info.model).rules
    )
