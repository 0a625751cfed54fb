"""`If-Match` and `If-None-Match` on writes: which versions of a row may be changed.

Source: RFC 9110, section 13.1.1 and 13.1.2. A row's tag is its version in quotes, and a
variant's begins with it: `"17"`, `"17;4f1c"`. The version alone is compared, so whoever
read a part of a row can change it. A weak tag never matches `If-Match`.

The conditions become part of the statement that writes. They are looked at only for a
row that is there: without one the answer is 404 (section 13.2.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from drystone.errors import PreconditionFailed, PreconditionRequired
from drystone.http.parts.conditional import read_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drystone.http.protocol.headers import Headers
    from drystone.schema.expressions.expression import Expression, Predicate

_VERSION: Final = re.compile(r'"([1-9][0-9]{0,18})(?:;[^"]*+)?"')
_MAX_VERSION: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Preconditions:
    """Which versions may be changed.

    Attributes:
        versions: these and no others; None for any.
        unless: none of these.
        is_conditional: whether `If-Match` was sent, `*` included.
    """

    versions: frozenset[int] | None = None
    unless: frozenset[int] = frozenset()
    is_conditional: bool = False

    def predicates(self, version: Expression[int]) -> Iterator[Predicate]:
        """Yield the conditions on a row's version."""
        if self.versions is not None:
            (first, *others) = self.versions or (0,)
            yield version.in_(sorted(self.versions)) if others else version == first
        if self.unless:
            yield version.not_in(sorted(self.unless))

    def allow(self, version: int) -> bool:
        """Tell whether a row of this version may be changed."""
        return (self.versions is None or version in self.versions) and version not in self.unless


UNCONDITIONAL: Final = Preconditions()


def read_preconditions(headers: Headers) -> Preconditions:
    """Return the conditions of a request.

    A list of tags that cannot be read matches nothing, so that nothing is changed.
    """
    match, none_match = headers.get("if-match"), headers.get("if-none-match")
    if match is None and none_match is None:
        return UNCONDITIONAL
    versions = None
    if match is not None and match.strip(" \t") != "*":
        versions = _versions(match, weakly=False)
    unless: frozenset[int] = frozenset()
    if none_match is not None:
        if none_match.strip(" \t") == "*":
            # There is a row, or there is nothing to change: it cannot hold.
            versions = frozenset()
        else:
            unless = _versions(none_match, weakly=True)
    return Preconditions(versions=versions, unless=unless, is_conditional=match is not None)


def refuse_version(version: int) -> PreconditionFailed:
    """Return the refusal for a row that is at this version, and not at one that was meant."""
    return PreconditionFailed(
        f"The row is at version {version} now.", headers=[("ETag", entity_tag(version))]
    )


def condition_missing() -> PreconditionRequired:
    """Return the refusal of a change that has to be conditional, and is not."""
    return PreconditionRequired("Say which version is meant: send If-Match.")


def entity_tag(version: int) -> str:
    """Return the strong tag of a bare row.

    >>> entity_tag(17)
    '"17"'
    """
    return f'"{version}"'


def _versions(field: str, *, weakly: bool) -> frozenset[int]:
    found: Any = (_VERSION.fullmatch(tag) for weak, tag in read_tags(field) if weakly or not weak)
    numbers = (int(one[1]) for one in found if one is not None)
    return frozenset(number for number in numbers if number <= _MAX_VERSION)
