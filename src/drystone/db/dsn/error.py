"""What is wrong with a connection string."""

from __future__ import annotations


class DSNError(ValueError):
    """A connection string that cannot be used.

    The message names the place and the mend, and never repeats a value: what was put in
    the wrong place may be a password.
    """
