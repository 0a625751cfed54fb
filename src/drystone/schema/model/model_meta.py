"""How a model's class is made: a `msgspec` Struct, with its fields on a metaclass of its own.

    class Task(Model)  ─► declaration: columns ─► Struct with plain types (`Task`)
                                            └───► metaclass with the columns (`type(Task)`)

Python looks at a class's class first, and a data descriptor there wins: `Task.priority`
finds the column in the metaclass, `task.priority` the Struct's slot. Instances never pay
for it (`docs/adr/0010-model-attributes.md` has the figures).
"""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from drystone.schema.expressions.expression import Expression
from drystone.schema.model.column import Column, ReferenceColumn
from drystone.schema.model.declaration import ClassBody, read_columns
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.defaults import Constant, DatabaseDefault, Factory, Generated
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.names import MAX_NAME_BYTES, table_name
from drystone.schema.model.namespace import Origin, find_origin
from drystone.schema.model.rules import Check, Exclude, Index, Unique
from drystone.schema.model.standard import first_columns, last_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.rules import Rule

# Models by the names of their classes, for references to what is declared elsewhere.
_by_name: Final[weakref.WeakValueDictionary[str, type]] = weakref.WeakValueDictionary()


class ModelMeta(msgspec.StructMeta):
    """The class of models.

    Args (of a class statement):
        table: the table's name; made from the class's where not given.
        soft_delete: False where a deleted row is gone for good.
        abstract: True for fields that several models share; it has no table.
    """

    __drystone__: ModelInfo

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        table: str | None = None,
        soft_delete: bool = True,
        abstract: bool = False,
    ) -> ModelMeta:  # noqa: PYI034  (a metaclass has no Self)
        """Make the class of a model."""
        if namespace.get("__module__") == "drystone.schema.model.model" and name == "Model":
            return super().__new__(mcs, name, bases, namespace | {"__annotations__": {}})
        origin = find_origin(1)
        body = ClassBody(
            name=name,
            table=table or table_name(name),
            annotations=namespace.get("__annotations__", {}),
            values={key: one for key, one in namespace.items() if not key.startswith("__")},
            origin=origin,
        )
        _check_class(body, bases)
        shared = [base.__dict__["_shared_"] for base in bases if "_shared_" in base.__dict__]
        if abstract:
            bodies = [*(one for group in shared for one in group), body]
            plain = {key: one for key, one in namespace.items() if key not in body.annotations}
            shell = {**plain, "__annotations__": {}, "_shared_": bodies}
            return super().__new__(mcs, name, bases, shell)
        columns = _gather(body, [one for group in shared for one in group], soft_delete=soft_delete)
        meta = type(f"{name}Meta", (mcs,), {one.attribute: _column(one) for one in columns})
        model: Any = super().__new__(
            meta,
            name,
            bases,
            _struct_namespace(namespace, columns),
            frozen=True,
            kw_only=True,
            forbid_unknown_fields=True,
            rename={one.attribute: one.name for one in columns},
        )
        info = ModelInfo(
            model=model,
            table=body.table,
            columns=columns,
            rules=(),
            soft_delete=soft_delete,
            comment=_first_paragraph(model.__doc__ if "__doc__" in namespace else None),
            origin=str(origin),
        )
        type.__setattr__(meta, "__drystone__", info)
        rules = tuple(_check_rules(body, model.rules(), columns))
        type.__setattr__(meta, "__drystone__", replace(info, rules=rules))
        _by_name[name] = model
        return model  # type: ignore[no-any-return]  # made by StructMeta, which is untyped


def describe(model: type[Any]) -> ModelInfo:
    """Return the description of a model.

    Raises:
        TypeError: it is no model, or an abstract one.
    """
    info = getattr(type(model), "__drystone__", None)
    if not isinstance(info, ModelInfo):
        raise TypeError(f"{model!r} is no model; write 'class …(Model)' with fields")
    return info


def _gather(
    body: ClassBody, shared: list[ClassBody], *, soft_delete: bool
) -> tuple[ColumnInfo, ...]:
    """Return all columns: the platform's, those of abstract bases, those of the class."""
    own = [
        column
        for part in (*shared, body)
        for column in read_columns(_of_table(part, body.table), _resolver(part.origin))
    ]
    columns = (*first_columns(body.table), *own, *last_columns(body.table, soft_delete=soft_delete))
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            body.fail(
                column.attribute, "is declared already, by the platform or by a base; rename it"
            )
        seen.add(column.name)
    return columns


def _of_table(body: ClassBody, table: str) -> ClassBody:
    return ClassBody(body.name, table, body.annotations, body.values, body.origin)


def _struct_namespace(namespace: dict[str, Any], columns: tuple[ColumnInfo, ...]) -> dict[str, Any]:
    """Return what the Struct is made from: plain types and defaults, methods as they were."""
    struct = {key: one for key, one in namespace.items() if key != "__annotations__"}
    annotations: dict[str, Any] = {}
    for column in columns:
        annotations[column.attribute] = column.plain_type
        struct.pop(column.attribute, None)
        match column.default:
            case Constant(value):
                struct[column.attribute] = value
            case Factory(function):
                struct[column.attribute] = msgspec.field(default_factory=function)
            case DatabaseDefault() | Generated():
                annotations[column.attribute] = column.plain_type | UnsetType
                struct[column.attribute] = UNSET
    return {**struct, "__annotations__": annotations}


def _column(info: ColumnInfo) -> Column[Any]:
    return ReferenceColumn(info) if info.reference is not None else Column(info)


def _resolver(origin: Origin) -> Callable[[object], Callable[[], type[Any]]]:
    def resolve_later(target: object) -> Callable[[], type[Any]]:
        def resolve() -> type[Any]:
            return _find_model(target, origin)

        return resolve

    return resolve_later


def _find_model(target: object, origin: Origin) -> type[Any]:
    """Return the model that stood in `Ref[…]`, once everything is imported."""
    found = target
    if not isinstance(target, type):
        name = str(getattr(target, "name", None) or getattr(target, "__forward_arg__", target))
        found = origin.look_up(name) or _by_name.get(name)
        if found is None:
            raise DeclarationError(
                f"{origin}: a reference leads to {name}, which is no model; import the module "
                "that declares it"
            )
    if not isinstance(found, ModelMeta):
        raise DeclarationError(f"{origin}: a reference leads to {found!r}, which is no model")
    return found


def _check_class(body: ClassBody, bases: tuple[type, ...]) -> None:
    for base in bases:
        if isinstance(type.__getattribute__(type(base), "__dict__").get("__drystone__"), ModelInfo):
            raise DeclarationError(
                f"{body.origin}: {body.name} inherits from {base.__name__}, which has a table; "
                "put what they share into a class with abstract=True"
            )
    if len(body.table.encode()) > MAX_NAME_BYTES:
        raise DeclarationError(
            f"{body.origin}: the table {body.table!r} is longer than {MAX_NAME_BYTES} bytes; "
            f"write class {body.name}(Model, table=…)"
        )


def _check_rules(body: ClassBody, rules: Any, columns: tuple[ColumnInfo, ...]) -> Iterator[Rule]:
    own = set(columns)
    for rule in rules:
        if not isinstance(rule, Unique | Index | Check | Exclude):
            body.fail("rules", f"returns {rule!r}; write Unique, Index, Check or Exclude")
        fields = getattr(rule, "fields", None)
        if fields is not None and not fields:
            body.fail("rules", f"has {type(rule).__name__}() without fields; name them")
        for field in fields or ():
            if isinstance(field, Column) and (field.info not in own or field.shape.path):  # type: ignore[union-attr]  # a column's shape has a path
                body.fail("rules", f"names {field!r}, which is not a field of {body.name}")
            if not isinstance(field, Expression) and not hasattr(field, "shape"):
                body.fail("rules", f"names {field!r}, which is no field; write cls.name")
        yield rule


def _first_paragraph(doc: str | None) -> str | None:
    if not doc:
        return None
    return " ".join(doc.strip().partition("\n\n")[0].split()) or None
