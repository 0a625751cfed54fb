"""A model → what its table is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.ddl.column_checks import column_checks
from drystone.db.ddl.expressions import UnwritableExpression, expression_text
from drystone.db.ddl.indexes import exclude_rule, index_rule, reference_indexes, unique_rule
from drystone.db.ddl.names import given_name, object_name
from drystone.db.ddl.records import Constraint, Fault, TableIndex
from drystone.schema.model.declaration_error import DeclarationError
from drystone.schema.model.model_meta import describe
from drystone.schema.model.rule_check import columns_of
from drystone.schema.model.rules import Check, Exclude, Index, Rule, Unique

if TYPE_CHECKING:
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

_ON_DELETE: Final = {"restrict": "RESTRICT", "cascade": "CASCADE", "null": "SET NULL"}


@dataclass(frozen=True, slots=True)
class Table:
    """What a model's table is made of.

    Attributes:
        model: its description.
        constraints: primary key, checks, uniqueness, exclusion, foreign keys.
        indexes: those that are no constraints.
    """

    model: ModelInfo
    constraints: tuple[Constraint, ...]
    indexes: tuple[TableIndex, ...]


def build_table(model: ModelInfo) -> Table:
    """Return what a model's table is made of.

    Raises:
        DeclarationError: a rule cannot be written, or two things have one name.
    """
    made = [*_made_of_rules(model)]
    constraints = [
        _primary_key(model),
        *(check for column in model.columns for check in column_checks(column)),
        *(one for one in made if isinstance(one, Constraint)),
        *(_foreign_key(column) for column in model.references),
    ]
    indexes = [one for one in made if isinstance(one, TableIndex)]
    indexes += reference_indexes(model, constraints, indexes)
    _check_names(model, [one.name for one in constraints] + [one.name for one in indexes])
    return Table(model, tuple(constraints), tuple(indexes))


def _primary_key(model: ModelInfo) -> Constraint:
    name = object_name(model.table, "pkey")
    return Constraint(name, "primary", "PRIMARY KEY (id)", Fault(("id",), "duplicate", "is taken"))


def _made_of_rules(model: ModelInfo) -> Iterator[Constraint | TableIndex]:
    for column in model.columns:
        if column.unique is not None:
            yield _made_of(model, column.unique, column)
        if column.index is not None:
            yield _made_of(model, column.index, column)
    for rule in model.rules:
        yield _made_of(model, rule, None)


def _made_of(model: ModelInfo, rule: Rule, own: ColumnInfo | None) -> Constraint | TableIndex:
    try:
        if isinstance(rule, Unique):
            return unique_rule(model, rule, own)
        if isinstance(rule, Index):
            return index_rule(model, rule, own)
        if isinstance(rule, Exclude):
            return exclude_rule(model, rule)
        return _check(model, rule)
    except UnwritableExpression as fault:
        fail(model, f"has {type(rule).__name__} in its rules, which {fault}")


def _check(model: ModelInfo, rule: Check) -> Constraint:
    columns = dict.fromkeys(one.column.name for one in columns_of(rule.predicate.shape))
    detail = rule.detail or f"does not fulfil {rule.name}"
    return Constraint(
        name=given_name(model.table, rule.name),
        kind="check",
        definition=f"CHECK ({expression_text(rule.predicate)})",
        fault=Fault(tuple(columns), "format", detail),
    )


def _foreign_key(column: ColumnInfo) -> Constraint:
    assert column.reference is not None, "only references have foreign keys"  # noqa: S101  (our own fault)
    target = describe(column.reference.resolve()).table
    action = _ON_DELETE[column.reference.on_delete]
    return Constraint(
        name=object_name(column.table, column.name, "fkey"),
        kind="foreign",
        definition=(
            f"FOREIGN KEY ({quote_identifier(column.name)}) "
            f"REFERENCES {quote_identifier(target)} (id) ON DELETE {action}"
        ),
        fault=Fault((column.name,), "not_found", f"refers to none of the {target} there are"),
        target=target,
    )


def _check_names(model: ModelInfo, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            fail(model, f"has two constraints or indexes named {name!r}; give one a name=…")
        seen.add(name)


def fail(model: ModelInfo, fault: str) -> NoReturn:
    """Refuse a model.

    Raises:
        DeclarationError: always.
    """
    raise DeclarationError(f"{model.origin}: {model.model.__name__} {fault}")
