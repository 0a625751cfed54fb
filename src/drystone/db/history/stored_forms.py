"""Values as the history holds them → JSON by the API's conventions.

The trigger writes what PostgreSQL's `to_jsonb` makes of a row, in UTC and ISO 8601: quick
to write, and one function for every table. What a value means is known from the model's
column, so it is given its form when it is read, which is seldom.

The column may have been of another type when the value was written. What cannot be read as
the type that the column has now is shown as it is stored.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from drystone.schema.model.column_types import (
    ArrayType,
    BytesType,
    ColumnType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    FloatType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from drystone.schema.model.model_info import ModelInfo

_FIRST_TIME, _LAST_TIME = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
_FIRST_DATE, _LAST_DATE = "0001-01-01", "9999-12-31"

_TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]+)?)\+00:00")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Later than RFC 3339 can write; and before our era, or before all time.
_TOO_LATE: Final = re.compile(r"infinity|[0-9]{5,}-[0-9T:.+-]*")
_TOO_EARLY: Final = re.compile(r"-infinity|[0-9-]+[0-9T:.+]* BC")

_NUMERAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

_PART: Final = r"(?:(-?[0-9.]+){})?"
_DURATION: Final = re.compile(
    "P" + "".join(_PART.format(unit) for unit in "YMD")
    + "(?:T" + "".join(_PART.format(unit) for unit in "HMS") + ")?"
)  # fmt: skip
# A year counts 365 days and a month 30, as the driver reads them (`rows/json_forms.py`).
_UNIT_SECONDS: Final = (365 * 86_400, 30 * 86_400, 86_400, 3_600, 60, 1)

_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT: Final = msgspec.json.Decoder(str)
_NUMBER: Final = msgspec.json.Decoder(float)
_NULL: Final = b"null"


def api_forms(info: ModelInfo, stored: str | None) -> dict[str, bytes]:
    """Return the fields of a stored object, each as JSON, in the model's order.

    Columns that the model no longer has are left out, and so are secret ones.

    Args:
        info: the model.
        stored: a JSON object as the history holds it; None is an empty one.
    """
    fields: Mapping[str, msgspec.Raw] = {} if stored is None else _FIELDS.decode(stored)
    return {
        one.name: api_form(bytes(fields[one.name]), one.type)
        for one in info.columns
        if one.name in fields and not one.is_secret
    }


def api_form(stored: bytes, kind: ColumnType) -> bytes:
    """Return a stored value in the form that answers have.

    Args:
        stored: JSON.
        kind: the type of its column.

    >>> api_form(b'"2026-01-31T12:00:00+00:00"', DateTimeType()), api_form(b"1.50", DecimalType())
    (b'"2026-01-31T12:00:00Z"', b'"1.50"')
    """
    if stored == _NULL:
        return stored
    try:
        return _form(stored, kind)
    except (ValueError, msgspec.MsgspecError):
        return stored


def moment_json(moment: datetime) -> bytes:
    """Return a time as JSON, spelled as PostgreSQL spells it: no zeros at its end.

    >>> moment_json(datetime(2026, 1, 31, 12, 0, 0, 120_000, tzinfo=UTC))
    b'"2026-01-31T12:00:00.12Z"'
    """
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return _quote(f"{text.rstrip('0') if '.' in text else text}Z")


def _form(stored: bytes, kind: ColumnType) -> bytes:
    match kind:
        case DecimalType():
            return (
                stored if stored.startswith(b'"') else _quote(_whole(_NUMERAL, stored.decode())[0])
            )
        case FloatType():
            # NaN and the infinities are texts in jsonb, and null in JSON.
            is_text = stored.startswith(b'"')
            return _NULL if is_text else msgspec.json.encode(_NUMBER.decode(stored))
        case DateTimeType():
            return _quote(_moment(_TEXT.decode(stored)))
        case DateType():
            text = _TEXT.decode(stored)
            return _quote(_bounded(text, _FIRST_DATE, _LAST_DATE) or _whole(_DATE, text)[0])
        case DurationType():
            return _quote(_duration(_TEXT.decode(stored)))
        case BytesType():
            text = _TEXT.decode(stored)
            return _quote(base64.b64encode(bytes.fromhex(text.removeprefix("\\x"))).decode())
        case ArrayType(item=item):
            return b"[%b]" % b",".join(api_form(bytes(one), item) for one in _ITEMS.decode(stored))
        case _:
            return stored


def _moment(text: str) -> str:
    return _bounded(text, _FIRST_TIME, _LAST_TIME) or f"{_whole(_TIME, text)[1]}Z"


def _bounded(text: str, first: str, last: str) -> str | None:
    if _TOO_LATE.fullmatch(text):
        return last
    return first if _TOO_EARLY.fullmatch(text) else None


def _duration(text: str) -> str:
    parts = _whole(_DURATION, text).groups()
    seconds = sum(
        (Decimal(part) * unit for part, unit in zip(parts, _UNIT_SECONDS, strict=True) if part),
        Decimal(0),
    )
    shown = f"{abs(seconds).normalize():f}"
    return f"{'-' if seconds < 0 else ''}PT{shown}S"


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found


def _quote(text: str) -> bytes:
    return b'"%b"' % text.encode()
