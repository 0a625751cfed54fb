"""The shapes of ASGI 3: what both sides of either door pass to each other.

Source: ASGI specification 3.0, HTTP and WebSocket format 2.4, lifespan format 2.0.
Messages are dictionaries by that specification; nothing else in Drystone is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

VERSION: Final = "3.0"
HTTP_FORMAT: Final = "2.4"
LIFESPAN_FORMAT: Final = "2.0"


class ProtocolError(RuntimeError):
    """An application sent a message that the protocol does not allow there."""


class ClientGone(OSError):
    """Nobody takes the response any more (HTTP format 2.4 asks for an `OSError`)."""
