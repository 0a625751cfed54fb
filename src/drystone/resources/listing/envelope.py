"""The body of a list: rows as PostgreSQL wrote them, and what is known of the pages.

{"data": […], "pagination": {"page": 2, "limit": 20, "total": 1042, …}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class PagePagination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page is among the others.

    Attributes:
        page: from 1.
        limit: rows on a page.
        total: rows in all; None where they were not counted.
        total_pages: None where rows were not counted.
        has_next: whether there is a page behind this one.
        has_prev: whether there is one before it.
    """

    page: int
    limit: int
    total: int | None
    total_pages: int | None
    has_next: bool
    has_prev: bool


class CursorPagination(msgspec.Struct, frozen=True, kw_only=True):
    """Where the pages beside one are.

    Attributes:
        limit: rows on a page.
        total: rows in all; None where they were not counted.
        next_cursor: of the page behind this one; None where there is none.
        prev_cursor: of the page before it; None where there is none.
        has_next: whether there is a page behind this one.
        has_prev: whether there is one before it.
    """

    limit: int
    total: int | None
    next_cursor: str | None
    prev_cursor: str | None
    has_next: bool
    has_prev: bool


def write_envelope(items: Sequence[bytes], pagination: PagePagination | CursorPagination) -> bytes:
    """Return the body; the items are not looked into.

    >>> pagination = PagePagination(
    ...     page=1, limit=1, total=None, total_pages=None, has_next=False, has_prev=False
    ... )
    >>> write_envelope([b"{}"], pagination)[:30]
    b'{"data":[{}],"pagination":{"pa'
    """
    return b'{"data":[%b],"pagination":%b}' % (b",".join(items), _ENCODER.encode(pagination))


_ENCODER = msgspec.json.Encoder()
