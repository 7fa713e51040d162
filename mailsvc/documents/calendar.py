"""The office's working calendar: working days, sessions, holidays, made-up days, and time counted by them.

The days are data (config/holidays.toml); the law behind each stands there. Days are `date`s of the office's zone
(Asia/Ho_Chi_Minh, no daylight saving), moments are milliseconds since 1970 UTC, as everywhere in the store. Working
time is that of the morning and afternoon sessions. All functions are pure; the tables are made once for each year.

A deadline that is a day is kept when the work is done on that day, whatever the hour (handbook §9).
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from mailsvc.core.clock import OFFICE_ZONE, office_datetime
from mailsvc.documents.extraction.catalogue import config_folder

HOUR_MS = 3_600_000
_DAY = timedelta(days=1)
_SEARCH_DAYS = 400  # no office is closed longer


@dataclass(frozen=True, slots=True)
class Hours:
    """Office hours from a day on. `weekdays`: 1 is Monday; `sessions`: (begin, end) of morning and afternoon."""

    valid_from: date
    weekdays: frozenset[int]
    sessions: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day off, or a made-up working day (`works`). Not `confirmed`: follows from the law, not yet announced."""

    day: date
    name: str
    works: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A day off on the same date of every year from a day on."""

    month_day: str
    name: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class _Tables:
    hours: tuple[Hours, ...]
    fixed: tuple[_Fixed, ...]
    special: dict[date, SpecialDay]


@dataclass(frozen=True, slots=True)
class _Year:
    """Sums from 1 January: at [n] the working days, and their milliseconds, of the first n days of the year."""

    days: tuple[int, ...]
    time_ms: tuple[int, ...]


# ---- days ---------------------------------------------------------------------------------------------------
def is_working_day(day: date) -> bool:
    """Whether the office works on that day."""
    place = day.timetuple().tm_yday
    sums = _year(day.year).days
    return sums[place] > sums[place - 1]


def special_day(day: date) -> SpecialDay | None:
    """The holiday or made-up working day, None on an ordinary day."""
    tables = _tables()
    found = tables.special.get(day)
    if found is not None:
        return found
    for fixed in tables.fixed:
        if fixed.month_day == f"{day:%m-%d}" and fixed.valid_from <= day:
            return SpecialDay(day, fixed.name, False, True)
    return None


def special_days(year: int) -> list[SpecialDay]:
    """All holidays and made-up days of the year in order."""
    days = (date(year, 1, 1) + n * _DAY for n in range(366))
    return [found for day in days if day.year == year and (found := special_day(day))]


def is_known_year(year: int) -> bool:
    """Whether the year's own days (Tết, Giỗ Tổ, exchanges) stand in the table; else only weekends and fixed days."""
    return any(day.year == year for day in _tables().special)


def next_working_day(day: date) -> date:
    """The first working day after that day."""
    return add_working_days(day, 1)


def working_day_from(day: date) -> date:
    """The day itself when the office works on it, else the next working day."""
    return day if is_working_day(day) else next_working_day(day)


def add_working_days(day: date, count: int) -> date:
    """The working day that lies `count` working days after (before, when negative) the day.

    With 0 the day itself. A day off counts as the working day before it: Friday + 1 and Saturday + 1 are Monday.
    """
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day = _nearest(day + step, step)
    return day


def _nearest(day: date, step: timedelta) -> date:
    for _ in range(_SEARCH_DAYS):
        if is_working_day(day):
            return day
        day += step
    raise ValueError("config/holidays.toml leaves no working day in a year")


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` up to and including `last`; negative when `last` lies before `first`."""
    return _sum("days", last) - _sum("days", first) if first <= last else -working_days_between(last, first)


# ---- sessions and moments -----------------------------------------------------------------------------------
def sessions(day: date) -> tuple[tuple[int, int], ...]:
    """(begin, end) in ms of the sessions of a working day, morning first; empty on a day off."""
    if not is_working_day(day):
        return ()
    return tuple((moment(day, begin), moment(day, end)) for begin, end in _hours(day).sessions)


def moment(day: date, at: time) -> int:
    """The moment in ms of that hour at the office."""
    return int(datetime.combine(day, at, OFFICE_ZONE).timestamp()) * 1000


def midnight(day: date) -> int:
    """When the calendar day begins at the office, in ms."""
    return moment(day, time())


def end_of_day(day: date) -> int:
    """When work ends on that day, in ms (by the office hours, also on a day off)."""
    return moment(day, _hours(day).sessions[-1][1])


def end_of_morning(day: date) -> int:
    """When the morning session ends on that day, in ms: “buổi sáng” of a deadline lasts until then."""
    return moment(day, _hours(day).sessions[0][1])


def next_morning(at_ms: int) -> int:
    """The end of the morning of the next working day: “chậm nhất sáng ngày làm việc tiếp theo” (QĐ 28/2018 Đ6.2)."""
    return end_of_morning(next_working_day(office_datetime(at_ms).date()))


def next_working_day_end(at_ms: int) -> int:
    """The end of work of the next working day: “chậm nhất ngày làm việc tiếp theo” (NĐ 30/2020 Đ4, Đ15, Đ18, Đ23)."""
    return end_of_day(next_working_day(office_datetime(at_ms).date()))


def is_working_moment(at_ms: int) -> bool:
    """Whether the office works at that moment."""
    return any(begin <= at_ms < end for begin, end in sessions(office_datetime(at_ms).date()))


def next_working_moment(at_ms: int) -> int:
    """The moment itself within a session, else the beginning of the next session."""
    day = office_datetime(at_ms).date()
    for begin, end in sessions(day):
        if at_ms < end:
            return max(at_ms, begin)
    return sessions(next_working_day(day))[0][0]


def working_time_between(first_ms: int, last_ms: int) -> int:
    """Working time between two moments in ms; negative when the second is the earlier."""
    return _worked(last_ms) - _worked(first_ms) if first_ms <= last_ms else -working_time_between(last_ms, first_ms)


def add_working_time(at_ms: int, length_ms: int) -> int:
    """The moment at which `length_ms` of working time have passed; at the very end of a session that end."""
    left = length_ms
    day = office_datetime(at_ms).date()
    while True:
        for begin, end in sessions(day):
            start = max(at_ms, begin)
            if start < end and left <= end - start:
                return start + left
            left -= max(0, end - start)
        day = next_working_day(day)


# ---- the state of a deadline --------------------------------------------------------------------------------
LATE, TODAY, SOON, ON_TIME, OPEN = "late", "today", "soon", "on_time", "open"


def days_left(deadline: date, today: date) -> int:
    """Working days from today to the deadline: 0 on the day itself, negative once it has passed."""
    left = working_days_between(today, deadline)
    return left if left or deadline == today else (1 if deadline > today else -1)


def standing(deadline: date | None, today: date) -> str:
    """The colour of a line (handbook §7.4): late, today, soon (within 1 working day), on_time, open (no deadline)."""
    if deadline is None:
        return OPEN
    if deadline < today:
        return LATE
    if deadline == today:
        return TODAY
    return SOON if days_left(deadline, today) <= 1 else ON_TIME


# ---- tables -------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def _tables() -> _Tables:
    with open(config_folder() / "holidays.toml", "rb") as file:
        data = tomllib.load(file)
    hours = sorted((_read_hours(one) for one in data["hours"]), key=lambda one: one.valid_from)
    fixed = tuple(_Fixed(one["day"], one["name"], one["valid_from"]) for one in data.get("fixed", ()))
    return _Tables(tuple(hours), fixed, {one.day: one for one in _read_days(data)})


def _read_hours(data: dict[str, Any]) -> Hours:
    both = (tuple(data["morning"]), tuple(data["afternoon"]))
    return Hours(data["valid_from"], frozenset(data["weekdays"]), tuple((begin, end) for begin, end in both))


def _read_days(data: dict[str, Any]) -> Iterator[SpecialDay]:
    for kind in ("off", "work"):
        for one in data.get(kind, ()):
            for day in one["days"]:
                yield SpecialDay(day, one["name"], kind == "work", one["confirmed"])


def _hours(day: date) -> Hours:
    """The office hours of that day; before the first rule those of the first."""
    known = _tables().hours
    return known[max(0, bisect_right([one.valid_from for one in known], day) - 1)]


@lru_cache(maxsize=64)
def _year(year: int) -> _Year:
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    worked = [_works(first + n * _DAY) for n in range(length)]
    lengths = [_length(first + n * _DAY) if works else 0 for n, works in enumerate(worked)]
    return _Year(tuple(accumulate(worked, initial=0)), tuple(accumulate(lengths, initial=0)))


def _works(day: date) -> bool:
    special = special_day(day)
    return special.works if special else day.isoweekday() in _hours(day).weekdays


def _length(day: date) -> int:
    return sum(moment(day, end) - moment(day, begin) for begin, end in _hours(day).sessions)


_FIRST_YEAR = 1990


def _sum(what: str, day: date) -> int:
    """Working days or ms from 1990 up to and including the day (negative before)."""
    return _before(what, day.year) + _sums(what, day.year)[day.timetuple().tm_yday]


def _sums(what: str, year: int) -> tuple[int, ...]:
    return _year(year).days if what == "days" else _year(year).time_ms


@lru_cache(maxsize=256)
def _before(what: str, year: int) -> int:
    if year >= _FIRST_YEAR:
        return sum(_sums(what, one)[-1] for one in range(_FIRST_YEAR, year))
    return -sum(_sums(what, one)[-1] for one in range(year, _FIRST_YEAR))


def _worked(at_ms: int) -> int:
    """Working ms from 1990 to the moment."""
    day = office_datetime(at_ms).date()
    return _sum("time_ms", day - _DAY) + sum(max(0, min(at_ms, end) - begin) for begin, end in sessions(day))
