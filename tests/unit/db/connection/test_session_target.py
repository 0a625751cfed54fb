"""Which servers fit `target_session_attrs`, as libpq's table has it."""

from __future__ import annotations

import pytest

from drystone.db.connection.session_target import misfit
from drystone.db.dsn.dsn import TargetSession as Target

# Fits: a writable primary, a primary that takes no writes, a standby.
TABLE = {
    Target.ANY: (True, True, True),
    Target.READ_WRITE: (True, False, False),
    Target.READ_ONLY: (False, True, True),
    Target.PRIMARY: (True, True, False),
    Target.STANDBY: (False, False, True),
    Target.PREFER_STANDBY: (False, False, True),
}


@pytest.mark.parametrize("target", list(Target))
def test_what_fits(target: Target) -> None:
    servers = ((False, False), (False, True), (True, False))
    found = tuple(
        misfit(target, is_standby=standby, is_read_only=read_only) is None
        for standby, read_only in servers
    )
    assert found == TABLE[target]


def test_a_standby_is_called_one() -> None:
    assert misfit(Target.READ_WRITE, is_standby=True, is_read_only=True) == "is a standby"
