"""The same change without blocking anybody for long: in words, and as SQL.

Source: PostgreSQL's reference pages of CREATE INDEX ("Building Indexes Concurrently") and
ALTER TABLE (notes on NOT VALID and on rewriting), chapter 5.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drystone.db.migrations.form import created_index

from .alter_table import Action, AlterTable, read_alter_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from drystone.db.migrations.statements import Statement

_ALONE: Final = "-- migrate:up transaction:false"
_NEXT: Final = "-- in the next migration"


@dataclass(frozen=True, slots=True)
class SafeForm:
    """What to write in place of a statement.

    Attributes:
        words: one sentence.
        sql: its lines; empty where it depends on more than the statement says.
    """

    words: str
    sql: tuple[str, ...] = ()


def safe_form(statement: Statement) -> SafeForm | None:
    """Return the safe form of a statement that scans or rewrites a table; None if unknown."""
    if created_index(statement) is not None:
        return _index(statement)
    if altered := read_alter_table(statement):
        return _alter(altered)
    return _by_first_words(statement)


def batches(statement: Statement) -> SafeForm:
    """Return how to change many rows a few at a time."""
    verb = statement.keys[0]
    return SafeForm(
        "change the rows in batches that commit one by one, in a file of its own",
        (
            _ALONE,
            "-- migrate:repeat",
            f"{verb} … WHERE id IN (SELECT id FROM … WHERE <not done> LIMIT 1000);",  # noqa: S608  (shown)
        ),
    )


def _index(statement: Statement) -> SafeForm:
    place = next(token for token in statement.tokens if token.key == "INDEX")
    cut = place.end - statement.tokens[0].start
    index = created_index(statement)
    name = "" if index is None or index.name is not None else " name_of_the_index"
    text = f"{statement.text[:cut]} CONCURRENTLY{name}{statement.text[cut:]};"
    return SafeForm(
        "make the index CONCURRENTLY, in a file of its own that runs without a transaction",
        (_ALONE, *text.splitlines()),
    )


def _alter(altered: AlterTable) -> SafeForm | None:
    forms = [
        form(altered.table.written, action)
        for action in altered.actions
        if (form := _FORMS.get(action.kind)) is not None
    ]
    if not forms:
        return None
    words = list(dict.fromkeys(form.words for form in forms))
    return SafeForm("; ".join(words), tuple(line for form in forms for line in form.sql))


def _not_valid(table: str, action: Action) -> SafeForm:
    text, name = _named(table, action)
    return SafeForm(
        "add the constraint NOT VALID, which scans nothing, and validate it in the next "
        "migration, which blocks neither reads nor writes",
        (
            f"ALTER TABLE {table} {text} NOT VALID;",
            _NEXT,
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};",
        ),
    )


def _named(table: str, action: Action) -> tuple[str, str]:
    """Return the action with a name for its constraint, and that name."""
    if action.name is not None:
        return action.text, action.name.written
    name = f"{table.rpartition('.')[2].strip(chr(34))}_{action.kind.split()[0]}"
    return f"ADD CONSTRAINT {name} {action.text[4:].lstrip()}", name


def _not_null(table: str, action: Action) -> SafeForm:
    column = "…" if action.name is None else action.name.written
    check = f"{table.rpartition('.')[2]}_{column}_not_null".replace('"', "")
    return SafeForm(
        "add a CHECK that is NOT VALID and validate it in the next migration; SET NOT NULL "
        "trusts it and scans nothing",
        (
            f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID;",
            _NEXT,
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {check};",
            _NEXT,
            f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;",
            f"ALTER TABLE {table} DROP CONSTRAINT {check};",
        ),
    )


def _unique(table: str, action: Action) -> SafeForm:
    _, name = _named(table, action)
    kind = action.kind.upper()
    return SafeForm(
        "make a unique index CONCURRENTLY, then make it the constraint in the next migration",
        (
            _ALONE,
            f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} (…);",
            _NEXT,
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name};",
        ),
    )


def _type(table: str, action: Action) -> SafeForm:
    column = "…" if action.name is None else action.name.written
    return SafeForm(
        "add a column of the new type, let a trigger or the application fill it with every "
        "write, fill the old rows in batches, then swap the names",
        (
            f"ALTER TABLE {table} ADD COLUMN new_{column} <type>;",
            _NEXT,
            _ALONE,
            "-- migrate:repeat",
            f"UPDATE {table} SET new_{column} = {column}",  # noqa: S608  (shown, never run)
            f"WHERE id IN (SELECT id FROM {table}",  # noqa: S608  (likewise)
            f"    WHERE new_{column} IS NULL AND {column} IS NOT NULL LIMIT 1000);",
            _NEXT,
            f"ALTER TABLE {table} DROP COLUMN {column};",
            f"ALTER TABLE {table} RENAME COLUMN new_{column} TO {column};",
        ),
    )


def _add_column(table: str, action: Action) -> SafeForm:
    column = "…" if action.name is None else action.name.written
    return SafeForm(
        "add the column without its default or reference, set the default for new rows, and "
        "fill the old ones in batches; constraints come after that, NOT VALID first",
        (
            f"ALTER TABLE {table} ADD COLUMN {column} <type>;",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT <expression>;",
            _NEXT,
            _ALONE,
            "-- migrate:repeat",
            f"UPDATE {table} SET {column} = <expression>",  # noqa: S608  (shown, never run)
            f"WHERE id IN (SELECT id FROM {table} WHERE {column} IS NULL LIMIT 1000);",  # noqa: S608
        ),
    )


_FORMS: Final[Mapping[str, Callable[[str, Action], SafeForm]]] = {
    "check": _not_valid,
    "foreign key": _not_valid,
    "unique": _unique,
    "primary key": _unique,
    "not null": _not_null,
    "type": _type,
    "add column": _add_column,
}


def _by_first_words(statement: Statement) -> SafeForm | None:
    keys = statement.keys
    if keys[0] == "REINDEX":
        return SafeForm(
            "rebuild CONCURRENTLY, in a file of its own that runs without a transaction"
        )
    if keys[:3] == ("REFRESH", "MATERIALIZED", "VIEW"):
        return SafeForm("refresh CONCURRENTLY, which needs a unique index on the view")
    return None
