"""The `Link` header of a list: where its first, previous, next and last pages are.

Source: RFC 8288, section 3; the relations are IANA's. Targets are relative references to
the request's own path, and keep its query but for the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .envelope import CursorPagination, PagePagination

# RFC 3986's characters, without those at which simple readers of the field cut it.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+:@/?=%\[\]]")
# RFC 3986, section 2.3: unreserved characters stand for themselves.
_PLAIN: Final = re.compile(r"[A-Za-z0-9\-._~]*")
_PAGES: Final = frozenset({"page", "cursor"})


def link_header(target: str, pages: Mapping[str, tuple[str, str]]) -> str:
    """Return the value of the field.

    Args:
        target: the request's, path and query, still encoded.
        pages: for each relation the parameter that names the page, and its value.

    >>> link_header("/tasks?page=2&status=todo", {"first": ("page", "1")})
    '</tasks?status=todo&page=1>; rel="first"'
    """
    path, _, query = target.partition("?")
    kept = [f"{part}&" for part in query.split("&") if part and not _names_a_page(part)]
    # The same for every link: made safe once.
    base = _UNSAFE.sub(lambda found: quote(found[0]), f"{path}?{''.join(kept)}")
    links = []
    for relation, (name, value) in pages.items():
        # A number, or a cursor's base64: seldom anything to quote.
        text = value if _PLAIN.fullmatch(value) else quote(value, safe="")
        links.append(f'<{base}{name}={text}>; rel="{relation}"')
    return ", ".join(links)


def link_to_pages(target: str, pagination: PagePagination, *, is_exact: bool) -> str:
    """Return the field of a page with a number.

    Args:
        target: the request's.
        pagination: of the page.
        is_exact: whether the total is: the last page is known with an exact one alone.
    """
    last = max(pagination.total_pages or 0, 1) if is_exact else None
    pages = {"first": 1}
    if pagination.has_prev:
        before = pagination.page - 1
        pages["prev"] = before if last is None else min(before, last)
    if pagination.has_next:
        pages["next"] = pagination.page + 1
    if last is not None:
        pages["last"] = last
    return link_header(target, {one: ("page", str(number)) for one, number in pages.items()})


def link_to_cursors(target: str, pagination: CursorPagination) -> str:
    """Return the field of a page beside a cursor."""
    cursors = {
        "first": "",
        "prev": pagination.prev_cursor,
        "next": pagination.next_cursor,
    }
    links = {one: ("cursor", text) for one, text in cursors.items() if text is not None}
    return link_header(target, links)


def _names_a_page(part: str) -> bool:
    name = part.partition("=")[0]
    # Only what is encoded can be read as another name.
    return name in _PAGES or ("%" in name and unquote_plus(name) in _PAGES)
