"""Proof that decoding lost nothing: quotation marks sent against strings received.

Every JSON library keeps one of two equal keys and forgets the other; `msgspec` also
skips unknown fields where a Struct allows them. Finding that out by reading the
document again would cost more than decoding it. Counting is nearly free:

    structural quotation marks = 2 x (keys + string values)

The left side is one pass of C over the bytes. For the right side, the *tally* of a
decoded value counts the marks that must have been sent for this value to arise: two
for each key, two for each string. It is a lower bound: a field that equals its
default may not have been sent, and is not counted. What was dropped, a duplicate's
key and value or an unknown field, has its marks on the left and nothing on the right.
Hence **equal sides prove that no member was dropped**; unequal sides prove nothing,
and the document is read with more care (`strict_json`).

The tally also vouches for the limits that the value alone can show: integers within
64 bits, depth, keys, items. Where it cannot vouch it is `NEVER`, which no count
reaches. Here are the counts, and the tally of an untyped value; `json_proof` compiles
the tally of a type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from drystone.schema.json_limits import MAX_INTEGER, MIN_INTEGER

if TYPE_CHECKING:
    from drystone.schema.json_limits import JSONLimits

# Larger than any count of quotation marks, and so is every sum in which it occurs.
NEVER = 1 << 62

BACKSLASH = ord("\\")
QUOTE = ord('"')
_ESCAPED = re.compile(rb'\\(["\\u])').findall


def count_quotes(data: bytes) -> int:
    r"""Return how many quotation marks of a well-formed document delimit strings.

    Returns -1 when a string may hold an escaped U+0000.

    >>> count_quotes(b'{"a": "b", "c": "\\""}')
    8
    """
    if BACKSLASH not in data:
        return data.count(QUOTE)
    # Taken from the left, as a reader takes them: of `\\\\"` the first backslash escapes
    # the second, and the quotation mark stands alone.
    escaped = _ESCAPED(data)
    if b"u" in escaped and b"\\u0000" in data:
        return -1
    return data.count(QUOTE) - escaped.count(b'"')


def tally_plain(value: Any, limits: JSONLimits, depth: int = 0) -> int:
    """Return the quotation marks that an untyped decoded value takes, or `NEVER`.

    Args:
        value: dicts, lists, strings, numbers, booleans and None.
        limits: what the value may contain; string lengths are not looked at.
        depth: containers around the value.

    >>> from drystone.schema.json_limits import DEFAULT_LIMITS
    >>> tally_plain({"a": ["b", 1, {"c": None}]}, DEFAULT_LIMITS)
    6
    """
    total = 0
    layer: list[Any] = [[value]]  # one container around it, so that a scalar is a child
    max_items, max_keys = limits.max_items, limits.max_keys
    for _ in range(limits.max_depth - depth + 1):
        below: list[Any] = []
        for container in layer:
            children = container
            if container.__class__ is dict:
                if len(container) > max_keys:
                    return NEVER
                total += 2 * len(container)
                children = container.values()
            elif len(container) > max_items:
                return NEVER
            for child in children:
                kind = child.__class__
                if kind is str:
                    total += 2
                elif kind is dict or kind is list:
                    below.append(child)
                elif (kind is int or kind is float) and not (MIN_INTEGER < child <= MAX_INTEGER):
                    # A large float may have been sent as an integer, or as 1e30.
                    return NEVER
        if not below:
            return total
        layer = below
    return NEVER


def texts_are_short(value: Any, max_bytes: int) -> bool:
    """Tell whether every string and key surely fits in so many bytes of UTF-8."""
    short = max_bytes // 4  # a code point takes at most four
    waiting: list[Any] = [value]
    for one in waiting:  # grows as it is read
        kind = one.__class__
        if kind is str and len(one) > short:
            return False
        if kind is list:
            waiting.extend(one)
        elif kind is dict:
            waiting.extend(one)
            waiting.extend(one.values())
    return True
