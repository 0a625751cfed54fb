"""The codes that a caller can meet."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from drystone.errors import Problem, every_problem

if TYPE_CHECKING:
    from collections.abc import Mapping


@lru_cache(maxsize=1)
def problems_by_code() -> Mapping[str, type[Problem]]:
    """Return the class of each code, by status and code; lower layers' classes share them."""
    return {
        problem.code: problem
        for problem in every_problem()
        if problem.__module__ == Problem.__module__
    }
