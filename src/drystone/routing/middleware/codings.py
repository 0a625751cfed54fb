"""The content codings that answers are compressed with: gzip and zstd.

Source: RFC 1952 (gzip), RFC 8878 (zstd), RFC 9110, section 8.4.1.

The levels are those where both still cost little more than sending: a service that
is out of CPU saves nothing by smaller answers.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import zstandard

_GZIP_LEVEL: Final = 5
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS  # zlib's way to ask for gzip's frame
_ZSTD_LEVEL: Final = 3


class StreamEncoder(Protocol):
    """Compresses one stream; what was put in can be read out after each piece."""

    def encode(self, piece: bytes) -> bytes:
        """Return the coded form of `piece`, to its last byte."""

    def finish(self) -> bytes:
        """Return what ends the stream."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One content coding.

    Attributes:
        name: as in `Content-Encoding`.
        compress: codes a whole body.
        start: begins a stream.
    """

    name: str
    compress: Callable[[bytes], bytes]
    start: Callable[[], StreamEncoder]


def _gzip(data: bytes) -> bytes:
    return zlib.compress(data, _GZIP_LEVEL, _GZIP_WINDOW)


def _zstd(data: bytes) -> bytes:
    # A compressor must not be used by two threads at once, so each body has its own.
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(data)


class _GzipStream:
    def __init__(self) -> None:
        self._compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)

    def encode(self, piece: bytes) -> bytes:
        return self._compressor.compress(piece) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._compressor.flush(zlib.Z_FINISH)


class _ZstdStream:
    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()

    def encode(self, piece: bytes) -> bytes:
        coded = self._compressor.compress(piece)
        return coded + self._compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def finish(self) -> bytes:
        return self._compressor.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)


CODINGS: Final = (Coding("zstd", _zstd, _ZstdStream), Coding("gzip", _gzip, _GzipStream))
"""In order of preference: zstd is both smaller and faster."""
