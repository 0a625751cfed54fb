"""Random schemas as DDL, over few names, so that two of them have much in common."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

TABLES = ("users", "tasks", "Order", "tags")
COLUMNS = ("title", "name", "status", "price", "select", "note")
# Type, a default for it, a check on it (with % for the column), a value for a backfill.
TYPES = {
    "text": ("'none'", "char_length(%) <= 200", "'filled'"),
    "varchar(20)": ("''", "% <> 'O''Brien'", "'filled'"),
    "varchar(50)": ("lower('X')", "% IN ('a', 'b')", "'a'"),
    "integer": ("0", "% BETWEEN 1 AND 5", "3"),
    "bigint": ("7", "% > 0", "3"),
    "numeric(10,2)": ("1.50", "% >= 0.5", "2"),
    "numeric(12,2)": ("2", "% < 100", "2"),
    "boolean": ("false", "% OR NOT %", "true"),
    "timestamptz": ("now()", "% > '2020-01-01 00:00:00+00'", "now()"),
    "date": ("CURRENT_DATE", "% IS NOT NULL", "CURRENT_DATE"),
    "uuid": (
        "gen_random_uuid()",
        "% <> '00000000-0000-0000-0000-000000000000'",
        "gen_random_uuid()",
    ),
    "jsonb": ("'{}'", "jsonb_typeof(%) = 'object'", "'{}'"),
    "text[]": ("'{}'", "cardinality(%) < 9", "'{}'"),
}
TEXTS = ("text", "varchar(20)", "varchar(50)")


@dataclass(frozen=True)
class Schema:
    """Statements that make a schema, and a value for each column that may need one."""

    ddl: str
    fills: dict[tuple[str, str], str]


def quote(name: str) -> str:
    return f'"{name}"'


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    names = draw(st.sets(st.sampled_from(TABLES), max_size=len(TABLES)))
    keys = {name: draw(st.sampled_from(("uuid", "bigint"))) for name in sorted(names)}
    statements: list[str] = []
    references: list[str] = []
    fills: dict[tuple[str, str], str] = {}
    for name in sorted(names):
        _draw_table(draw, name, keys, statements, references, fills)
    return Schema(";\n".join(statements + references), fills)


def _draw_table(
    draw: st.DrawFn,
    table: str,
    keys: dict[str, str],
    statements: list[str],
    references: list[str],
    fills: dict[tuple[str, str], str],
) -> None:
    given_key = (
        "GENERATED ALWAYS AS IDENTITY" if keys[table] == "bigint" else "DEFAULT gen_random_uuid()"
    )
    lines = [f"id {keys[table]} {given_key} PRIMARY KEY"]
    after: list[str] = []
    of = quote(table)
    types: dict[str, str] = {}
    for column in draw(st.permutations(sorted(draw(st.sets(st.sampled_from(COLUMNS)))))):
        kind = types[column] = draw(st.sampled_from(sorted(TYPES)))
        default, check, fill = TYPES[kind]
        line = f"{quote(column)} {kind}"
        if kind in TEXTS and draw(st.booleans()):
            line += ' COLLATE "C"'
        if draw(st.booleans()):
            line += f" DEFAULT {default}"
        if draw(st.booleans()):
            line += " NOT NULL"
            fills[table, column] = fill
        lines.append(line)
        checked = check.replace("%", quote(column))
        match draw(st.integers(0, 8)):
            case 0:
                lines.append(f'CONSTRAINT "{table}_{column}_check" CHECK ({checked})')
            case 1:
                after.append(
                    f'ALTER TABLE {of} ADD CONSTRAINT "{table}_{column}_check"'
                    f" CHECK ({checked}) NOT VALID"
                )
            case 2 if kind != "jsonb":
                lines.append(f'CONSTRAINT "{table}_{column}_key" UNIQUE ({quote(column)})')
            case 3 if kind != "jsonb":
                after.append(
                    f'CREATE UNIQUE INDEX "{table}_{column}_key" ON {of} ({quote(column)})'
                )
            case 4 if kind != "jsonb":
                where = f" WHERE {checked}" if draw(st.booleans()) else ""
                after.append(
                    f'CREATE INDEX "{table}_{column}_idx" ON {of}'
                    f" ({quote(column)} DESC) INCLUDE (id){where}"
                )
            case 5 if kind in TEXTS:
                after.append(
                    f'CREATE INDEX "{table}_{column}_idx" ON {of} (lower({quote(column)}))'
                )
                after.append(f"COMMENT ON INDEX \"{table}_{column}_idx\" IS 'by small letters'")
            case 6:
                after.append(f"COMMENT ON COLUMN {of}.{quote(column)} IS '{kind} \\ it''s'")
            case 7 if kind != "jsonb":
                nulls = draw(st.sampled_from(("", " NULLS NOT DISTINCT")))
                later = draw(st.sampled_from(("", " DEFERRABLE INITIALLY DEFERRED")))
                lines.append(
                    f'CONSTRAINT "{table}_{column}_pair" UNIQUE{nulls} (id, {quote(column)}){later}'
                )
    for other in sorted(keys):
        match draw(st.integers(0, 4)):
            case 0:
                lines.append(f"{other.lower()}_id {keys[other]}")
                action = draw(st.sampled_from(("CASCADE", "SET NULL", "RESTRICT")))
                references.append(
                    f'ALTER TABLE {of} ADD CONSTRAINT "{table}_{other}_fkey" FOREIGN KEY'
                    f" ({other.lower()}_id) REFERENCES {quote(other)} ON DELETE {action}"
                )
            case 1:
                lines.append(f"{other.lower()}_id {keys[other]}")
    texts = [name for name, kind in types.items() if kind == "text"]
    if draw(st.booleans()) and texts:
        lines.append(f"computed text GENERATED ALWAYS AS (upper({quote(texts[0])}) || '!') STORED")
    if draw(st.booleans()):
        after.append(
            f"CREATE TRIGGER touch BEFORE UPDATE ON {of} FOR EACH ROW"
            " EXECUTE FUNCTION drystone.touch()"
        )
    if draw(st.booleans()):
        after.append(f"COMMENT ON TABLE {of} IS 'rows of {table}'")
    statements.append(f"CREATE TABLE {of} ({', '.join(lines)})")
    statements.extend(after)
