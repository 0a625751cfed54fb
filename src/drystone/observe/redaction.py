"""Secrets kept out of the logs, by the names that they go under.

The second line of defence. The first is that nothing here logs header fields, bodies
or query strings; this catches what an application logs by mistake, where its key says
what it is: `log.info("login", password=...)`.

Left out on purpose: looking for secrets inside of text. It finds some, and teaches
people to rely on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REDACTED: Final = "[redacted]"

# A key that is one of these, or ends in one after an underscore.
_SECRET_NAMES: Final = frozenset(
    "password passphrase secret token authorization cookie credentials dsn "
    "api_key secret_key private_key session_id database_url".split()
)
_MAX_DEPTH: Final = 8


def redact(event: Mapping[str, object]) -> dict[str, object]:
    """Return `event` with the value of each secret key replaced, at any depth.

    >>> redact({"user": "ann", "new_password": "x", "headers": {"Set-Cookie": "a=b"}})
    {'user': 'ann', 'new_password': '[redacted]', 'headers': {'Set-Cookie': '[redacted]'}}
    """
    return {key: _redact_value(key, value, 0) for key, value in event.items()}


def _redact_value(key: object, value: object, depth: int) -> object:
    if isinstance(key, str) and _is_secret(key):
        return REDACTED
    if depth >= _MAX_DEPTH:
        return value
    if isinstance(value, Mapping):
        return {key: _redact_value(key, inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redact_value(None, inner, depth + 1) for inner in value]
    return value


def _is_secret(key: str) -> bool:
    name = key.lower().replace("-", "_")
    return name in _SECRET_NAMES or any(name.endswith(f"_{secret}") for secret in _SECRET_NAMES)
