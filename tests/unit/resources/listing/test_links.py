"""Links keep the query, and nothing in it can end them."""

from __future__ import annotations

import httpx
import pytest

from drystone.resources.listing.links import link_header


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/tasks", "/tasks?page=3"),
        ("/tasks?", "/tasks?page=3"),
        ("/tasks?page=2", "/tasks?page=3"),
        ("/tasks?p%61ge=2&limit=5", "/tasks?limit=5&page=3"),
        ("/tasks?a=1&cursor=&b=2", "/tasks?a=1&b=2&page=3"),
        ("/tasks?page[gte]=2&&q=a+b%20c", "/tasks?page[gte]=2&q=a+b%20c&page=3"),
        ('/t?q=>,;"<{|}^`\\', "/t?q=%3E%2C%3B%22%3C%7B%7C%7D%5E%60%5C&page=3"),
        ("/t?q=1?2/3", "/t?q=1?2/3&page=3"),
    ],
)
def test_the_page_is_replaced_and_the_rest_kept(target: str, url: str) -> None:
    header = link_header(target, {"next": ("page", "3"), "last": ("page", "9")})
    links = httpx.Response(200, headers={"Link": header}).links
    assert links["next"]["url"] == url
    assert set(links) == {"next", "last"}


def test_a_cursor_is_written_as_it_is() -> None:
    assert link_header("/t?cursor=x", {"first": ("cursor", "")}) == '</t?cursor=>; rel="first"'
    assert "cursor=aB-_9>" in link_header("/t", {"next": ("cursor", "aB-_9")})
