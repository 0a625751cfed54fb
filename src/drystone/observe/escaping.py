r"""Text that cannot leave its line, or steer the terminal that shows it.

A path, a header or a name that a caller chose may hold a line feed, to forge a second
event, or an escape sequence, to repaint the screen of whoever reads the log. Before
text is written for people it passes through here. (JSON has escapes of its own.)

Escaped are the control characters C0, DEL and C1, the line and paragraph separators
that Unicode adds (some readers break lines there), and the controls of writing
direction, which make text look like other text (CVE-2021-42574).
"""

from __future__ import annotations

import re
from typing import Final

_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape_controls(text: str) -> str:
    r"""Return `text` with each unsafe character as Python would write it.

    >>> print(escape_controls("a\r\nb \x1b[31mred \u2028"))
    a\r\nb \x1b[31mred \u2028
    """
    return _UNSAFE.sub(lambda found: ascii(found[0])[1:-1], text)


def escape_block(text: str, *, indent: str = "    ") -> str:
    r"""Return text of several lines, each of them escaped and indented.

    Indented, a line that an attacker put into an exception's message still looks like
    part of the event that it belongs to.

    >>> escape_block("a\n\x07b")
    '    a\n    \\x07b'
    """
    return "\n".join(indent + escape_controls(line) for line in text.split("\n"))
