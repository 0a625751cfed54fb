"""A plan as a person reads it, and as a program does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from drystone.db.migrations.planning.lock_mode import LockMode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.db.migrations.planning.measure import Touch
    from drystone.db.migrations.planning.plan import Plan, PlannedFile, PlannedStatement
    from drystone.db.migrations.planning.sizes import TableSize

_HOW = {
    "measured": "no lock on a table that is there already",
    "known": "no lock on a table that is there already",
    "unknown": "runs outside of a transaction, so that its locks could not be seen",
}


def print_plan(plan: Plan) -> None:
    """Print the plan; colours on a terminal only."""
    if not plan.files:
        click.echo("Nothing to apply.")
        return
    for file in plan.files:
        _print_file(file, plan.sizes)
    count = len(plan.hindrances)
    if count:
        what = "1 statement would make" if count == 1 else f"{count} statements would make"
        click.echo(click.style(f"{what} others wait; see the safe form of each.", fg="red"))
    else:
        click.echo(click.style("Nobody would have to wait.", fg="green"))


def _print_file(planned: PlannedFile, sizes: Mapping[str, TableSize]) -> None:
    how = "in one transaction" if planned.file.up.transactional else "each statement by itself"
    click.echo(click.style(f"{planned.file.label} ({how})", bold=True))
    cells = {
        touch: _cells(touch, sizes.get(touch.table))
        for one in planned.statements
        for touch in one.measured.touches
    }
    widths = [max(map(len, column)) for column in zip(*cells.values(), strict=True)]
    for one in planned.statements:
        _print_statement(one, cells, widths)
    click.echo()


def _print_statement(
    planned: PlannedStatement, cells: Mapping[Touch, tuple[str, ...]], widths: list[int]
) -> None:
    for number, line in enumerate(planned.statement.text.splitlines()):
        margin = f"{planned.statement.line:>4}" if number == 0 else "    "
        click.echo(f"{margin}  {line}")
    for touch in planned.measured.touches:
        padded = (f"{cell:<{width}}" for cell, width in zip(cells[touch], widths, strict=True))
        colour = "yellow" if touch.lock.blocks_writes else None
        click.echo(click.style(f"        {'  '.join(padded).rstrip()}", fg=colour))
    if not planned.measured.touches:
        click.echo(click.style(f"        {_HOW[planned.measured.how]}", dim=True))
    if planned.hindrance is not None:
        click.echo(click.style(f"      ! {planned.hindrance.sentence}", fg="red"))
        click.echo(f"        instead: {planned.hindrance.safe.words}")
        for line in planned.hindrance.safe.sql:
            click.echo(f"            {line}")


def _cells(touch: Touch, size: TableSize | None) -> tuple[str, ...]:
    work = "rewrites" if touch.rewrites else "scans" if touch.scans else ""
    blocks = f"blocks {touch.lock.blocks}" if touch.lock > LockMode.ROW_EXCLUSIVE else ""
    return (touch.table, touch.lock.label, blocks, work, _format_size(size))


def _format_size(size: TableSize | None) -> str:
    if size is None:
        return "not there yet"
    rows = "" if size.rows is None else f", about {size.rows:,} rows"
    return f"{format_bytes(size.bytes)}{rows}"


def format_bytes(count: int) -> str:
    """Return a size with the unit that suits it.

    >>> format_bytes(8192), format_bytes(23_724_032), format_bytes(512)
    ('8 kB', '23 MB', '512 bytes')
    """
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1024**power:
            return f"{count / 1024**power:.0f} {unit}"
    return f"{count} bytes"


def to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as a JSON object."""
    return {
        "hinders": bool(plan.hindrances),
        "migrations": [
            {
                "source": one.file.source,
                "number": one.file.number,
                "name": one.file.name,
                "path": str(one.file.path),
                "transactional": one.file.up.transactional,
                "statements": [_statement_json(part, plan.sizes) for part in one.statements],
            }
            for one in plan.files
        ],
    }


def _statement_json(planned: PlannedStatement, sizes: Mapping[str, TableSize]) -> dict[str, Any]:
    hindrance = planned.hindrance
    return {
        "line": planned.statement.line,
        "sql": planned.statement.text,
        "repeat": planned.statement.repeat,
        "known_by": planned.measured.how,
        "tables": [_touch_json(one, sizes.get(one.table)) for one in planned.measured.touches],
        "hindrance": None
        if hindrance is None
        else {
            "sentence": hindrance.sentence,
            "instead": hindrance.safe.words,
            "sql": list(hindrance.safe.sql),
        },
    }


def _touch_json(touch: Touch, size: TableSize | None) -> dict[str, Any]:
    return {
        "table": touch.table,
        "lock": touch.lock.label,
        "blocks": touch.lock.blocks,
        "rewrites": touch.rewrites,
        "scans": touch.scans,
        "bytes": None if size is None else size.bytes,
        "rows": None if size is None else size.rows,
    }
