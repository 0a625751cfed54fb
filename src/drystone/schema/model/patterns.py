r"""Regular expressions that mean the same to Python's `re` as to PostgreSQL.

`$` is the end of the text to PostgreSQL (chapter 9.7.3.1) and to JavaScript; Python also
finds it before a line feed there, so a name that ends in one would pass the edge and be
refused by the table. Python's word for the end alone is `\Z`.
"""

from __future__ import annotations

import re
from typing import Final

# Escapes and bracket expressions, in which a dollar sign means itself, are passed over.
_PARTS: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


def python_pattern(expression: str) -> str:
    r"""Return the expression as Python is to read it.

    >>> python_pattern(r"^[$a]+\$$")
    '^[$a]+\\$\\Z'
    """
    return _PARTS.sub(lambda found: r"\Z" if found[0] == "$" else found[0], expression)
