"""The query string of a history."""

from __future__ import annotations

import pytest

from drystone.errors import InvalidParameter, UnknownParameter
from drystone.http.parts.query import Query
from drystone.resources.history.history_request import HistoryRequest, read_history_request


def read(query: str) -> HistoryRequest:
    return read_history_request(Query.parse(query.encode()))


def test_nothing_asked_is_the_first_page() -> None:
    assert read("") == HistoryRequest()
    assert HistoryRequest().limit == 20


def test_what_can_be_asked() -> None:
    assert read("page=3&limit=5&count=none&deleted=only") == HistoryRequest(
        page=3, limit=5, count="none", deleted="only"
    )
    assert read("cursor=") == HistoryRequest(page=None, cursor="", count="none")


def test_what_cannot() -> None:
    with pytest.raises(UnknownParameter, match="limit"):
        read("limits=3")
    with pytest.raises(InvalidParameter) as caught:
        read("limit=101&cursor=&page=1&deleted=yes&odd=1")
    assert {one.parameter for one in caught.value.errors} == {"limit", "page", "deleted", "odd"}
