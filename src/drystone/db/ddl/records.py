"""What a table is made of, as plain data between the models and the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["primary", "unique", "check", "foreign", "exclude"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a caller is told when a row breaks a constraint.

    Attributes:
        columns: what the constraint is about, as in JSON.
        code: one of `errors.VIOLATION_CODES`.
        detail: a phrase that reads on after the field's name.
    """

    columns: tuple[str, ...]
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """A named constraint of a table.

    Attributes:
        name: in the table.
        kind: of constraint.
        definition: the text behind the name.
        fault: for a caller whose row breaks it.
        target: the table that a foreign key leads to.
    """

    name: str
    kind: Kind
    definition: str
    fault: Fault
    target: str | None = None


@dataclass(frozen=True, slots=True)
class TableIndex:
    """An index that is no constraint.

    Attributes:
        name: in the schema.
        text: behind `ON`: the table, the method, the terms, the condition.
        is_unique: whether it also refuses rows.
        leading: the column that it finds all rows by; None for an expression, another
            method than btree, or a part of the rows.
        fault: for a caller whose row a unique one refuses.
        extension: that it needs.
    """

    name: str
    text: str
    is_unique: bool = False
    leading: str | None = None
    fault: Fault | None = None
    extension: str | None = None
