"""A route or field that will go: since when, until when, and what takes its place.

    @app.get("/reports", deprecated=Deprecation(since=date(2026, 1, 1),
                                                sunset=date(2027, 1, 1),
                                                successor="/api/v2/reports"))

    Deprecation: @1767225600
    Sunset: Fri, 01 Jan 2027 00:00:00 GMT
    Link: </api/v2/reports>; rel="successor-version"

Source: RFC 9745 (`Deprecation`, a structured Date), RFC 8594 (`Sunset`, an HTTP date),
RFC 5829 (`successor-version`). Days begin at midnight, UTC.

An answer has one of each: where several deprecations meet (a route and a field), the
earliest since and the earliest sunset are told, and every successor is linked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from drystone.http.parts.dates import format_date, parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.http.protocol.headers import ResponseHeaders

_TOLD: Final = re.compile(r"@(-?[0-9]+)")
_PARAMETER: Final = re.compile(r"\{([^}:]+)(?::[^}]*)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """What callers are told of something that will go.

    Attributes:
        since: the day from which on it is not to be used any more.
        sunset: the day on which it goes; None where that is not known.
        successor: the path, or for a field the name, of what takes its place. A path may
            have the parameters of the route's: `/api/v2/tasks/{id}`.
    """

    since: date
    sunset: date | None = None
    successor: str | None = None

    def below(self, path: str) -> Deprecation:
        """Return the same for what stands at `path` below it and its successor."""
        if self.successor is None or not self.successor.startswith("/"):
            return self
        successor = self.successor.rstrip("/") + _PARAMETER.sub(r"{\1}", path).rstrip("/")
        return Deprecation(since=self.since, sunset=self.sunset, successor=successor)


def announce(
    headers: ResponseHeaders, deprecation: Deprecation, params: Mapping[str, object]
) -> None:
    """Tell of a deprecation in the header fields of an answer.

    Args:
        headers: of the answer; what they tell already is kept where it comes earlier.
        deprecation: what is told.
        params: of the request's path, for the successor's.
    """
    since = _seconds(deprecation.since)
    told = _TOLD.fullmatch(headers.get("Deprecation") or "")
    if told is None or int(told[1]) > since:
        headers["Deprecation"] = f"@{since}"
    if deprecation.sunset is not None:
        sunset = _seconds(deprecation.sunset)
        present = headers.get("Sunset")
        told_sunset = None if present is None else parse_date(present, now=sunset)
        if told_sunset is None or told_sunset > sunset:
            headers["Sunset"] = format_date(sunset)
    # A field's successor is a name, and a name is no target.
    if deprecation.successor is not None and deprecation.successor.startswith("/"):
        target = _PARAMETER.sub(
            lambda found: quote(str(params.get(found[1], "")), safe=""), deprecation.successor
        )
        headers.add("Link", f'<{target}>; rel="successor-version"')


def _seconds(day: date) -> int:
    if isinstance(day, datetime):
        moment = day if day.tzinfo is not None else day.replace(tzinfo=UTC)
    else:
        moment = datetime.combine(day, time.min, UTC)
    return int(moment.timestamp())
