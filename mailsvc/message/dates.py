"""Dates of header fields (RFC 5322 §3.3) to milliseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(
    r"(?:[A-Za-z]{2,9}\.?(?:,\s*|\s+))?(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s-]+(\d{2,4}),?\s+"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(?:([+-]\d{4})\b|([A-Za-z]{1,5})(?![\w+-])|\Z|(?=\())"
)
# The C library's order, as broken programs write it: Wed May 20 10:00:00 2026
_ASCTIME = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+(?:([A-Z]{3,4})\s+)?(\d{4})\s*([+-]\d{4})?\Z"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_ZONES = {"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420}
_ZONES |= {"ICT": 420, "CET": 60, "CEST": 120, "JST": 540, "SGT": 480}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 200


def date_ms(value: str) -> int | None:
    """Milliseconds since 1970 UTC, or None when the field holds no usable date.

    Unknown zone names count as UTC (RFC 5322 §4.3); a zone that is neither a name nor an offset makes it unusable.
    """
    value = value[:_LONGEST].strip()
    usual = _DATE.match(value)
    if usual is not None:
        day, month, year, hour, minute, second, offset, zone = usual.groups()
        return _ms(year, month, day, (hour, minute, second or "0"), _minutes(offset, zone))
    turned = _ASCTIME.match(value)
    if turned is not None:
        month, day, hour, minute, second, zone, year, offset = turned.groups()
        return _ms(year, month, day, (hour, minute, second), _minutes(offset, zone))
    return None


def _minutes(offset: str | None, zone: str | None) -> int:
    if offset is None:
        return _ZONES.get((zone or "").upper(), 0)
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    return -minutes if offset[0] == "-" else minutes


def _ms(year: str, month: str, day: str, time: tuple[str, str, str], zone_minutes: int) -> int | None:
    number = _MONTHS.get(month[:3].lower())
    if number is None or zone_minutes >= 1440 or zone_minutes <= -1440:
        return None
    full_year = int(year)
    if len(year) < 4:
        # RFC 5322 §4.3: two digits up to 49 are of this century, three count from 1900.
        full_year += 2000 if len(year) == 2 and full_year < 50 else 1900
    hour, minute, second = (int(part) for part in time)
    try:
        moment = datetime(full_year, number, int(day), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    try:
        return (moment - timedelta(minutes=zone_minutes) - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        return None
