"""A class body → columns. Mistakes stop here, with file, line and mend.

Pure: it takes what stood in the class and returns descriptions; the class itself is made
by `model_meta`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NoReturn, TypeVar, get_args, get_origin

import msgspec

from drystone.schema.model.column_info import ColumnInfo, ReferenceInfo
from drystone.schema.model.column_types import TextType, UUIDType
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.defaults import Constant, DatabaseDefault, Default, Factory, Generated
from drystone.schema.model.field import Field, OptionalRef, Ref
from drystone.schema.model.names import MAX_NAME_BYTES, PARAMETER_NAMES
from drystone.schema.model.namespace import LaterName, Origin
from drystone.schema.model.plain_types import plain_type
from drystone.schema.model.rules import Comment, Index, OnDelete, Unique
from drystone.schema.model.type_reader import ReadType, UnknownType, read_type

if TYPE_CHECKING:
    Resolve = Callable[[object], Callable[[], type[Any]]]

MarkT = TypeVar("MarkT")

_DEFAULTS = (Constant, Factory, DatabaseDefault, Generated)
_REFERENCES = (Ref, OptionalRef)


@dataclass(frozen=True, slots=True)
class ClassBody:
    """What stood in a class.

    Attributes:
        name: of the class.
        table: of the model.
        annotations: as written, by attribute.
        values: what was assigned, by attribute.
        origin: where it stands.
    """

    name: str
    table: str
    annotations: Mapping[str, Any]
    values: Mapping[str, Any]
    origin: Origin

    def fail(self, attribute: str, fault: str) -> NoReturn:
        """Refuse an attribute.

        Raises:
            DeclarationError: always.
        """
        line = self.origin.line_of(self.name, attribute)
        raise DeclarationError(f"{self.origin.place(line)}: {self.name}.{attribute} {fault}")


def read_columns(body: ClassBody, resolve: Resolve) -> tuple[ColumnInfo, ...]:
    """Return the columns that a class declares, in its order.

    Args:
        body: the class.
        resolve: makes, from what stood in `Ref[…]`, the function that returns the model.

    Raises:
        DeclarationError: something in it is wrong.
    """
    for attribute, value in body.values.items():
        if isinstance(value, _DEFAULTS) and attribute not in body.annotations:
            body.fail(attribute, "has a default and no type; write it as 'name: Field[…] = …'")
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
    _check_name(body, attribute)
    default = _read_default(body, attribute)
    origin = get_origin(annotation)
    if origin in _REFERENCES:
        read = ReadType(UUIDType(), nullable=origin is OptionalRef, marks=outer)
        column = _build(body, attribute, read, default, suffix="_id")
        return replace(column, reference=_read_reference(body, column, annotation, outer, resolve))
    if origin is not Field:
        body.fail(
            attribute,
            f"is annotated {_spell(annotation)}; write Field[{_spell(annotation)}], "
            "or Ref[…] for a reference",
        )
    (inner,) = get_args(annotation)
    if isinstance(inner, LaterName):
        body.fail(attribute, f"is annotated {inner.name}, which is not defined; import it")
    read = _read_type(body, attribute, inner)
    read = replace(read, marks=read.marks + outer)
    return _build(body, attribute, read, default)


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
    rule = _mark(marks, OnDelete) or OnDelete()
    if rule.action == "null" and not column.nullable:
        body.fail(column.attribute, 'cannot become NULL by OnDelete("null"): write OptionalRef[…]')
    return ReferenceInfo(resolve=resolve(target), on_delete=rule.action, has_index=rule.index)


def _build(
    body: ClassBody, attribute: str, read: ReadType, default: Default | None, *, suffix: str = ""
) -> ColumnInfo:
    for mark in read.marks:
        if not isinstance(mark, Unique | Index | Comment | OnDelete):
            body.fail(attribute, f"has {mark!r} in Annotated, which means nothing here")
    unique, index = _mark(read.marks, Unique), _mark(read.marks, Index)
    if unique is not None and unique.ignore_case and not isinstance(read.type, TextType):
        body.fail(attribute, "has Unique(ignore_case=True), which is for text")
    plain = plain_type(read.type, nullable=read.nullable)
    if isinstance(default, Constant):
        default = _check_constant(body, attribute, default, plain)
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
    )


def _check_constant(body: ClassBody, attribute: str, default: Constant, plain: Any) -> Constant:
    value = default.value
    if isinstance(value, list | dict | set | bytearray):
        body.fail(attribute, f"has a default that can change; write made({type(value).__name__})")
    if value is None and plain == plain | None:
        return default
    try:
        converted = msgspec.convert(value, plain)
    except msgspec.ValidationError as error:
        if value is None:
            body.fail(attribute, "may be NULL: write OptionalRef[…], or Field[… | None]")
        body.fail(
            attribute,
            f"has the default {value!r}, which it refuses ({error}); write one that it would take",
        )
    return Constant(converted)


def _read_default(body: ClassBody, attribute: str) -> Default | None:
    if attribute not in body.values:
        return None
    value = body.values[attribute]
    if isinstance(value, _DEFAULTS):
        return value
    if callable(value) and not isinstance(value, type):
        body.fail(attribute, "is annotated and is a function; leave the annotation out")
    return body.fail(attribute, f"has the bare default {value!r}; write default({value!r})")


def _check_name(body: ClassBody, attribute: str) -> None:
    if attribute.startswith("_"):
        body.fail(attribute, "begins with an underscore; a field's name is public")
    if attribute in PARAMETER_NAMES:
        body.fail(attribute, "is named like a parameter of lists; choose another name")
    if hasattr(type, attribute) or attribute == "rules" or not attribute.isascii():
        body.fail(attribute, "has a name that Python or the model needs; choose another")
    if attribute != attribute.lower():
        body.fail(attribute, f"is not in lower case; write {attribute.lower()}")
    if len(attribute) + len("_id") > MAX_NAME_BYTES:
        body.fail(attribute, f"is longer than PostgreSQL's {MAX_NAME_BYTES} bytes; shorten it")


def _mark(marks: tuple[object, ...], kind: type[MarkT]) -> MarkT | None:
    return next((mark for mark in reversed(marks) if isinstance(mark, kind)), None)


def _spell(annotation: Any) -> str:
    if isinstance(annotation, LaterName):
        return annotation.name
    return getattr(annotation, "__name__", None) or str(annotation).replace("typing.", "")
