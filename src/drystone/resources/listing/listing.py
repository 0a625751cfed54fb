"""What a list or a read is answered with, before it becomes a response."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of rows.

    Attributes:
        body: the envelope, JSON in UTF-8.
        headers: `Link`.
    """

    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One row.

    Attributes:
        body: the row, JSON in UTF-8.
        version: how often it was written, from 1.
        etag: of just this representation, quotes included.
        may_be_unchanged: whether `If-None-Match` may be answered 304. With rows of others
            in it the version says too little.
    """

    body: bytes
    version: int
    etag: str
    may_be_unchanged: bool
