"""Two catalogues that should be one: a sentence for each thing in which they differ.

Where `changes/compare.py` finds a way from one to the other, this only tells what is
so. Both find a difference, or both find none; a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from drystone.db.catalog.records import Catalog, Column, Constraint, Index, Table
    from drystone.db.changes.compare import Scope


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same on both sides.

    Attributes:
        kind: of thing: "table", "column", "index", "function" and so on.
        name: what it is called; a column with its table before it.
        sentence: for a person, with both sides.
    """

    kind: str
    name: str
    sentence: str


class Named(Protocol):
    """A record with a name."""

    @property
    def name(self) -> str:
        """What it is called."""


P = TypeVar("P", bound=Named)
Sides = tuple[str, str]


def find_differences(
    left: Catalog, right: Catalog, *, names: Sides, scope: Scope, prefix: str = ""
) -> tuple[Difference, ...]:
    """Return what differs between two catalogues.

    Args:
        left: the one.
        right: the other.
        names: what each is called in a sentence, such as "the migrations".
        scope: as for `compare(left, right)`; with all triggers, functions, views and the
            like count too.
        prefix: what stands before each name, such as "drystone.".
    """
    return tuple(_differences(left, right, names, scope, prefix))


def _differences(
    left: Catalog, right: Catalog, names: Sides, scope: Scope, prefix: str
) -> Iterator[Difference]:
    old, new = set(left.extensions), set(right.extensions)
    for name in sorted(new - old):
        yield _lone("extension", name, names[::-1])
    if scope.drops_extensions:
        for name in sorted(old - new):
            yield _lone("extension", name, names)
    for table_left, table_right in _pairs(left.tables, right.tables):
        if table_left is None or table_right is None:
            yield from _missing("table", table_left, table_right, names, prefix=prefix)
        else:
            place = f"{prefix}{table_left.name}"
            yield from _in_table(place, table_left, table_right, names, scope)
    if scope.triggers is None:
        yield from _in_definitions(left, right, names, prefix)


def _in_table(
    table: str, left: Table, right: Table, names: Sides, scope: Scope
) -> Iterator[Difference]:
    for what, mine, other in (
        ("partitions", left.partition_key, right.partition_key),
        ("comment", left.comment, right.comment),
    ):
        if mine != other:
            yield _unlike("table", table, what, (mine, other), names)
    for column, other_column in _pairs(left.columns, right.columns):
        if column is None or other_column is None:
            yield from _missing("column", column, other_column, names, prefix=f"{table}.")
        else:
            yield from _in_column(table, column, other_column, names)
    for key, other_key in _pairs(left.constraints, right.constraints):
        yield from _in_constraint(table, key, other_key, names)
    for index, other_index in _pairs(left.indexes, right.indexes):
        yield from _in_index(table, index, other_index, names)
    for trigger, other_trigger in _pairs(left.triggers, right.triggers):
        found = trigger or other_trigger
        if found is None or not scope.judges_trigger(found.name):
            continue
        if trigger is None or other_trigger is None:
            yield from _missing("trigger", trigger, other_trigger, names, prefix=f"{table}.")
        elif trigger != other_trigger:
            yield _other("trigger", f"{table}.{trigger.name}", names)


def _in_column(table: str, left: Column, right: Column, names: Sides) -> Iterator[Difference]:
    for what, mine, other in (
        ("type", left.type, right.type),
        ("may be null", _yes(left.is_nullable), _yes(right.is_nullable)),
        ("default", left.default, right.default),
        ("generated", left.generated, right.generated),
        ("identity", left.identity, right.identity),
        ("collation", left.collation, right.collation),
        ("comment", left.comment, right.comment),
    ):
        if mine != other:
            yield _unlike("column", f"{table}.{left.name}", what, (mine, other), names)


def _in_constraint(
    table: str, left: Constraint | None, right: Constraint | None, names: Sides
) -> Iterator[Difference]:
    found = left or right
    kind = found.kind if found is not None else "constraint"
    if left is None or right is None:
        yield from _missing(kind, left, right, names, prefix=f"{table}.")
        return
    for what, mine, other in (
        ("says", left.definition, right.definition),
        ("validated", _yes(left.is_validated), _yes(right.is_validated)),
        ("comment", left.comment, right.comment),
    ):
        if mine != other:
            yield _unlike(kind, f"{table}.{left.name}", what, (mine, other), names)


def _in_index(
    table: str, left: Index | None, right: Index | None, names: Sides
) -> Iterator[Difference]:
    if left is None or right is None:
        # The index of a constraint comes and goes with it.
        found = left or right
        if found is not None and found.constraint is None:
            yield from _missing("index", left, right, names, prefix=f"{table}.")
        return
    if left.constraint is not None and right.constraint is not None:
        return
    for what, mine, other in (
        ("says", _definition(left), _definition(right)),
        ("valid", _yes(left.is_valid), _yes(right.is_valid)),
        ("comment", left.comment, right.comment),
    ):
        if mine != other:
            yield _unlike("index", f"{table}.{left.name}", what, (mine, other), names)


def _in_definitions(
    left: Catalog, right: Catalog, names: Sides, prefix: str
) -> Iterator[Difference]:
    old = {(one.kind, one.name): one.text for one in left.definitions}
    new = {(one.kind, one.name): one.text for one in right.definitions}
    for kind, name in sorted(old.keys() | new.keys()):
        if (kind, name) not in new:
            yield _lone(kind, f"{prefix}{name}", names)
        elif (kind, name) not in old:
            yield _lone(kind, f"{prefix}{name}", names[::-1])
        elif old[kind, name] != new[kind, name]:
            yield _other(kind, f"{prefix}{name}", names)


def _definition(index: Index) -> str:
    return f"{'UNIQUE ' if index.is_unique else ''}{index.definition}"


def _pairs(left: Iterable[P], right: Iterable[P]) -> Iterator[tuple[P | None, P | None]]:
    old, new = ({one.name: one for one in side} for side in (left, right))
    for name in sorted(old.keys() | new.keys()):
        yield old.get(name), new.get(name)


def _missing(
    kind: str, left: Named | None, right: Named | None, names: Sides, *, prefix: str
) -> Iterator[Difference]:
    """Yield what is told of something that one side alone has."""
    if left is not None:
        yield _lone(kind, f"{prefix}{left.name}", names)
    elif right is not None:
        yield _lone(kind, f"{prefix}{right.name}", names[::-1])


def _lone(kind: str, name: str, names: Sides) -> Difference:
    return Difference(kind, name, f"{kind} {name} is in {names[0]}, not in {names[1]}")


def _unlike(
    kind: str, name: str, what: str, values: tuple[str | None, str | None], names: Sides
) -> Difference:
    both = ", ".join(
        f"{_shown(value)} in {side}" for value, side in zip(values, names, strict=True)
    )
    return Difference(kind, name, f"{kind} {name}: {what} {both}")


def _other(kind: str, name: str, names: Sides) -> Difference:
    return Difference(kind, name, f"{kind} {name} is not the same in {names[0]} and {names[1]}")


def _shown(value: str | None) -> str:
    return "none" if value is None else " ".join(value.split())


def _yes(value: object) -> str:
    return "yes" if value else "no"
