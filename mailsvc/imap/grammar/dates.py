"""Dates on the wire: `17-Jul-1996` and `"17-Jul-1996 02:44:25 -0700"` (RFC 9051 §9 date, date-time)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from mailsvc.imap.grammar.cursor import Cursor

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER_OF = {name.upper().encode(): number for number, name in enumerate(MONTHS, 1)}
_DATE = re.compile(rb"([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})")
_DATE_TIME = re.compile(
    rb'"([0-9]{2}| [0-9])-([A-Za-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)
OFFICE_OFFSET_S = 7 * 3600  # Asia/Ho_Chi_Minh has had no other offset since 1975, and no summer time
_MINUTES = tuple(b"%02d:%02d:" % divmod(minute, 60) for minute in range(1440))
_SECONDS = tuple(b'%02d +0700"' % second for second in range(60))


def parse_date(cursor: Cursor) -> date:
    """A date, quoted or not."""
    quoted = cursor.skip(b'"')
    match = _DATE.match(cursor.data, cursor.pos)
    if match is None:
        raise cursor.error("cần một ngày như 17-Jul-2024")
    try:
        day = date(int(match[3]), _NUMBER_OF[match[2].upper()], int(match[1]))
    except (KeyError, ValueError):
        raise cursor.error("ngày không có thật") from None
    cursor.pos = match.end()
    if quoted:
        cursor.expect(b'"')
    return day


def parse_date_time(cursor: Cursor) -> int:
    """A quoted date-time, as milliseconds since 1970 UTC (never negative: older letters count as 1970)."""
    match = _DATE_TIME.match(cursor.data, cursor.pos)
    if match is None:
        raise cursor.error('cần ngày giờ như "17-Jul-2024 02:44:25 +0700"')
    try:
        moment = datetime(
            int(match[3]), _NUMBER_OF[match[2].upper()], int(match[1]), int(match[4]), int(match[5]),
            min(int(match[6]), 59), tzinfo=UTC,
        )  # fmt: skip
    except (KeyError, ValueError):
        raise cursor.error("ngày giờ không có thật") from None
    cursor.pos = match.end()
    offset_s = int(match[8]) * 3600 + int(match[9]) * 60
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return max(0, seconds - (offset_s if match[7] == b"+" else -offset_s)) * 1000


@lru_cache(maxsize=8192)
def _day_text(day: int) -> bytes:
    when = date(1970, 1, 1) + timedelta(days=day)
    return b'"%02d-%s-%04d ' % (when.day, MONTHS[when.month - 1].encode(), when.year)


def format_date_time(ms: int) -> bytes:
    """A moment as a quoted date-time in the office's zone."""
    day, second = divmod(ms // 1000 + OFFICE_OFFSET_S, 86400)
    return _day_text(day) + _MINUTES[second // 60] + _SECONDS[second % 60]
