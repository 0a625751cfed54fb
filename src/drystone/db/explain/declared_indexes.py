"""The indexes that a model's table gets, as far as they serve conditions and orders.

Read from the declaration, no database needed: rules, marks of single fields, references,
the primary key. Left out is what serves no list by itself: an index of some rows only
(`where=…`), and one that begins with an expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from drystone.db.ddl.indexes import index_rule
from drystone.db.ddl.names import object_name
from drystone.schema.expressions.shapes import ColumnShape, OrderShape
from drystone.schema.model.rules import Index, Unique

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A column in an index, or in the order of a list.

    Attributes:
        column: its name in the table.
        descending: which end comes first.
    """

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredIndex:
    """An index of live rows at least.

    Attributes:
        terms: its columns up to the first expression; at least one.
        method: how it is built.
        trigram: whether it finds parts of texts.
        is_unique: whether its columns, all of them, are a key.
    """

    terms: tuple[IndexTerm, ...]
    method: Literal["btree", "gin", "gist", "brin", "hash"] = "btree"
    trigram: bool = False
    is_unique: bool = False

    def finds(self, column: str) -> bool:
        """Tell whether it leads to the rows with one value of a column."""
        return (
            self.terms[0].column == column and not self.trigram and self.method in {"btree", "hash"}
        )

    def finds_elements(self, column: str) -> bool:
        """Tell whether it leads to the rows whose array has one value."""
        return self.terms[0].column == column and self.method == "gin" and not self.trigram

    def finds_parts(self, column: str) -> bool:
        """Tell whether it leads to the rows whose text has a part."""
        return self.trigram and any(one.column == column for one in self.terms)

    def orders(self, terms: Sequence[IndexTerm]) -> bool:
        """Tell whether rows can be read from it in an order, from one end or the other."""
        if self.method != "btree":
            return False
        own = self.terms[: len(terms)]
        is_key = self.is_unique and len(own) == len(self.terms)
        # Behind a key nothing can make a difference.
        wanted = tuple(terms[: len(own)]) if is_key else tuple(terms)
        return own in {wanted, _reversed(wanted)}


def declared_indexes(model: ModelInfo) -> tuple[DeclaredIndex, ...]:
    """Return the indexes that a model declares, its references' and its key's included."""
    found = [DeclaredIndex((IndexTerm("id"),), is_unique=True)]
    for column in model.columns:
        own = IndexTerm(column.name)
        if column.unique is not None and _is_plain(column.unique):
            found.append(DeclaredIndex((own,), is_unique=True))
        if column.index is not None and column.index.where is None:
            found.append(_index(column.index, (own,)))
        if column.reference is not None and column.reference.has_index:
            found.append(DeclaredIndex((own,)))
    for rule in model.rules:
        if isinstance(rule, Index | Unique) and (terms := tuple(_terms(rule.fields))):
            if isinstance(rule, Index) and rule.where is None:
                found.append(_index(rule, terms))
            elif isinstance(rule, Unique) and _is_plain(rule):
                is_whole = len(terms) == len(rule.fields)
                found.append(DeclaredIndex(terms, is_unique=is_whole))
    return tuple(found)


def index_terms(model: ModelInfo, name: str) -> tuple[IndexTerm, ...]:
    """Return the columns of a model's index by its name in the database, partial ones too.

    Returns:
        Nothing for an index that the model does not declare, or that has no order.
    """
    if name == object_name(model.table, "pkey"):
        return (IndexTerm("id"),)
    for column in model.columns:
        if column.index is not None and index_rule(model, column.index, column).name == name:
            return (IndexTerm(column.name),) if column.index.method == "btree" else ()
    for rule in model.rules:
        if isinstance(rule, Index) and index_rule(model, rule, None).name == name:
            return tuple(_terms(rule.fields)) if rule.method == "btree" else ()
    return ()


def _is_plain(rule: Unique) -> bool:
    return rule.where is None and not rule.ignore_case


def _index(rule: Index, terms: tuple[IndexTerm, ...]) -> DeclaredIndex:
    return DeclaredIndex(terms, rule.method, rule.trigram)


def _terms(fields: Sequence[Any]) -> Iterator[IndexTerm]:
    """Yield the columns that an index begins with."""
    for field in fields:
        shape: object = field.shape
        descending = False
        if isinstance(shape, OrderShape):
            if shape.nulls is not None:
                return  # in another order than lists are
            descending = shape.descending
            shape = shape.operand
        if not isinstance(shape, ColumnShape) or shape.path:
            return
        yield IndexTerm(shape.column.name, descending)


def _reversed(terms: tuple[IndexTerm, ...]) -> tuple[IndexTerm, ...]:
    return tuple(IndexTerm(one.column, not one.descending) for one in terms)


def column_of(model: ModelInfo, name: str) -> ColumnInfo | None:
    """Return a model's column by its name in the table; None where it has none."""
    return next((one for one in model.columns if one.name == name), None)
