"""A parameter that is one of a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drystone.http.parts.query import Query
    from drystone.resources.asking.faults import Faults


def read_choice(query: Query, name: str, choices: Sequence[str], faults: Faults) -> str | None:
    """Return which of the choices a parameter is; None where it is absent, or a fault."""
    word = faults.text_of(query, name)
    if word is None or word in choices:
        return word
    faults.add(name, "enum", f"must be one of {', '.join(choices)}")
    return None
