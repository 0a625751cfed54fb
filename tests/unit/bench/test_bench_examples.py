"""Every example in the harness's docstrings is run."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest
from bench import generator, headers, load, machine, process, report

if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize("module", [generator, headers, load, machine, process, report])
def test_examples_say_what_happens(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
