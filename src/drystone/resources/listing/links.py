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

# RFC 3986's characters, without those at which simple readers of the field cut it.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+:@/?=%\[\]]")


def link_header(target: str, pages: Mapping[str, tuple[str, str]]) -> str:
    """Return the value of the field.

    Args:
        target: the request's, path and query, still encoded.
        pages: for each relation the parameter that names the page, and its value.

    >>> link_header("/tasks?page=2&status=todo", {"first": ("page", "1")})
    '</tasks?status=todo&page=1>; rel="first"'
    """
    path, _, query = target.partition("?")
    kept = [part for part in query.split("&") if part and not _names_a_page(part)]
    links = []
    for relation, (name, value) in pages.items():
        parts = "&".join([*kept, f"{name}={quote(value, safe='')}"])
        url = _UNSAFE.sub(lambda found: quote(found[0]), f"{path}?{parts}")
        links.append(f'<{url}>; rel="{relation}"')
    return ", ".join(links)


def _names_a_page(part: str) -> bool:
    return unquote_plus(part.partition("=")[0]) in {"page", "cursor"}
