"""Dates in header fields: `Sun, 06 Nov 1994 08:49:37 GMT`.

One form is written, three are read: RFC 9110, section 5.6.7 has a recipient accept
the two obsolete ones too. Moments are Unix seconds, because that is all the precision
such a date has. A text in no form is None: a condition with a date that cannot be
read is ignored, never guessed at.
"""

from __future__ import annotations

import calendar
import re
from email.utils import formatdate
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})"
_TIME: Final = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS: Final = (
    # IMF-fixdate  = day-name "," SP day SP month SP year SP time-of-day SP GMT
    re.compile(
        rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) "
        rf"{_TIME} GMT"
    ),
    # rfc850-date  = day-name-l "," SP day "-" month "-" 2DIGIT SP time-of-day SP GMT
    re.compile(
        rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?P<day>[0-9]{{2}})-{_MONTH}-"
        rf"(?P<year>[0-9]{{2}}) {_TIME} GMT"
    ),
    # asctime-date = day-name SP month SP ( 2DIGIT / ( SP 1DIGIT )) SP time-of-day SP year
    re.compile(
        rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) "
        rf"{_TIME} (?P<year>[0-9]{{4}})"
    ),
)
_LONGEST: Final = len("Wednesday, 09-Nov-94 08:49:37 GMT")


def format_date(moment: int) -> str:
    """Return a moment in Unix seconds as an IMF-fixdate.

    >>> format_date(784111777)
    'Sun, 06 Nov 1994 08:49:37 GMT'
    """
    return formatdate(moment, usegmt=True)


def parse_date(text: str, *, now: float) -> int | None:
    """Return the moment that an HTTP-date names in Unix seconds, None where it is none.

    Args:
        text: the field's value.
        now: Unix seconds; the century of a date with two digits for its year is the
            one that puts it at most 50 years ahead.

    >>> parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now=1.7e9)
    784111777
    """
    if len(text) > _LONGEST:
        return None
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            return _moment(match, now)
    return None


def _moment(match: re.Match[str], now: float) -> int | None:
    year, day = int(match["year"]), int(match["day"])
    if len(match["year"]) == 2:
        year = _full_year(year, now)
    month = _MONTHS[match["month"]]
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    # A second of 60 is a leap second; the day of the week is not compared with the date.
    if year < 1 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    if hour > 23 or minute > 59 or second > 60:
        return None
    return calendar.timegm((year, month, day, hour, minute, second))


def _full_year(two_digits: int, now: float) -> int:
    # RFC 9110, section 5.6.7: a year that appears to be more than 50 years in the
    # future is the most recent past one with the same last two digits.
    this_year = 1970 + int(now // 31_556_952)
    year = this_year - this_year % 100 + two_digits
    if year > this_year + 50:
        return year - 100
    return year
