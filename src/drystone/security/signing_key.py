"""Keys for signing, made of the operator's one secret."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drystone.settings import Settings


def signing_key(settings: Settings, purpose: str) -> bytes:
    """Return what is signed with, the same in every process.

    Args:
        settings: hold the secret.
        purpose: one word; what is signed for one purpose is not valid for another.

    Returns:
        32 bytes.

    Raises:
        ValueError: production has no secret.
    """
    if settings.secret_key is None and settings.is_production:
        raise ValueError(
            "DRYSTONE_SECRET_KEY: is not set, which DRYSTONE_ENV=production requires for "
            f"{purpose}s; make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    secret = settings.secret_key or "for development only"
    return hashlib.sha256(f"{purpose}:{secret}".encode()).digest()
