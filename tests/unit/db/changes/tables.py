"""Small catalogues for tests."""

from __future__ import annotations

from drystone.db.catalog.records import Catalog, Column, Constraint, Index, Table, Trigger

ID = Column(name="id", type="uuid", is_nullable=False, default="drystone.uuid7()", position=1)


def table(
    name: str,
    *columns: Column,
    constraints: tuple[Constraint, ...] = (),
    indexes: tuple[Index, ...] = (),
    triggers: tuple[Trigger, ...] = (),
) -> Table:
    """Return a table with a primary key and these parts, sorted as the reader does."""
    key = Constraint(
        name=f"{name}_pkey", kind="primary key", definition="PRIMARY KEY (id)", columns=("id",)
    )
    serving = Index(
        name=key.name,
        definition="USING btree (id)",
        is_unique=True,
        columns=("id",),
        constraint=key.name,
    )
    return Table(
        name=name,
        columns=tuple(sorted((ID, *columns), key=lambda item: item.name)),
        constraints=tuple(sorted((key, *constraints), key=lambda item: item.name)),
        indexes=tuple(sorted((serving, *indexes), key=lambda item: item.name)),
        triggers=triggers,
    )


def catalog(*tables: Table, extensions: tuple[str, ...] = ()) -> Catalog:
    """Return a catalogue of these tables."""
    ordered = tuple(sorted(tables, key=lambda item: item.name))
    return Catalog(tables=ordered, extensions=extensions)


def text(name: str, *, is_nullable: bool = True, default: str | None = None) -> Column:
    """Return a column of text."""
    return Column(name=name, type="text", is_nullable=is_nullable, default=default, position=2)


def reference(name: str, column: str, target: str) -> Constraint:
    """Return a foreign key to a table's id."""
    return Constraint(
        name=name,
        kind="foreign key",
        definition=f"FOREIGN KEY ({column}) REFERENCES {target}(id)",
        columns=(column,),
        referenced_table=target,
        referenced_columns=("id",),
    )
