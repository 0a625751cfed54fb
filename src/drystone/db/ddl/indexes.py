"""Rules of uniqueness and indexes → constraints and CREATE INDEX (chapter 11).

A rule that a constraint can say becomes one; ignoring case, or holding for some rows
only, needs a unique index. Every foreign key is found by an index, unless it declines
one, or another index begins with its column and covers all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from drystone.db.catalog.identifiers import quote_identifier
from drystone.db.ddl.expressions import expression_text, term_text
from drystone.db.ddl.names import given_name, object_name
from drystone.db.ddl.records import Constraint, Fault, TableIndex
from drystone.schema.expressions.shapes import ColumnShape, OrderShape
from drystone.schema.model.column import Column
from drystone.schema.model.column_types import TextType
from drystone.schema.model.rule_check import columns_of
from drystone.schema.model.rules import Exclude, Index, Unique

if TYPE_CHECKING:
    from drystone.schema.expressions.expression import Expression, Predicate
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

_LIVE: Final = "deleted_at IS NULL"


def unique_rule(model: ModelInfo, rule: Unique, own: ColumnInfo | None) -> Constraint | TableIndex:
    """Return what keeps the rule: a constraint where one can, else a unique index.

    Args:
        model: the model.
        rule: the rule.
        own: the field that the rule stands at, if it stands at one.
    """
    columns = _columns(rule.fields, own)
    name = _name(model, rule.name, columns, "key")
    others = ", ".join(columns[1:])
    beside = f" together with {others}" if others else ""
    fault = Fault(columns, "duplicate", f"is taken already{beside}")
    distinct = "" if rule.nulls_distinct else " NULLS NOT DISTINCT"
    condition = _condition(model, rule.where, deleted=rule.deleted)
    plain = own is not None or all(isinstance(field, Column) for field in rule.fields)
    if plain and not condition and not rule.ignore_case:
        definition = f"UNIQUE{distinct} ({_list(columns)})"
        return Constraint(name, "unique", definition, fault)
    terms = ", ".join(_unique_terms(rule, own))
    text = f"{quote_identifier(model.table)} ({terms}){distinct}{condition}"
    leading = None if condition or not terms.startswith(columns[0]) else columns[0]
    return TableIndex(name, text, is_unique=True, leading=leading, fault=fault)


def index_rule(model: ModelInfo, rule: Index, own: ColumnInfo | None) -> TableIndex:
    """Return the index of a rule; arguments as for `unique_rule`."""
    columns = _columns(rule.fields, own)
    operator_class = f"{rule.method}_trgm_ops" if rule.trigram else ""
    if own is not None:
        terms = [f"{quote_identifier(own.name)} {operator_class}".rstrip()]
    else:
        terms = [term_text(field, operator_class=operator_class) for field in rule.fields]
    method = "" if rule.method == "btree" else f" USING {rule.method}"
    include = f" INCLUDE ({_list(_columns(rule.include, None))})" if rule.include else ""
    condition = _condition(model, rule.where, deleted=rule.deleted)
    finds_all = rule.method == "btree" and not condition
    is_column = own is not None or isinstance(_operand(rule.fields[0]), ColumnShape)
    return TableIndex(
        name=_name(model, rule.name, columns, "idx"),
        text=f"{quote_identifier(model.table)}{method} ({', '.join(terms)}){include}{condition}",
        leading=columns[0] if finds_all and is_column else None,
        extension="pg_trgm" if rule.trigram else None,
    )


def exclude_rule(model: ModelInfo, rule: Exclude) -> Constraint:
    """Return the constraint of a rule of exclusion (chapter 5.5.6)."""
    columns = _columns([expression for expression, _ in rule.elements], None)
    elements = ", ".join(
        f"{term_text(expression)} WITH {operator}" for expression, operator in rule.elements
    )
    condition = _condition(model, rule.where, deleted=rule.deleted, parentheses=True)
    return Constraint(
        name=_name(model, rule.name, columns, "excl"),
        kind="exclude",
        definition=f"EXCLUDE USING gist ({elements}){condition}",
        fault=Fault(columns, "duplicate", "conflicts with another row"),
    )


def reference_indexes(
    model: ModelInfo, constraints: Sequence[Constraint], indexes: Sequence[TableIndex]
) -> Iterator[TableIndex]:
    """Yield an index for each reference that no other index serves.

    Deleting a row looks for all that refer to it; without an index it reads the table.
    """
    served = {index.leading for index in indexes}
    served |= {one.fault.columns[0] for one in constraints if one.kind == "unique"}
    for column in model.references:
        wants = column.reference is not None and column.reference.has_index
        if wants and column.name not in served:
            yield TableIndex(
                name=object_name(model.table, column.name, "idx"),
                text=f"{quote_identifier(model.table)} ({quote_identifier(column.name)})",
                leading=column.name,
            )


def _unique_terms(rule: Unique, own: ColumnInfo | None) -> Iterator[str]:
    if own is not None:
        name = quote_identifier(own.name)
        yield f"lower({name})" if rule.ignore_case else name
    for field in rule.fields:
        is_text = isinstance(field, Column) and isinstance(field.info.type, TextType)
        yield (
            f"lower({expression_text(field)})" if rule.ignore_case and is_text else term_text(field)
        )


def _operand(term: Any) -> object:
    return term.shape.operand if isinstance(term.shape, OrderShape) else term.shape


def _columns(fields: Sequence[Expression[Any] | Any], own: ColumnInfo | None) -> tuple[str, ...]:
    if own is not None:
        return (own.name,)
    found = (column.column.name for field in fields for column in columns_of(field.shape))
    return tuple(dict.fromkeys(found))


def _name(model: ModelInfo, given: str | None, columns: tuple[str, ...], word: str) -> str:
    return given_name(model.table, given) if given else object_name(model.table, *columns, word)


def _list(columns: Sequence[str]) -> str:
    return ", ".join(map(quote_identifier, columns))


def _condition(
    model: ModelInfo, where: Predicate | None, *, deleted: bool, parentheses: bool = False
) -> str:
    """Return the WHERE of a rule that holds for some rows only."""
    parts = [] if where is None else [expression_text(where)]
    if model.soft_delete and not deleted:
        parts = [f"({part})" for part in parts] + [_LIVE]
    if not parts:
        return ""
    text = " AND ".join(parts)
    return f" WHERE ({text})" if parentheses else f" WHERE {text}"
