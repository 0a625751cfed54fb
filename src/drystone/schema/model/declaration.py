"""A class body → columns. Mistakes stop here, with file, line and mend.

Pure: it takes what stood in the class and returns descriptions; the class itself is made
by `model_meta`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    ForwardRef,
    NoReturn,
    TypeVar,
    get_args,
    get_origin,
)

from drystone.schema.model.class_body import ClassBody
from drystone.schema.model.column_info import ColumnInfo, ReferenceInfo
from drystone.schema.model.column_types import ColumnType, TextType, UUIDType
from drystone.schema.model.default_check import check_default, check_values, read_default
from drystone.schema.model.defaults import Default
from drystone.schema.model.field import Field, OptionalRef, Ref
from drystone.schema.model.names import MAX_NAME_BYTES, PARAMETER_NAMES, SYSTEM_COLUMNS
from drystone.schema.model.namespace import LaterName
from drystone.schema.model.narrowing import UnknownType
from drystone.schema.model.plain_types import plain_type
from drystone.schema.model.rules import Comment, Index, OnDelete, Secret, Unique
from drystone.schema.model.type_reader import ReadType, read_type, undefined

if TYPE_CHECKING:
    Resolve = Callable[[str, object], Callable[[], type[Any]]]

MarkT = TypeVar("MarkT")

_REFERENCES = (Ref, OptionalRef)


def read_columns(body: ClassBody, resolve: Resolve) -> tuple[ColumnInfo, ...]:
    """Return the columns that a class declares, in its order.

    Args:
        body: the class.
        resolve: makes, from an attribute and what stood in its `Ref[…]`, the function that
            returns the model.

    Raises:
        DeclarationError: something in it is wrong.
    """
    check_values(body)
    columns = tuple(_read_all(body, resolve))
    names: dict[str, str] = {}
    for column in columns:
        other = names.setdefault(column.name, column.attribute)
        if other != column.attribute:
            body.fail(
                column.attribute, f"has the column {column.name!r}, as {other} does; rename one"
            )
    return columns


def _read_all(body: ClassBody, resolve: Resolve) -> Iterator[ColumnInfo]:
    for attribute, written in body.annotations.items():
        try:
            annotation = body.origin.evaluate(written)
        except Exception as error:  # noqa: BLE001  (whatever a wrong annotation raises)
            body.fail(attribute, f"has an annotation that cannot be evaluated: {error}")
        if annotation is ClassVar or get_origin(annotation) is ClassVar:
            continue
        yield _read_one(body, attribute, annotation, resolve)


def _read_one(body: ClassBody, attribute: str, annotation: Any, resolve: Resolve) -> ColumnInfo:
    annotation, outer = _unwrap(annotation)
    if isinstance(annotation, LaterName):
        body.fail(attribute, undefined(annotation))
    _check_name(body, attribute)
    default = read_default(body, attribute)
    origin = get_origin(annotation)
    if origin in _REFERENCES:
        read = ReadType(UUIDType(), nullable=origin is OptionalRef, marks=outer)
        column = _build(body, attribute, read, default, suffix="_id")
        return replace(column, reference=_read_reference(body, column, annotation, outer, resolve))
    if origin is not Field or get_origin(get_args(annotation)[0]) in _REFERENCES:
        _refuse_bare(body, attribute, annotation)
    (inner,) = get_args(annotation)
    inner = body.origin.evaluate(inner)
    read = _read_type(body, attribute, inner)
    read = replace(read, marks=read.marks + outer)
    return _build(body, attribute, read, default)


def _refuse_bare(body: ClassBody, attribute: str, annotation: Any) -> NoReturn:
    """Refuse an annotation that is no Field, and say which one was meant."""
    parts = {get_origin(part) or part for part in (annotation, *get_args(annotation))}
    if parts & {Ref, OptionalRef}:
        body.fail(
            attribute,
            "is annotated as a reference with something around it; write "
            "Ref[…], or OptionalRef[…] where there may be none",
        )
    if annotation is Field:
        body.fail(attribute, "is annotated Field, of no type; write Field[str], for example")
    spelled = _spell(annotation)
    body.fail(
        attribute,
        f"is annotated {spelled}; write Field[{spelled}], or Ref[…] for a reference",
    )


def _read_type(body: ClassBody, attribute: str, annotation: Any) -> ReadType:
    try:
        return read_type(annotation)
    except UnknownType as fault:
        body.fail(attribute, str(fault))


def _unwrap(annotation: Any) -> tuple[Any, tuple[object, ...]]:
    if get_origin(annotation) is not Annotated:
        return annotation, ()
    inner, *marks = get_args(annotation)
    return inner, tuple(marks)


def _read_reference(
    body: ClassBody,
    column: ColumnInfo,
    annotation: Any,
    marks: tuple[object, ...],
    resolve: Resolve,
) -> ReferenceInfo:
    (target,) = get_args(annotation)
    if not isinstance(target, str | ForwardRef | LaterName) and not hasattr(target, "rules"):
        body.fail(column.attribute, f"refers to {_spell(target)}, which is no model; write one")
    rule = _mark(marks, OnDelete) or OnDelete()
    if rule.action == "null" and not column.nullable:
        body.fail(column.attribute, 'cannot become NULL by OnDelete("null"): write OptionalRef[…]')
    return ReferenceInfo(
        resolve=resolve(column.attribute, target), on_delete=rule.action, has_index=rule.index
    )


def _build(
    body: ClassBody, attribute: str, read: ReadType, default: Default | None, *, suffix: str = ""
) -> ColumnInfo:
    _check_marks(body, attribute, read, is_reference=bool(suffix))
    unique, index = _mark(read.marks, Unique), _mark(read.marks, Index)
    plain = plain_type(read.type, nullable=read.nullable)
    default = check_default(body, attribute, default, read)
    comment = _mark(read.marks, Comment)
    return ColumnInfo(
        attribute=attribute,
        name=attribute + suffix,
        table=body.table,
        type=read.type,
        nullable=read.nullable,
        default=default,
        plain_type=plain,
        unique=unique,
        index=index,
        comment=comment.text if comment else None,
        is_secret=_mark(read.marks, Secret) is not None,
    )


def _check_name(body: ClassBody, attribute: str) -> None:
    if attribute.startswith("_"):
        body.fail(attribute, "begins with an underscore; a field's name is public")
    if attribute in PARAMETER_NAMES:
        body.fail(attribute, "is named like a parameter of lists; choose another name")
    if hasattr(type, attribute) or attribute == "rules" or not attribute.isascii():
        body.fail(attribute, "has a name that Python or the model needs; choose another")
    if attribute != attribute.lower():
        body.fail(attribute, f"is not in lower case; write {attribute.lower()}")
    if attribute in SYSTEM_COLUMNS:
        body.fail(attribute, "is named like a column that PostgreSQL keeps; choose another name")
    if len(attribute) + len("_id") > MAX_NAME_BYTES:
        body.fail(attribute, f"is longer than PostgreSQL's {MAX_NAME_BYTES} bytes; shorten it")


def _mark(marks: tuple[object, ...], kind: type[MarkT]) -> MarkT | None:
    return next((mark for mark in reversed(marks) if isinstance(mark, kind)), None)


def _check_marks(body: ClassBody, attribute: str, read: ReadType, *, is_reference: bool) -> None:
    """Refuse what stands in `Annotated` and means nothing of this field."""
    for mark in read.marks:
        match mark:
            case LaterName():
                body.fail(attribute, undefined(mark))
            case Comment() | Secret():
                pass
            case OnDelete() if is_reference:
                pass
            case OnDelete():
                body.fail(attribute, "has OnDelete, which is for Ref[…] and OptionalRef[…]")
            case Unique() | Index():
                if mark.fields:
                    body.fail(
                        attribute,
                        f"has {type(mark).__name__} with fields; write it without here, or "
                        "with them in rules()",
                    )
                _check_text(body, attribute, mark, read.type)
            case _:
                body.fail(attribute, f"has {mark!r} in Annotated, which means nothing here")


def _check_text(body: ClassBody, attribute: str, mark: Unique | Index, kind: ColumnType) -> None:
    if isinstance(kind, TextType):
        return
    if isinstance(mark, Unique) and mark.ignore_case:
        body.fail(attribute, "has Unique(ignore_case=True), which is for text; leave it out")
    if isinstance(mark, Index) and mark.trigram:
        body.fail(attribute, "has Index(trigram=True), which is for text; leave it out")


def _spell(annotation: Any) -> str:
    if isinstance(annotation, LaterName):
        return annotation.name
    return getattr(annotation, "__name__", None) or str(annotation).replace("typing.", "")
