"""A directory whose files may be served: from a decoded path to an open file.

Two independent checks, and then a third for what changes between them:

    1  by the words   no segment that some system reads as more than a plain name
    2  by the place   the real path, links resolved, lies within the real root
    3  on opening     no step follows a link; see `OpenFile.open_beneath`

All failures are the same `NotFound`, so that nobody learns what exists elsewhere.

The path was decoded once, by `Request.path`: `%2e` in it is a name with a percent
sign. What Windows reads differently is refused on every system, so that a path means
the same everywhere (GHSA-f9vj, GHSA-hgf8, GHSA-87hc: device and UNC names passed a
safe join). Comparing by prefix of characters was CVE-2023-29159: `commonpath` it is.

Left out on purpose: listings, and files whose name or directory starts with a dot.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from drystone.errors import NotFound
from drystone.http.files.open_file import OpenFile

_MAX_SEGMENT_BYTES: Final = 255  # NAME_MAX of the usual file systems
_MAX_PATH_BYTES: Final = 1024

# `\` separates and `:` names drives and streams on Windows; it drops a dot or blank
# at the end of a name. Control characters are in no name that anybody meant.
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f\\:]|^\.|[. ]$")
_DEVICE: Final = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?: *\.|$)")


class Directory:
    """Files below `root`, which is resolved once, when this is made.

    Args:
        root: an existing directory; links in it may lead anywhere within it.

    Raises:
        OSError: there is no such directory.
    """

    __slots__ = ("root",)

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root).resolve(strict=True)
        """The real path."""
        if not self.root.is_dir():
            raise NotADirectoryError(f"{root} is not a directory")

    def open(self, path: str) -> OpenFile:
        """Open the file that an untrusted `path` names. Blocks.

        Args:
            path: decoded, relative to the root, separated by `/`, without a leading one.

        Raises:
            NotFound: there is no such file, or none that may be served.
            OSError: the system fails, such as by a lack of descriptors.
        """
        _check_names(path.split("/"), path)
        try:
            target = os.path.realpath(self.root / path)
            if os.path.commonpath([self.root, target]) != str(self.root):
                raise NotFound
        except ValueError:  # a text that is no path: lone surrogates
            raise NotFound from None
        parts = Path(target).relative_to(self.root).parts
        # A link may lead to another name; that one has to be servable as well.
        _check_names(parts, path)
        return OpenFile.open_beneath(self.root, parts)


def is_plain_name(segment: str) -> bool:
    """Tell whether one segment of a path is nothing but a name, on every system.

    >>> [is_plain_name(name) for name in ("a.css", "..", ".git", "con.txt", "c:", "console")]
    [True, False, False, False, False, True]
    """
    return bool(segment) and not _FORBIDDEN.search(segment) and not _DEVICE.match(segment)


def _check_names(segments: list[str] | tuple[str, ...], path: str) -> None:
    if not segments or len(path.encode("utf-8", "surrogatepass")) > _MAX_PATH_BYTES:
        raise NotFound
    for segment in segments:
        if not is_plain_name(segment):
            raise NotFound
        if len(segment.encode("utf-8", "surrogatepass")) > _MAX_SEGMENT_BYTES:
            raise NotFound
