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
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from msgspec import UNSET, UnsetType

from drystone.schema.model.class_body import ClassBody
from drystone.schema.model.class_check import check_abstract, check_class
from drystone.schema.model.column import Column, ReferenceColumn
from drystone.schema.model.declaration import read_columns
from drystone.schema.model.defaults import Constant, DatabaseDefault, Factory, Generated
from drystone.schema.model.model_info import ModelInfo
from drystone.schema.model.names import table_name
from drystone.schema.model.namespace import find_origin
from drystone.schema.model.rule_check import read_rules
from drystone.schema.model.standard import first_columns, last_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from drystone.schema.model.column_info import ColumnInfo

# Models by the names of their classes, for references to what is declared elsewhere.
_by_name: Final[weakref.WeakValueDictionary[str, type]] = weakref.WeakValueDictionary()


class ModelMeta(msgspec.StructMeta):
    """The class of models.

    Args (of a class statement):
        table: the table's name; made from the class's where not given.
        soft_delete: False where a deleted row is gone for good.
        history: True where the database keeps every change of a row.
        abstract: True for fields that several models share; it has no table.
    """

    __drystone__: ModelInfo

    def __new__(  # noqa: PYI034  (a metaclass has no Self)
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        table: str | None = None,
        soft_delete: bool = True,
        history: bool = False,
        abstract: bool = False,
    ) -> ModelMeta:
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
        check_class(body, bases, metaclass=ModelMeta)
        shared = _shared_bodies(bases)
        if abstract:
            check_abstract(body, table=table, soft_delete=soft_delete, history=history)
            read_columns(body, _resolver(body))
            plain = {key: one for key, one in namespace.items() if key not in body.annotations}
            shell = {**plain, "__annotations__": {}, "_shared_": (*shared, body)}
            return super().__new__(mcs, name, bases, shell)
        columns = _gather(body, shared, soft_delete=soft_delete)
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
            history=history,
            comment=_first_paragraph(model.__doc__ if "__doc__" in namespace else None),
            origin=str(origin),
        )
        type.__setattr__(meta, "__drystone__", info)
        rules = read_rules(body, model, columns)
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
    body: ClassBody, shared: tuple[ClassBody, ...], *, soft_delete: bool
) -> tuple[ColumnInfo, ...]:
    """Return all columns: the platform's, those of abstract bases, those of the class."""
    own = [
        column
        for part in (*shared, body)
        for column in read_columns(_of_table(part, body.table), _resolver(part))
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


def _shared_bodies(bases: tuple[type, ...]) -> tuple[ClassBody, ...]:
    """Return what abstract bases declare, each once."""
    bodies = [body for base in bases for body in base.__dict__.get("_shared_", ())]
    return tuple({id(body): body for body in bodies}.values())


def _resolver(body: ClassBody) -> Callable[[str, object], Callable[[], type[Any]]]:
    def resolve_later(attribute: str, target: object) -> Callable[[], type[Any]]:
        def resolve() -> type[Any]:
            return _find_model(body, attribute, target)

        return resolve

    return resolve_later


def _find_model(body: ClassBody, attribute: str, target: object) -> type[Any]:
    """Return the model that stood in `Ref[…]`, once everything is imported."""
    found = target
    if not isinstance(target, type):
        name = str(getattr(target, "name", None) or getattr(target, "__forward_arg__", target))
        found = body.origin.look_up(name) or _by_name.get(name)
        if found is None:
            body.fail(
                attribute,
                f"refers to {name}, which is no model; import the module that declares it",
            )
    if not isinstance(getattr(type(found), "__drystone__", None), ModelInfo):
        body.fail(attribute, f"refers to {found!r}, which has no table; write a model")
    return cast("type[Any]", found)


def _first_paragraph(doc: str | None) -> str | None:
    if not doc:
        return None
    return " ".join(doc.strip().partition("\n\n")[0].split()) or None
