from __future__ import annotations

import subprocess
import sys
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drystone.db.transaction.lock_key import KeyPart, lock_key

PARTS = st.one_of(st.text(), st.integers(), st.uuids())


@given(st.lists(PARTS, min_size=1))
def test_it_fits_a_bigint(parts: list[KeyPart]) -> None:
    assert -(2**63) <= lock_key(parts) < 2**63


@given(st.lists(PARTS, min_size=1), st.lists(PARTS, min_size=1))
def test_other_parts_are_another_lock(one: list[KeyPart], other: list[KeyPart]) -> None:
    assert (lock_key(one) == lock_key(other)) == (one == other)


def test_boundaries_and_types_count() -> None:
    assert lock_key(("ab", "c")) != lock_key(("a", "bc"))
    assert lock_key((1,)) != lock_key(("1",))
    assert lock_key(("a",)) != lock_key(("a", ""))
    assert lock_key((UUID(int=1),)) != lock_key((str(UUID(int=1)),))


def test_every_process_means_the_same() -> None:
    code = "from drystone.db.transaction.lock_key import lock_key; print(lock_key(('é', 1)))"
    said = subprocess.check_output([sys.executable, "-c", code], env={"PYTHONHASHSEED": "7"})
    assert int(said) == lock_key(("é", 1))


@pytest.mark.parametrize("part", [True, 1.5, None, b"x"])
def test_other_types_are_refused(part: object) -> None:
    with pytest.raises(TypeError, match="texts, integers and UUIDs"):
        lock_key((part,))  # type: ignore[arg-type]  # what is tested


def test_a_lock_needs_a_key() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        lock_key(())
