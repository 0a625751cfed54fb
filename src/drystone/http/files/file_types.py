"""The media type of a file, by its name.

The table is Python's own with what it lacks, and nothing of the machine's: a file must
not be served differently where `/etc/mime.types` is another.
"""

from __future__ import annotations

import mimetypes
from typing import Final

_OCTETS: Final = "application/octet-stream"
_COMPRESSED: Final = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "br": _OCTETS,
    "compress": _OCTETS,
}
# Newer than some Python that this runs on, or registered since under another name.
_ADDED: Final = {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


def _build_table() -> mimetypes.MimeTypes:
    table = mimetypes.MimeTypes()
    for suffix, media_type in _ADDED.items():
        table.add_type(media_type, suffix)
    return table


_TABLE: Final = _build_table()


def guess_media_type(name: str) -> str:
    """Return the media type for a file of that name, with UTF-8 for any text.

    >>> [guess_media_type(name) for name in ("a.css", "a.png", "a.tar.gz", "a")]
    ['text/css; charset=utf-8', 'image/png', 'application/gzip', 'application/octet-stream']
    """
    media_type, encoding = _TABLE.guess_type(f"/{name}")  # with a slash it is no `data:` URL
    if encoding is not None:
        # As a content coding, a client would unpack what was meant to be kept packed.
        return _COMPRESSED.get(encoding, _OCTETS)
    if media_type is None:
        return _OCTETS
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
