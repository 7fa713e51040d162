"""Dates as Vietnamese and English texts and mail programs write them, and as this office writes them."""

import re
from datetime import UTC, date, datetime, timedelta

from mailsvc.vietnamese.fold import fold

LOCAL_MINUTES = 7 * 60
"""Viet Nam is seven hours before UTC, without summer time."""

_NUMBERS = "mot|hai|ba|tu|bon|nam|sau|bay|tam|chin|muoi mot|muoi hai|muoi|gieng|chap"
_VIETNAMESE_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            *(("mot", "gieng"), ("hai",), ("ba",), ("tu", "bon"), ("nam",), ("sau",)),
            *(("bay",), ("tam",), ("chin",), ("muoi",), ("muoi mot",), ("muoi hai", "chap")),
        ),
        1,
    )
    for word in words
}
_ENGLISH_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_ENGLISH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# In the order they are tried; each names its groups.
_DATES = (
    re.compile(r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})\s{{0,3}},?\s{{0,3}}(?:thang|thg\.?)\s{{0,3}}(?P<m>\d{{1,2}}|{_NUMBERS})"
        rf"\s{{0,3}}(?:,|nam)?\s{{0,3}}(?P<y>\d{{4}})(?!\d)"
    ),
    re.compile(
        rf"(?:thang|thg\.?)\s{{0,3}}(?P<m>\d{{1,2}}|{_NUMBERS})\s{{1,3}}(?P<d>\d{{1,2}})\s{{0,3}},\s{{0,3}}(?P<y>\d{{4}})(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})[\s-]{{1,3}}{_ENGLISH.replace('(', '(?P<m>', 1)},?[\s-]{{1,3}}(?P<y>\d{{4}})(?!\d)"
    ),
    re.compile(
        rf"(?<![a-z]){_ENGLISH.replace('(', '(?P<m>', 1)}\s{{1,3}}(?P<d>\d{{1,2}}),?\s{{1,3}}(?P<y>\d{{4}})(?!\d)"
    ),
)
_TIME = re.compile(
    r"(?<![\d:])(\d{1,2})\s?(?::|gio|g|h)\s?(\d{2})(?::(\d{2}))?(?!\d)\s?(am|pm|sa|ch|a\.m\.|p\.m\.|sang|chieu|toi)?"
)
_ZONE = re.compile(r"(?:gmt|utc)\s?([+-])(\d{1,2}):?(\d{2})?|(?<=\s)([+-])(\d{2}):?(\d{2})(?!\d)|\b(gmt|utc|z)\b")
_SPACES = re.compile(r"[\s\u202f\u00a0]+")
_AFTERNOON = frozenset({"pm", "ch", "p.m.", "chieu", "toi"})
_MORNING = frozenset({"am", "sa", "a.m.", "sang"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 200


def parse_date(text: str) -> str | None:
    """The first date in a short text as ISO YYYY-MM-DD: `ngày 05 tháng 3 năm 2026`, `05/3/2026`, `3 thg 9, 2026`,
    `May 12, 2026`; day before month where only figures stand. None when there is no possible date."""
    found = _date_in(_SPACES.sub(" ", fold(text[:_LONGEST])))
    return found.isoformat() if found is not None else None


def parse_moment(text: str, zone_minutes: int = LOCAL_MINUTES) -> int | None:
    """Date and time in a short text as milliseconds since 1970; local time where no zone is told. None without time."""
    folded = _SPACES.sub(" ", fold(text[:_LONGEST]))
    day, clock = _date_in(folded), _TIME.search(folded)
    if day is None or clock is None:
        return None
    hour = _hour(int(clock[1]), clock[4] or "")
    minute, second = int(clock[2]), int(clock[3] or 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    moment = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=UTC)
    try:
        return (moment - timedelta(minutes=_zone(folded, zone_minutes)) - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        return None


def _date_in(folded: str) -> date | None:
    for pattern in _DATES:
        for found in pattern.finditer(folded):
            day = _day(int(found["y"]), found["m"], int(found["d"]))
            if day is not None:
                return day
    return None


def _day(year: int, month_word: str, day: int) -> date | None:
    month = _month(month_word)
    if month > 12 >= day:
        # The American order, when the other one is impossible.
        month, day = day, month
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _VIETNAMESE_MONTHS.get(word) or _ENGLISH_MONTHS.get(word[:3], 0)


def _hour(hour: int, half: str) -> int:
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    return 0 if half in _MORNING and hour == 12 else hour


def _zone(folded: str, default: int) -> int:
    zone = _ZONE.search(folded)
    if zone is None:
        return default
    if zone[7]:
        return 0
    sign, hours, minutes = (zone[1], zone[2], zone[3]) if zone[1] else (zone[4], zone[5], zone[6])
    total = int(hours) * 60 + int(minutes or 0)
    return -total if sign == "-" else total


def format_date(iso: str) -> str:
    """`2026-03-05` as `05/03/2026`; anything else unchanged."""
    parts = iso.split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else iso


def long_date(iso: str) -> str:
    """`2026-03-05` as `ngày 05 tháng 3 năm 2026`: days under 10 and months 1, 2 take a zero (Decree 30/2020, I.4)."""
    day = date.fromisoformat(iso)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
