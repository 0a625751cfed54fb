"""Models → the statements that create their tables, in an order that PostgreSQL takes.

A table comes behind those that it refers to. Where tables refer to each other in a ring,
the foreign key that leads ahead is added once all of them are there.

Tables stand in the schema that is looked at first, `public` by default; the functions of
`db/migrations/platform`, such as `drystone.uuid7()` and `drystone.touch()`, must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from drystone.db.catalog.identifiers import quote_identifier, quote_literal
from drystone.db.ddl.columns import column_text
from drystone.db.ddl.history import history_triggers
from drystone.db.ddl.records import Constraint
from drystone.db.ddl.table import Table, build_table, fail
from drystone.schema.model.defaults import Generated
from drystone.schema.model.model_meta import describe

if TYPE_CHECKING:
    from drystone.schema.model.model_info import ModelInfo

_TOUCH: Final = "drystone.touch()"


def create_statements(models: Sequence[type[Any]]) -> tuple[str, ...]:
    """Return the statements that create everything that models declare, without semicolons.

    Args:
        models: in any order; references lead to models among them.

    Raises:
        DeclarationError: two models have one table, two things one name, a reference
            leads elsewhere, or a rule cannot be written.
        TypeError: one of them is no model.
    """
    return tuple(_statements(build_tables(models)))


def create_script(models: Sequence[type[Any]]) -> str:
    """Return the same statements as one text; empty where there are no models."""
    return "".join(f"{statement};\n\n" for statement in create_statements(models)).rstrip("\n") + (
        "\n" if models else ""
    )


def build_tables(models: Sequence[type[Any]]) -> tuple[Table, ...]:
    """Return the tables of models, each behind those that it refers to where that can be.

    Raises:
        DeclarationError: as for `create_statements`.
    """
    infos = [describe(model) for model in models]
    _check_tables(infos)
    tables = {info.table: build_table(info) for info in infos}
    _check_relations([*tables.values()])
    return tuple(_in_order(tables))


def _check_tables(infos: Sequence[ModelInfo]) -> None:
    """Refuse two models of one table, and references to what is not among them."""
    owners: dict[str, ModelInfo] = {}
    for info in infos:
        other = owners.setdefault(info.table, info)
        if other is not info:
            fail(
                info,
                f"has the table {info.table!r}, as {other.model.__name__} at {other.origin} "
                "does; write class …(Model, table=…) for one",
            )
    for info in infos:
        for column in info.references:
            assert column.reference is not None  # noqa: S101  (what references are)
            target = column.reference.resolve()
            if owners.get(describe(target).table) is not describe(target):
                fail(
                    info,
                    f"refers to {target.__name__} by {column.attribute!r}, which is not among "
                    "the models; list it too",
                )


def _check_relations(tables: Sequence[Table]) -> None:
    """Refuse two relations of one name: tables, indexes and keys share them in a schema."""
    owners = {table.model.table: table.model for table in tables}
    for table in tables:
        keys = [one.name for one in table.constraints if one.kind in _WITH_INDEX]
        for name in (*keys, *(index.name for index in table.indexes)):
            other = owners.setdefault(name, table.model)
            if other is not table.model or name == table.model.table:
                fail(
                    table.model,
                    f"has an index named {name!r}, as something of {other.model.__name__} is "
                    "named; give the rule another name=…",
                )


_WITH_INDEX: Final = frozenset({"primary", "unique", "exclude"})


def _in_order(tables: dict[str, Table]) -> Iterator[Table]:
    """Yield each table behind those that it refers to, else in the given order."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[Table]:
        if name in done:
            return
        done.add(name)
        for constraint in tables[name].constraints:
            if constraint.target is not None:
                yield from visit(constraint.target)
        yield tables[name]

    for name in tables:
        yield from visit(name)


def _statements(tables: Sequence[Table]) -> Iterator[str]:
    yield from _extensions(tables)
    created: set[str] = set()
    late: list[str] = []
    for table in tables:
        created.add(table.model.table)
        ahead = [one for one in table.constraints if one.target and one.target not in created]
        yield _create_table(table, without=ahead)
        name = quote_identifier(table.model.table)
        late += [f"ALTER TABLE {name} ADD {_named(one)}" for one in ahead]
        for index in table.indexes:
            unique = "UNIQUE " * index.is_unique
            yield f"CREATE {unique}INDEX {quote_identifier(index.name)} ON {index.text}"
        yield _create_trigger(table.model)
        if table.model.history:
            yield from history_triggers(table.model)
        yield from _comments(table.model)
    yield from late


def _extensions(tables: Sequence[Table]) -> Iterator[str]:
    needed = {index.extension for table in tables for index in table.indexes}
    if any(one.kind == "exclude" for table in tables for one in table.constraints):
        # gist has no = for plain types of its own.
        needed.add("btree_gist")
    for extension in sorted(needed - {None}, key=str):
        yield f"CREATE EXTENSION IF NOT EXISTS {extension}"


def _create_table(table: Table, *, without: Sequence[Constraint]) -> str:
    lines = [column_text(column) for column in table.model.columns]
    lines += [_named(one) for one in table.constraints if one not in without]
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {quote_identifier(table.model.table)} (\n    {body}\n)"


def _named(constraint: Constraint) -> str:
    return f"CONSTRAINT {quote_identifier(constraint.name)} {constraint.definition}"


def _create_trigger(model: ModelInfo) -> str:
    return (
        f"CREATE TRIGGER touch BEFORE UPDATE ON {quote_identifier(model.table)} FOR EACH ROW\n"
        f"    WHEN ({_changed(model)}) EXECUTE FUNCTION {_TOUCH}"
    )


def _changed(model: ModelInfo) -> str:
    """Return what is true of a row that an UPDATE changes.

    Generated columns are computed behind this trigger, so PostgreSQL refuses a condition
    on the whole row where there are any (CREATE TRIGGER).
    """
    plain = [one.name for one in model.columns if not isinstance(one.default, Generated)]
    if len(plain) == len(model.columns):
        return "OLD.* IS DISTINCT FROM NEW.*"
    old, new = (
        ", ".join(f"{row}.{quote_identifier(name)}" for name in plain) for row in ("OLD", "NEW")
    )
    return f"({old}) IS DISTINCT FROM ({new})"


def _comments(model: ModelInfo) -> Iterator[str]:
    table = quote_identifier(model.table)
    if model.comment:
        yield f"COMMENT ON TABLE {table} IS {quote_literal(model.comment)}"
    for column in model.columns:
        if column.comment:
            place = f"{table}.{quote_identifier(column.name)}"
            yield f"COMMENT ON COLUMN {place} IS {quote_literal(column.comment)}"
