"""What it costs to give a column another type (chapter "ALTER TABLE", notes).

Three questions are answered from the names of the types: is the table rewritten, or
may values get lost or be refused, and does PostgreSQL need to be told how to convert.
A pair that is not known here is taken for the worst.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drystone.db.catalog.records import Column

_TYPE = re.compile(r"(?P<base>.*?)(?:\((?P<size>\d+)(?:,(?P<scale>-?\d+))?\))?(?P<rest>\D*)\Z")
# Each takes the whole numbers of those before it; all convert by assignment.
_NUMBERS = ("smallint", "integer", "bigint", "numeric")
_TEXTS = ("text", "character varying")
_TIMES = ("date", "timestamp without time zone", "timestamp with time zone")
_UNBOUNDED = 1 << 31


@dataclass(frozen=True, slots=True)
class TypeChange:
    """What a change of type means for the rows that are there.

    Attributes:
        rewrites: the table, or its indexes, are written anew while nobody can use it.
        narrows: not every value fits: some would be refused, or lose something.
        needs_using: PostgreSQL converts by way of text, and only when it is told to.
    """

    rewrites: bool
    narrows: bool
    needs_using: bool


def judge_type_change(before: Column, after: Column) -> TypeChange:
    """Return what giving a column the type and collation of another means.

    >>> from drystone.db.catalog.records import Column
    >>> short = Column(name="title", type="character varying(20)")
    >>> judge_type_change(short, Column(name="title", type="text"))
    TypeChange(rewrites=False, narrows=False, needs_using=False)
    """
    old, new = _parse(before.type), _parse(after.type)
    rewrites, narrows, needs_using = _judge(old, new)
    # Under another collation the indexes are built anew at least.
    moved = before.collation != after.collation
    return TypeChange(rewrites=rewrites or moved, narrows=narrows, needs_using=needs_using)


@dataclass(frozen=True, slots=True)
class _Type:
    base: str
    size: int
    scale: int


def _parse(name: str) -> _Type:
    found = _TYPE.match(name)
    if found is None:  # the pattern takes any text
        return _Type(name, _UNBOUNDED, 0)
    base = found["base"] + found["rest"]
    return _Type(base, int(found["size"] or _UNBOUNDED), int(found["scale"] or 0))


def _judge(old: _Type, new: _Type) -> tuple[bool, bool, bool]:
    if old == new:
        return False, False, False
    if new.base in _TEXTS:
        narrows = new.size < (old.size if old.base in _TEXTS else _UNBOUNDED)
        return old.base not in _TEXTS or narrows, narrows, False
    if old.base == new.base == "numeric":
        return _judge_numeric(old, new)
    if old.base in _NUMBERS and new.base in _NUMBERS:
        shrinks = _NUMBERS.index(new.base) < _NUMBERS.index(old.base)
        return True, shrinks or new.size != _UNBOUNDED, False
    if old.base in _TIMES and new.base in _TIMES:
        return True, True, False
    return True, True, True


def _judge_numeric(old: _Type, new: _Type) -> tuple[bool, bool, bool]:
    if new.size == _UNBOUNDED:
        return False, False, False
    whole_digits_fit = new.size - new.scale >= old.size - old.scale
    narrows = old.size == _UNBOUNDED or new.scale < old.scale or not whole_digits_fit
    return narrows or new.scale != old.scale, narrows, False
