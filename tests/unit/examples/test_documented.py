"""What the example's docstrings show holds."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from examples.tasks import listing, sample_rows, single


@pytest.mark.parametrize("module", [listing, sample_rows, single], ids=lambda one: one.__name__)
def test_the_documented_examples_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
