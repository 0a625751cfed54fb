from typing import Any

import pytest

from drystone.db.transaction.mode import TransactionMode


@pytest.mark.parametrize(
    ("mode", "begin"),
    [
        ({}, "BEGIN ISOLATION LEVEL READ COMMITTED"),
        ({"isolation": "repeatable_read"}, "BEGIN ISOLATION LEVEL REPEATABLE READ"),
        ({"read_only": True}, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"),
        (
            {"isolation": "serializable", "read_only": True, "deferrable": True},
            "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE",
        ),
    ],
)
def test_what_begin_says(mode: dict[str, Any], begin: str) -> None:
    assert TransactionMode(**mode).begin() == begin


@pytest.mark.parametrize(
    "mode",
    [
        {"isolation": "read_uncommitted"},
        {"isolation": "serializable; DROP TABLE x"},
        {"deferrable": True},
        {"deferrable": True, "read_only": True},
        {"deferrable": True, "isolation": "serializable"},
    ],
)
def test_what_cannot_be_is_refused(mode: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="isolation"):
        TransactionMode(**mode)
