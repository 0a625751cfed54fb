"""How many files below a folder this process holds open.

Only those: other descriptors come and go while a test runs, as the collector finds
what earlier tests left.
"""

from contextlib import suppress
from pathlib import Path


def open_below(folder: Path) -> int:
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed while we looked
            count += descriptor.readlink().is_relative_to(folder)
    return count
