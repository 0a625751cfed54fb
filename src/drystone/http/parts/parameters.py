"""Values with parameters, as many header fields have them: `text/html; q=0.5`.

The lexer under `media.py` (Content-Type, Accept, Accept-Encoding) and `forwarded.py`
(Forwarded): tokens, quoted strings, parameters, and lists of them.

Source: RFC 9110, sections 5.6.1 (lists), 5.6.2 (tokens), 5.6.4 (quoted strings) and
5.6.6 (parameters).

Invariants:
- Linear: each pattern is possessive and matched at a position that only moves
  forward. Content-Type patterns that backtracked were CVE-2024-24762.
- A name that is there twice is malformed: readers take the first or the last.

Left out on purpose: comments, and the extended `name*=` of RFC 8187, which no field
read here has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from drystone.http.protocol.grammar import TCHAR

TOKEN: Final = re.compile(rf"[{TCHAR.decode('ascii')}]++")

# quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
# qdtext        = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text
# quoted-pair   = "\" ( HTAB / SP / VCHAR / obs-text )
_QUOTED_STRING: Final = re.compile(
    r'"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*+)"'
)
_QUOTED_PAIR: Final = re.compile(r"\\(.)")

# OWS = *( SP / HTAB )
_OWS: Final = re.compile(r"[ \t]*+")
# What may stand before the parameters of a list's element: a token, a media range.
_ELEMENT: Final = re.compile(r'[^\t ,;"]++')
_LIST_GAP: Final = re.compile(r"[ \t,]*+")


def skip_space(text: str, position: int) -> int:
    """Return the first position at or after `position` without a space or tab."""
    match = _OWS.match(text, position)
    return match.end() if match else position


def read_value(text: str, position: int) -> tuple[str, int] | None:
    r"""Return the token or quoted string at `position`, unquoted, and where it ends.

    None where there is neither.

    >>> read_value("a; b", 0), read_value('"a \\"b\\""', 0), read_value('"a', 0)
    (('a', 1), ('a "b"', 9), None)
    """
    match = TOKEN.match(text, position)
    if match is not None:
        return match[0], match.end()
    match = _QUOTED_STRING.match(text, position)
    if match is None:
        return None
    value = match[1]
    return (_QUOTED_PAIR.sub(r"\1", value) if "\\" in value else value), match.end()


def read_parameter(text: str, position: int) -> tuple[str, str, int] | None:
    """Return the `name=value` at `position`, name in lower case, and where it ends.

    None where there is none. As RFC 9110 has it, no space around `=`.
    """
    match = TOKEN.match(text, position)
    if match is None or not text.startswith("=", match.end()):
        return None
    value = read_value(text, match.end() + 1)
    return None if value is None else (match[0].lower(), *value)


def read_parameters(text: str, position: int) -> tuple[dict[str, str], int] | None:
    """Return the parameters from `position` on, and where they end.

    They end where no further `;` follows: at a comma, at the end of the text, or at
    something that does not belong there, which the caller judges. None where one is
    malformed or there twice.

    >>> read_parameters('text/html; Charset="utf-8";q=1, */*', 9)
    ({'charset': 'utf-8', 'q': '1'}, 30)
    """
    position = skip_space(text, position)
    if not text.startswith(";", position):
        return {}, position
    return read_pairs(text, position + 1)


def read_pairs(text: str, position: int) -> tuple[dict[str, str], int] | None:
    """Return the `name=value` pairs from `position` on, and where they end.

    The same without the first `;`, as Forwarded has them.

    >>> read_pairs("for=192.0.2.1;proto=https, for=198.51.100.7", 0)
    ({'for': '192.0.2.1', 'proto': 'https'}, 25)
    """
    pairs: dict[str, str] = {}
    while True:
        position = skip_space(text, position)
        # parameters = *( OWS ";" OWS [ parameter ] ): between semicolons may be nothing.
        if position < len(text) and text[position] not in ";,":
            parameter = read_parameter(text, position)
            if parameter is None or parameter[0] in pairs:
                return None
            name, value, position = parameter
            pairs[name] = value
            position = skip_space(text, position)
        if not text.startswith(";", position):
            return pairs, position
        position += 1


def read_list(text: str, *, max_elements: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each element of a comma-separated list: what it is, and its parameters.

    A malformed element is left out, and reading goes on after the next comma. What
    follows `max_elements` is not read.

    >>> list(read_list("gzip;q=0.5, =, ,br", max_elements=10))
    [('gzip', {'q': '0.5'}), ('=', {}), ('br', {})]
    """
    position = 0
    for _ in range(max_elements):
        match = _LIST_GAP.match(text, position)
        position = match.end() if match else position
        if position == len(text):
            return
        element = _ELEMENT.match(text, position)
        if element is not None:
            parameters = read_parameters(text, element.end())
            if parameters is not None and (
                parameters[1] == len(text) or text[parameters[1]] == ","
            ):
                yield element[0], parameters[0]
                position = parameters[1]
                continue
        comma = text.find(",", position)
        if comma < 0:
            return
        position = comma
