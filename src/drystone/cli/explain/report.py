"""What is printed of a rehearsed request, as text for a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from drystone.db.explain.plan_text import plan_lines
from drystone.db.explain.statement_text import layout_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from drystone.cli.explain.rehearsal import Rehearsal
    from drystone.cli.explain.shown import ShownStatement
    from drystone.resources.index_check import Need


def report_lines(
    title: str,
    rehearsal: Rehearsal,
    statements: Sequence[ShownStatement],
    needs: Iterable[Need],
    *,
    shorten: bool,
) -> Iterator[str]:
    """Yield the report.

    Args:
        title: the request.
        rehearsal: what came of it.
        statements: what is told of each statement.
        needs: of what the request uses, that which no index is declared for.
        shorten: whether long parts of statements are left out.
    """
    yield click.style(title, bold=True)
    yield _summary(rehearsal, statements)
    for number, one in enumerate(statements, start=1):
        yield ""
        often = f"sent {one.times} times, " if one.times > 1 else ""
        took = f"{often}{one.milliseconds:.1f} ms when prepared anew"
        head = f"Statement {number} of {len(statements)}, {took}"
        yield click.style(head, fg="cyan")
        yield from _statement_lines(one, shorten=shorten)
    said = [wish for one in statements for each in one.warnings for wish in each.wishes]
    later = [one for one in needs if one.wish is None or not one.wish.is_part_of(said)]
    if later:
        yield ""
        yield from _need_lines(later)
    if statements and not said and not later and not any(one.warnings for one in statements):
        yield ""
        yield click.style("Nothing to warn of.", fg="green")


def problem_lines(rehearsal: Rehearsal) -> Iterator[str]:
    """Yield the problem that the request was answered with."""
    try:
        problem = json.loads(rehearsal.body)
        yield f"{rehearsal.status} {problem['code']}: {problem['detail']}"
    except (ValueError, TypeError, KeyError):
        yield f"the answer was {rehearsal.status}"
        return
    for one in problem.get("errors", ()):
        place = one.get("parameter") or one.get("pointer") or one.get("header") or "request"
        yield f"  {place} ({one['code']}): {one['detail']}"


def _summary(rehearsal: Rehearsal, statements: Sequence[ShownStatement]) -> str:
    spent = sum(one.milliseconds for one in statements)
    sent = sum(one.times for one in statements)
    count = f"{sent} statement{'s' * (sent != 1)}"
    told = f"{rehearsal.status}, {count}, {spent:.1f} ms in the database"
    route = rehearsal.route
    if route is None:
        return told
    made = rehearsal.generated
    by = f"{made.operation} of {made.resource.name}" if made is not None else "a handler"
    return f"{told}; answered by {by} ({route.origin})"


def _statement_lines(one: ShownStatement, *, shorten: bool) -> Iterator[str]:
    yield from layout_statement(one.sql, shorten=shorten).splitlines()
    for place, value in enumerate(one.parameters, start=1):
        yield f"  ${place} = {value}"
    if one.plan is None:
        if one.reason:
            yield click.style(f"No plan: {one.reason}", fg="yellow")
        return
    yield ""
    for way in one.accesses:
        colour = "yellow" if way.is_scan and not way.is_unused else "green"
        yield click.style(str(way), fg=colour)
    if one.plan.was_run:
        yield f"{one.examined:,} rows examined, {one.returned:,} in the result"
    for line in plan_lines(one.plan):
        yield click.style(f"    {line}", dim=True)
    for warned in one.warnings:
        yield click.style(f"Warning: {warned.text}", fg="yellow")
        if warned.mend:
            yield f"  Mend: {warned.mend}"


def _need_lines(needs: Iterable[Need]) -> Iterator[str]:
    for one in needs:
        if one.wish is not None:
            yield click.style(f"Warning: no index is declared for {one.parameter}", fg="yellow")
            yield f"  Mend: add {one.wish.declaration} to {one.wish.place}"
        else:
            yield f"Note: {one.parameter}: {one.note}"
