"""`drystone explain --declared`: what lists may be asked for and no index serves.

Told from the declarations alone, so no database is needed: in an editor, in CI.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from drystone.resources.generated_routes import GeneratedRoute
from drystone.resources.index_check import missing_indexes, needs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from drystone.app import App
    from drystone.resources.declaration import Resource

_HEADINGS: Final = ("ADDRESS", "PARAMETER", "SERVED", "")


def listed_resources(app: App) -> dict[str, Resource]:
    """Return the resources that have a list, by the address of each."""
    found: dict[str, Resource] = {}
    for route in app.root.routes():
        made = route.generated
        if isinstance(made, GeneratedRoute) and made.operation == "list":
            known = any(one is made.resource for one in found.values())
            if not known:
                found[route.pattern.text] = made.resource
    return found


def declared_lines(resources: dict[str, Resource]) -> Iterator[str]:
    """Yield the table of all that lists may be asked for, then the indexes to write."""
    rows = [_HEADINGS]
    for address, resource in resources.items():
        for one in needs_of(resource):
            served = "yes" if one.is_served else "no"
            rest = one.wish.declaration if one.wish else one.note or ""
            rows.append((address, one.parameter, served, rest))
    yield from _table(rows)
    wishes = {
        (wish.place, wish.declaration): wish
        for resource in resources.values()
        for wish in missing_indexes(resource)
    }
    yield ""
    if not wishes:
        yield click.style("Every filter, sort and search has its index.", fg="green")
        return
    place = ""
    for wish in sorted(wishes.values(), key=lambda wish: wish.place):
        if wish.place != place:
            place = wish.place
            yield click.style(f"In {place}:", fg="yellow")
        yield f"    {wish.declaration},"
    yield ""
    yield (
        "An index costs on each write: declare those for what is asked often, of many rows. "
        "Explain a request to see what it does."
    )


def _table(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
