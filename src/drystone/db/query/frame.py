"""Which tables stand in a FROM, by which names, and which references are followed.

A column is looked for in the innermost statement first, then in those around it, as in
SQL; that is how an inner statement refers to a row of the outer one. A reference that is
followed becomes a join: one for each distinct path, INNER where the row must be there,
LEFT where it may be missing. The row is found by its key, so no join multiplies rows.

Of some paths a statement sees certain rows alone (`sights`): to all but its scopes the
others are missing. Where both follow one path there are two joins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from drystone.db.catalog.identifiers import quote_identifier
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from drystone.schema.expressions.shapes import ColumnShape, Shape
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

    from .steps import Sight, Source

Key: TypeAlias = "tuple[str, str | None]"
Path: TypeAlias = "tuple[ColumnInfo, ...]"


@dataclass(slots=True)
class Table:
    """A table of a FROM.

    Attributes:
        info: its model; None for what no model describes (`excluded`).
        alias: its name in the statement, not quoted.
        may_miss: whether an outer join may have no row of it.
    """

    info: ModelInfo | None
    alias: str
    may_miss: bool = False


@dataclass(slots=True)
class PathJoin:
    """A join along a reference.

    Attributes:
        info: the model that is reached.
        alias: its name in the statement.
        reference: the column that leads there.
        origin: the alias of the table that has this column.
        may_miss: whether there may be no row.
        sight: the condition on the row, and the place of its first value.
    """

    info: ModelInfo
    alias: str
    reference: ColumnInfo
    origin: str
    may_miss: bool
    sight: tuple[Shape, int] | None = None

    def text(self, condition: str = "") -> str:
        """Return the JOIN clause, with another condition where one is given."""
        alias = quote_identifier(self.alias)
        origin = quote_identifier(self.origin)
        kind = "LEFT JOIN" if self.may_miss else "JOIN"
        return (
            f"{kind} {name_table(self.info.table, self.alias)} "
            f"ON {alias}.id = {origin}.{quote_identifier(self.reference.name)}"
            f"{condition and f' AND {condition}'}"
        )


@dataclass(slots=True)
class Frame:
    """The names of one statement.

    Attributes:
        parent: the statement around it.
        joins_paths: False where a reference cannot become a join (`ON`, UPDATE, DELETE):
            it is then looked up by a subquery.
        sights: conditions on the rows that paths lead to, each with the place of its first
            value.
    """

    parent: Frame | None = None
    joins_paths: bool = True
    tables: dict[Key, Table] = field(default_factory=dict)
    paths: dict[tuple[Key, Path, bool], PathJoin] = field(default_factory=dict)
    sights: dict[tuple[Key, Path], tuple[Shape, int]] = field(default_factory=dict)

    def add(self, source: Source, *, may_miss: bool = False) -> Table:
        """Enter a table.

        Raises:
            ValueError: it stands there already.
        """
        key = (source.info.table, source.scope)
        alias = source.scope or source.info.table
        outside = self.parent.chain() if self.parent else ()
        hidden = {one.alias for frame in outside for one in frame.paths.values()}
        if alias in hidden or any(alias == one.alias for one in self.tables.values()):
            raise ValueError(
                f"{alias} stands in the statement twice: write alias({source.info.model.__name__}, "
                "'another name') for one of them"
            )
        self.tables[key] = table = Table(source.info, alias, may_miss)
        return table

    def see(self, source: Source, sights: Iterable[tuple[Sight, int]]) -> None:
        """Enter which rows are seen through the references of a table."""
        for sight, start in sights:
            self.sights[(source.info.table, source.scope), sight.path] = (sight.shape, start)

    def find(self, column: ColumnShape) -> tuple[Frame, Key]:
        """Return where the table of a column stands: here, or in a statement around.

        Raises:
            ValueError: nowhere.
        """
        first = column.path[0] if column.path else column.column
        key = (first.table, column.scope)
        frame: Frame | None = self
        while frame is not None:
            if key in frame.tables:
                return frame, key
            frame = frame.parent
        raise ValueError(
            f"{first!r} is of {column.scope or first.table}, which is not part of the statement: "
            "write .from_(…) or .join(…) with its model"
        )

    def join_path(self, key: Key, path: Path, asker: Frame, *, sees_all: bool = False) -> PathJoin:
        """Return the join that a path ends at; those on its way are made too.

        Args:
            key: the table at which the path begins.
            path: the references to follow.
            asker: the statement that needs it, inside of this one or this one itself.
            sees_all: whether it leads to rows out of sight.
        """
        is_held = not sees_all and self._is_held(key, path)
        found = self.paths.get((key, path, is_held))
        if found is not None:
            return found
        *before, reference = path
        if before:
            previous = self.join_path(key, tuple(before), asker, sees_all=sees_all)
            origin, may_miss = previous.alias, previous.may_miss
        else:
            origin, may_miss = self.tables[key].alias, self.tables[key].may_miss
        info = target_of(reference)
        prefix = [key[1]] if key[1] else []
        wanted = "_".join([*prefix, *(one.attribute for one in path)])
        sight = None if sees_all else self.sights.get((key, path))
        if sight is not None:
            # No model's table has a capital in its name, so nothing in the condition means
            # another table by it.
            wanted, may_miss = f"Seen_{wanted}", True
        alias = asker.free_alias(wanted)
        join = PathJoin(info, alias, reference, origin, may_miss or reference.nullable, sight)
        self.paths[key, path, is_held] = join
        return join

    def _is_held(self, key: Key, path: Path) -> bool:
        return bool(self.sights) and any(
            (key, path[:end]) in self.sights for end in range(1, len(path) + 1)
        )

    def free_alias(self, wanted: str) -> str:
        """Return a name that no table has here or in the statements around."""
        taken = {alias for frame in self.chain() for alias in frame.aliases()}
        alias, number = wanted[:60], 1
        while alias in taken:
            number += 1
            alias = f"{wanted[:57]}_{number}"
        return alias

    def aliases(self) -> Iterator[str]:
        """Yield the names of its tables and joins."""
        yield from (table.alias for table in self.tables.values())
        yield from (join.alias for join in self.paths.values())

    def chain(self) -> Iterator[Frame]:
        """Yield this statement and those around it."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent


def name_table(table: str, alias: str) -> str:
    """Return a table as a FROM names it.

    >>> name_table("tasks", "tasks"), name_table("tasks", "order")
    ('tasks', 'tasks AS "order"')
    """
    name = quote_identifier(table)
    return name if table == alias else f"{name} AS {quote_identifier(alias)}"


def target_of(reference: ColumnInfo) -> ModelInfo:
    """Return the model that a reference leads to."""
    assert reference.reference is not None, "only references make a path"  # noqa: S101  (our own fault)
    return describe(reference.reference.resolve())


def columns_of(path: object) -> Path:
    """Return a shape's path as what it is: columns described in full."""
    return cast("Path", path)
