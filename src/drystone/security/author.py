"""As whom the history knows the caller of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drystone.db.history.author import Author
from drystone.security.caller import caller_of

if TYPE_CHECKING:
    from drystone.http.request import Request


def author_of(request: Request) -> Author:
    """Return the author of what a request changes: its caller's name, and its id."""
    return Author(actor=caller_of(request).name, request_id=request.id or None)
