"""A value → how an expression says it, in one spelling.

The way back is `values.parser_for`. Numbers, `true` and `false` stand bare, everything
else in quotes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\""})


def value_text(value: Any) -> str:
    r"""Return the text of a value.

    >>> value_text('say "hi"'), value_text(Decimal("3.50")), value_text(True)
    ('"say \\"hi\\""', '3.5', 'true')
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quote_text(value)
        case int():
            return str(value)
        case float():
            # Minus zero and zero are equal.
            return repr(value + 0.0)
        case Decimal():
            return _decimal_text(value)
        case _:
            return quote_text(msgspec.to_builtins(value))


def quote_text(text: str) -> str:
    """Return a text in quotes."""
    if '"' in text or "\\" in text:
        text = text.translate(_ESCAPED)
    return f'"{text}"'


def _decimal_text(value: Decimal) -> str:
    # Not by normalize(), which rounds to the precision of the context.
    text = f"{value:f}" if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text
