"""Which tables stand in a FROM, by which names, and which references are followed.

A column is looked for in the innermost statement first, then in those around it, as in
SQL; that is how an inner statement refers to a row of the outer one. A reference that is
followed becomes a join: one for each distinct path, INNER where the row must be there,
LEFT where it may be missing. The row is found by its key, so no join multiplies rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from drystone.db.catalog.identifiers import quote_identifier
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.schema.expressions.shapes import ColumnShape
    from drystone.schema.model.column_info import ColumnInfo
    from drystone.schema.model.model_info import ModelInfo

    from .steps import Source

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
    """

    info: ModelInfo
    alias: str
    reference: ColumnInfo
    origin: str
    may_miss: bool

    def text(self) -> str:
        """Return the JOIN clause."""
        alias = quote_identifier(self.alias)
        origin = quote_identifier(self.origin)
        kind = "LEFT JOIN" if self.may_miss else "JOIN"
        return (
            f"{kind} {name_table(self.info.table, self.alias)} "
            f"ON {alias}.id = {origin}.{quote_identifier(self.reference.name)}"
        )


@dataclass(slots=True)
class Frame:
    """The names of one statement.

    Attributes:
        parent: the statement around it.
        joins_paths: False where a reference cannot become a join (`ON`, UPDATE, DELETE):
            it is then looked up by a subquery.
    """

    parent: Frame | None = None
    joins_paths: bool = True
    tables: dict[Key, Table] = field(default_factory=dict)
    paths: dict[tuple[Key, Path], PathJoin] = field(default_factory=dict)

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

    def join_path(self, key: Key, path: Path, asker: Frame) -> PathJoin:
        """Return the join that a path ends at; those on its way are made too.

        Args:
            key: the table at which the path begins.
            path: the references to follow.
            asker: the statement that needs it, inside of this one or this one itself.
        """
        found = self.paths.get((key, path))
        if found is not None:
            return found
        *before, reference = path
        if before:
            previous = self.join_path(key, tuple(before), asker)
            origin, may_miss = previous.alias, previous.may_miss
        else:
            origin, may_miss = self.tables[key].alias, self.tables[key].may_miss
        info = target_of(reference)
        prefix = [key[1]] if key[1] else []
        alias = asker.free_alias("_".join([*prefix, *(one.attribute for one in path)]))
        join = PathJoin(info, alias, reference, origin, may_miss or reference.nullable)
        self.paths[key, path] = join
        return join

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
