"""What to declare, or to ask, so that a plan is a better one.

A condition is known only as the text that PostgreSQL prints, so its columns are looked for
in there: those that are compared for equality come first in an index, then what rows are
sorted by, else what they are compared with in another way (chapter 11.3). What cannot be
read that way gets no advice rather than a wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .declared_indexes import IndexTerm, column_of, index_terms
from .findings import MANY_ROWS, CostlyCount, FarOffset, Finding, LargeSort, UnservedFilter
from .index_wish import IndexWish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_SORT_KEY: Final = re.compile(r"(?:\w+\.)?(?P<column>\w+)(?P<descending> DESC)?")
# Of live rows there are many: to have not been deleted tells few of them apart.
_COMMON: Final = "deleted_at"
_RANKED: Final = (
    "a rank is worked out for each row that matches: search for more words, or add a sort="
)


@dataclass(frozen=True, slots=True)
class Warned:
    """A finding, and what mends it.

    Attributes:
        text: what was found.
        mend: what to do; None where nothing can be said.
        wishes: indexes to declare for it.
    """

    text: str
    mend: str | None = None
    wishes: tuple[IndexWish, ...] = ()


def advise(findings: Sequence[Finding], models: Iterable[ModelInfo]) -> tuple[Warned, ...]:
    """Return what is to be told of a statement.

    Args:
        findings: of its plan.
        models: those of the application.
    """
    by_table = {one.table: one for one in models}
    sorts = [one for one in findings if isinstance(one, LargeSort)]
    warned = []
    for one in findings:
        match one:
            case UnservedFilter():
                wishes = _wishes_of_filter(by_table, one, sorts)
                if not _is_common(one.access.condition) and not _is_small(one, wishes):
                    warned.append(_warn(one, wishes))
            case LargeSort(keys=(rank, *_)) if "ts_rank(" in rank:
                warned.append(Warned(str(one), _RANKED))
            case LargeSort():
                model = by_table.get(one.table or "")
                order = () if model is None else _order(model, one.keys)
                warned.append(_warn(one, _wishes(model, one.condition, order)))
            case FarOffset():
                warned.append(Warned(str(one), "walk by cursor: add cursor=, and leave page= out"))
            case CostlyCount():
                warned.append(Warned(str(one), "ask for count=estimated, or for count=none"))
    return tuple(warned)


def _warn(finding: Finding, wishes: tuple[IndexWish, ...]) -> Warned:
    if not wishes:
        return Warned(str(finding))
    missing = tuple(one for one in wishes if not one.is_declared)
    if missing:
        mend = " and ".join(f"{one.declaration} to {one.place}" for one in missing)
        return Warned(str(finding), f"add {mend}", missing)
    return Warned(
        str(finding),
        f"{wishes[0].declaration} is declared and was not used: it is not migrated yet, or "
        "PostgreSQL expects too many rows for it (ANALYZE the table)",
    )


def _wishes_of_filter(
    models: Mapping[str, ModelInfo], found: UnservedFilter, sorts: Sequence[LargeSort]
) -> tuple[IndexWish, ...]:
    model, access = models.get(found.table), found.access
    if model is None:
        return ()
    keys = next((one.keys for one in sorts if one.table == found.table), ())
    order = _order(model, keys)
    if access.in_order and not order:
        # It was read for its order, which the index to declare has to have, too.
        order = _one_way(index_terms(model, access.indexes[0]))
    return _wishes(model, access.condition, order)


def _is_small(found: UnservedFilter, wishes: tuple[IndexWish, ...]) -> bool:
    """Tell whether a table is read as a whole, its index left aside, as it has few pages."""
    rows = found.access.examined // (found.access.loops or 1)
    is_left_aside = bool(wishes) and all(one.is_declared for one in wishes)
    return found.access.is_scan and rows < MANY_ROWS and is_left_aside


def _wishes(
    model: ModelInfo | None, condition: str | None, order: Sequence[IndexTerm]
) -> tuple[IndexWish, ...]:
    if model is None:
        return ()
    read = _Condition.of(condition or "", model)
    wishes = [IndexWish(model, (IndexTerm(one.name),), "trigram") for one in read.matched]
    if read.is_either:
        # Each side is found by an index of its own.
        sides = (*read.equal, *read.compared)
        return (*wishes, *(IndexWish(model, (IndexTerm(one.name),)) for one in sides))
    equal = [IndexTerm(one.name) for one in read.equal]
    ordered = [one for one in order if one not in equal]
    compared = [] if order else [IndexTerm(one.name) for one in read.compared[:1]]
    if terms := (*equal, *ordered, *compared):
        wishes.append(IndexWish(model, tuple(terms)))
    return tuple(wishes)


@dataclass(frozen=True, slots=True)
class _Condition:
    """The columns of a condition, by how they are compared."""

    equal: tuple[ColumnInfo, ...]
    compared: tuple[ColumnInfo, ...]
    matched: tuple[ColumnInfo, ...]
    is_either: bool

    @classmethod
    def of(cls, text: str, model: ModelInfo) -> _Condition:
        text = _TEXT.sub("''", text)
        named = [
            one
            for one in model.columns
            if one.name != _COMMON and re.search(rf"\b{one.name}\b", text)
        ]
        # Inside of a call a column is no longer found by its value.
        named = [one for one in named if not re.search(rf"\w\([^()]*\b{one.name}\b", text)]
        matched = [one for one in named if _compares(text, one, r"~~\*?")]
        rest = [one for one in named if one not in matched]
        equal = [one for one in rest if _compares(text, one, r"=(?! ANY)") or _stands(text, one)]
        return cls(
            tuple(equal),
            tuple(one for one in rest if one not in equal),
            tuple(matched),
            is_either=" OR " in text,
        )


def _compares(text: str, column: ColumnInfo, operator: str) -> bool:
    return re.search(rf"\b{column.name}\)*(?:::[\w ]+)? {operator}", text) is not None


def _stands(text: str, column: ColumnInfo) -> bool:
    """Tell whether a truth value stands by itself: `is_open`, `(NOT is_open)`."""
    return re.search(rf"(?:^|\(|NOT |AND ){column.name}(?:$|\)| AND)", text) is not None


def _order(model: ModelInfo, keys: Sequence[str]) -> tuple[IndexTerm, ...]:
    """Return what a sort sorts by; nothing where it is more than columns of the table."""
    return _one_way(tuple(_terms(model, keys)))


def _one_way(terms: tuple[IndexTerm, ...]) -> tuple[IndexTerm, ...]:
    """Return an order as it is written: an index is read from both ends.

    So it is behind values that are given as well.
    """
    if all(one.descending for one in terms):
        return tuple(IndexTerm(one.column) for one in terms)
    return terms


def _terms(model: ModelInfo, keys: Sequence[str]) -> Iterator[IndexTerm]:
    found = [_SORT_KEY.fullmatch(key) for key in keys]
    if all(one is not None and column_of(model, one["column"]) is not None for one in found):
        for one in found:
            if one is not None:
                yield IndexTerm(one["column"], one["descending"] is not None)


def _is_common(condition: str | None) -> bool:
    return condition is None or condition.strip("()") == f"{_COMMON} IS NULL"
