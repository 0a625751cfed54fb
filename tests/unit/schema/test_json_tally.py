from __future__ import annotations

import pytest

from drystone.schema.json_limits import DEFAULT_LIMITS
from drystone.schema.json_tally import (
    NEVER,
    count_quotes,
    tally_plain,
    texts_are_short,
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", 0),
        (b'"a"', 2),
        (b'"\\""', 2),
        (b'"\\\\"', 2),
        (b'"\\\\\\""', 2),
        (b'["\\\\", "\\n\\""]', 4),
        (b'"\\u0022"', 2),
        (b'"\\u0000"', -1),
    ],
)
def test_only_quotation_marks_that_delimit_are_counted(data: bytes, expected: int) -> None:
    assert count_quotes(data) == expected


def test_a_plain_value_is_tallied_through_its_containers() -> None:
    assert tally_plain({"a": "b", "c": [{"d": 1.5}, None, True]}, DEFAULT_LIMITS) == 8
    assert tally_plain([2**63], DEFAULT_LIMITS) == NEVER


def test_long_texts_are_noticed_anywhere() -> None:
    assert texts_are_short({"aa": [{"bb": "cc"}, 1]}, 8)
    assert not texts_are_short({"aa": [{"bb": "ccc"}]}, 8)
    assert not texts_are_short({"aa": [{"bbb": "c"}]}, 8)
