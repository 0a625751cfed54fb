"""Pairs of names and values in `application/x-www-form-urlencoded`: one decoder.

The query string of a target and the body of a plain form have the same grammar;
`query.py` and `forms.py` both read it here, so a value means the same in both.

Source: WHATWG URL standard, section 5.1 (`&` separates, `+` is a space, the rest
is percent-encoded UTF-8), read strictly: where that algorithm repairs, this one
reports a fault.

Invariants:
- The work is linear in the input, and no more than `max_pairs` pairs are decoded.
- Every fault is reported, not only the first.
- Decoded text never holds a null character: PostgreSQL cannot store one.

Left out on purpose: `;` as a separator (readers that disagree about it let a
parameter pass a cache or filter unseen), and charsets other than UTF-8.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from drystone.http.protocol.grammar import BAD_ESCAPE

# A name is repeated to the sender in a problem document, so it is cut to this length.
_MAX_SHOWN_CHARS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one pair, or with their number.

    Attributes:
        name: the pair's name as sent, still encoded and cut to 100 characters; None
            where the fault is not in one pair.
        code: `format`, `required` or `limit`, as in `errors.VIOLATION_CODES`.
        detail: a sentence for the sender.
    """

    name: str | None
    code: str
    detail: str


def parse_urlencoded(raw: bytes, *, max_pairs: int) -> tuple[list[tuple[str, str]], list[Fault]]:
    """Return the pairs of `raw` in order, and what is wrong with the others.

    Empty pieces, as in `a=1&&b=2`, are skipped; a piece without `=` is a name with an
    empty value. An empty name is a fault.

    Args:
        raw: the query without its `?`, or the whole body.
        max_pairs: how many pieces there may be; more are one fault, and none is read.

    >>> parse_urlencoded(b"q=caf%C3%A9+au+lait&flag", max_pairs=10)
    ([('q', 'café au lait'), ('flag', '')], [])
    >>> parse_urlencoded(b"q=%zz", max_pairs=10)[1][0].detail
    'A % is not followed by two hexadecimal digits.'
    """
    pieces = raw.split(b"&", max_pairs)
    if len(pieces) > max_pairs:
        return [], [Fault(None, "limit", f"There may be at most {max_pairs} pairs.")]
    pairs: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for piece in pieces:
        if not piece:
            continue
        raw_name, _, raw_value = piece.partition(b"=")
        if not raw_name:
            faults.append(Fault(None, "required", "A value has no name."))
            continue
        try:
            pairs.append((_decode(raw_name), _decode(raw_value)))
        except _UndecodableError as error:
            faults.append(Fault(_show(raw_name), "format", str(error)))
    return pairs, faults


class _UndecodableError(ValueError):
    """A name or value that is not percent-encoded UTF-8 text."""


def _decode(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        if BAD_ESCAPE.search(raw):
            raise _UndecodableError("A % is not followed by two hexadecimal digits.")
        raw = unquote_to_bytes(raw)
    if b"\0" in raw:
        raise _UndecodableError("A null character is not allowed.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _UndecodableError("The text is not UTF-8.") from None


def _show(raw_name: bytes) -> str:
    return raw_name[:_MAX_SHOWN_CHARS].decode("ascii", "backslashreplace")
