"""What the example's docstrings show holds."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from examples.tasks import sample_rows


@pytest.mark.parametrize("module", [sample_rows], ids=lambda one: one.__name__)
def test_the_documented_examples_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
