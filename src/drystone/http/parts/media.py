"""Media types, and which representation a client prefers.

`parse_media_type` reads `Content-Type`; `negotiate` and `negotiate_encoding` choose
what to answer from `Accept` and `Accept-Encoding`.

Source: RFC 9110, sections 8.3.1 (media types), 12.4.2 (weights), 12.5.1 (Accept) and
12.5.3 (Accept-Encoding).

Invariants:
- Nothing here raises for what a client sent. A body whose type cannot be read has no
  type; a preference that cannot be read is no preference.
- Linear in the field, and at most 64 preferences are read; browsers send under ten.
- Equal weights: the server's order decides. `Accept` has none (section 12.5.1).

Left out on purpose: extensions of Accept (whatever follows `q`), which RFC 9110
removed; `Accept-Language` and `Accept-Charset`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from drystone.http.parts.parameters import TOKEN, read_list, read_parameters

_MAX_PREFERENCES: Final = 64

# weight = OWS ";" OWS "q=" qvalue
# qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
_QVALUE: Final = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_FULL_WEIGHT: Final = 1000

# RFC 9110, section 8.4.1: recipients take these for the names without `x-`.
_CODING_ALIASES: Final = {"x-gzip": "gzip", "x-compress": "compress"}


@dataclass(frozen=True, slots=True)
class MediaType:
    """One media type.

    Attributes:
        type: before the slash, in lower case.
        subtype: after it, in lower case.
        params: parameters; names in lower case, values as sent, unquoted.
    """

    type: str
    subtype: str
    params: dict[str, str] = field(default_factory=dict)

    @property
    def essence(self) -> str:
        """Type and subtype, without parameters.

        >>> MediaType("text", "html", {"charset": "utf-8"}).essence
        'text/html'
        """
        return f"{self.type}/{self.subtype}"


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range of Accept: a media type with `*`, and its weight in thousandths."""

    media: MediaType
    weight: int

    @property
    def specificity(self) -> tuple[int, int]:
        """Higher for the range that counts more (RFC 9110, section 12.5.1)."""
        stars = (self.media.type == "*") + (self.media.subtype == "*")
        return 2 - stars, len(self.media.params)

    def covers(self, offer: MediaType) -> bool:
        wanted = self.media
        return (
            wanted.type in {"*", offer.type}
            and wanted.subtype in {"*", offer.subtype}
            and all(
                name in offer.params and offer.params[name].lower() == value.lower()
                for name, value in wanted.params.items()
            )
        )


def parse_media_type(value: str | None) -> MediaType | None:
    """Return the media type that a `Content-Type` names; None where it names none.

    An absent and a malformed field are alike to whoever reads a body: its type is not
    known, and 415 is the answer.

    >>> parse_media_type('Text/HTML; Charset="utf-8"')
    MediaType(type='text', subtype='html', params={'charset': 'utf-8'})
    >>> parse_media_type("text") is None
    True
    """
    if value is None:
        return None
    essence, semicolon, _ = value.partition(";")
    media_type = _split(essence.strip(" \t"))
    if media_type is None or not semicolon:
        return media_type
    parameters = read_parameters(value, len(essence))
    if parameters is None or parameters[1] != len(value):
        return None
    return MediaType(media_type.type, media_type.subtype, parameters[0])


def negotiate(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the one of `offered` that the client likes best; None: it takes none.

    For each offer the most specific range that covers it gives its weight; the highest
    weight wins, and among equals the first offer. A parameter in a range must be one
    of the offer's. Without `Accept`, or where nothing in it can be read, the first
    offer is returned.

    Args:
        accept: the field's value, repeats joined.
        offered: media types, the one preferred here first.

    Raises:
        ValueError: an offer is not a media type.

    >>> negotiate("text/html, application/json;q=0.9", ["application/json", "text/html"])
    'text/html'
    >>> negotiate("text/*;q=0, */*", ["text/html"]) is None
    True
    """
    ranges = [] if accept in {None, "*/*"} else _read_ranges(accept or "")
    if not ranges:
        return offered[0] if offered else None
    best, best_weight = None, 0
    for offer in offered:
        weight = _weigh(_parse_offer(offer), ranges)
        if weight > best_weight:
            best, best_weight = offer, weight
    return best


def negotiate_encoding(accept_encoding: str | None, offered: Sequence[str]) -> str | None:
    """Return the content coding to use.

    One of `offered`; `identity` where no coding is the best, or the only acceptable,
    choice; None where the client takes neither an offer nor identity.

    `identity` needs no offer. It is acceptable unless the field has `identity;q=0`, or
    `*;q=0` without naming it (section 12.5.3). Where the field does not weigh it, any
    coding that the client listed goes before it. Without the field every coding would
    be acceptable, but clients that leave it out decode none: `identity` is returned.

    Args:
        accept_encoding: the field's value, repeats joined.
        offered: codings in lower case, the one preferred here first.

    >>> negotiate_encoding("gzip, br;q=0.9", ["br", "gzip"])
    'gzip'
    >>> negotiate_encoding("deflate", ["br", "gzip"]), negotiate_encoding("*;q=0", ["gzip"])
    ('identity', None)
    """
    if not accept_encoding:
        return "identity"
    weights: dict[str, int] = {}
    for name, parameters in read_list(accept_encoding, max_elements=_MAX_PREFERENCES):
        weight = _read_weight(parameters.get("q"))
        if weight is not None:
            coding = name.lower()
            weights.setdefault(_CODING_ALIASES.get(coding, coding), weight)
    others = weights.get("*", 0)
    best, best_weight = None, 0
    for coding in offered:
        weight = weights.get(coding, others)
        if weight > best_weight:
            best, best_weight = coding, weight
    if "identity" in weights:
        return "identity" if weights["identity"] > best_weight else best
    if best is None and weights.get("*") != 0:
        return "identity"
    return best


def _split(essence: str) -> MediaType | None:
    """Return `type/subtype` as a media type without parameters; None if it is not one."""
    main, slash, subtype = essence.partition("/")
    if not slash or TOKEN.fullmatch(main) is None or TOKEN.fullmatch(subtype) is None:
        return None
    return MediaType(main.lower(), subtype.lower())


# Offers are declared in code: the cache holds those, never what a client sent.
@lru_cache(maxsize=256)
def _parse_offer(offer: str) -> MediaType:
    media_type = parse_media_type(offer)
    if media_type is None:
        raise ValueError(f"{offer!r} is not a media type")
    return media_type


def _read_ranges(accept: str) -> list[_Range]:
    ranges = []
    for name, parameters in read_list(accept, max_elements=_MAX_PREFERENCES):
        essence = _split(name)
        weight = _read_weight(parameters.get("q"))
        if essence is None or weight is None or (essence.type == "*" != essence.subtype):
            continue
        names = list(parameters)
        before_weight = names[: names.index("q")] if "q" in parameters else names
        params = {name: parameters[name] for name in before_weight}
        ranges.append(_Range(MediaType(essence.type, essence.subtype, params), weight))
    return ranges


def _read_weight(text: str | None) -> int | None:
    """Return a weight in thousandths; None where it is malformed."""
    if text is None:
        return _FULL_WEIGHT
    return round(float(text) * _FULL_WEIGHT) if _QVALUE.fullmatch(text) else None


def _weigh(offer: MediaType, ranges: Sequence[_Range]) -> int:
    """Return the weight of `offer` in the most specific range that covers it, or 0."""
    matching = [(each.specificity, each.weight) for each in ranges if each.covers(offer)]
    return max(matching)[1] if matching else 0
