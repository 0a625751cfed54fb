"""Text as LIKE patterns."""

from __future__ import annotations

from typing import Final

_SPECIAL: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def escape_like(text: str) -> str:
    r"""Return the LIKE pattern that matches this text and nothing else.

    >>> escape_like("50%_off\\")
    '50\\%\\_off\\\\'
    """
    return text.translate(_SPECIAL)
