"""When a reminder is due: pure reckoning with the working calendar and the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from mailsvc.core.clock import office_date, office_datetime
from mailsvc.documents import calendar
from mailsvc.documents.calendar import HOUR_MS
from mailsvc.documents.following.due import Due
from mailsvc.documents.following.rules import ClockRule, Rules

WARN, LATE = "warn", "late"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reminder that falls now. `name` with the thing and the person is what happens once; `days`: working days from
    the deadline (negative before), None for a clock."""

    name: str
    to: frozenset[str]
    days: int | None = None


def of_day(due: Due, rules: Rules, now_ms: int) -> Occasion | None:
    """The reminder of an item with a deadline that is a day: the latest step whose day has come.

    Steps that were passed over (the service stood still) are not made up one by one. A step on or before the day it
    was given on is none: the mail that gave it told the deadline. The name holds the deadline: a new one begins anew.
    """
    moment = office_datetime(now_ms)
    if due.deadline is None or not calendar.is_working_day(moment.date()) or moment.time() < rules.send_from:
        return None
    given = office_date(due.given_ms)
    latest: Occasion | None = None
    for days, to in _steps(rules):
        day = step_day(due.deadline, days)
        if given < day <= moment.date():
            latest = Occasion(f"T{days:+d}@{due.deadline.isoformat()}", to, days)
    return latest


def _steps(rules: Rules) -> Iterator[tuple[int, frozenset[str]]]:
    for step in rules.steps:
        yield step.day, step.to
    last = rules.steps[-1]
    for number in range(1, rules.repeat_times + 1):
        yield last.day + number * rules.repeat_days, last.to


@lru_cache(maxsize=1 << 14)
def step_day(deadline: date, days: int) -> date:
    """The working day of a step. A deadline on a day off counts, before it, as the working day in front of it."""
    if days > 0:
        return calendar.add_working_days(deadline, days)
    last = deadline if calendar.is_working_day(deadline) else calendar.add_working_days(deadline, -1)
    return calendar.add_working_days(last, days)


def of_clock(due: Due, rule: ClockRule, now_ms: int) -> Occasion | None:
    """The reminder of an item with a limit: announced some working hours before, told when it has passed."""
    if due.limit_ms is None or not calendar.is_working_moment(now_ms):
        return None
    if now_ms >= due.limit_ms:
        return Occasion(f"{LATE}@{due.limit_ms}", rule.late_to)
    warn_ms = int(rule.warn_hours * HOUR_MS)
    long_enough = calendar.working_time_between(due.given_ms, due.limit_ms) > warn_ms
    if long_enough and calendar.working_time_between(now_ms, due.limit_ms) <= warn_ms:
        return Occasion(f"{WARN}@{due.limit_ms}", rule.to)
    return None


def limit_of(rule: ClockRule, since_ms: int, urgent: bool) -> int:
    """When a clock that began at that moment ends. What comes after hours begins with the next working moment."""
    if urgent:
        return calendar.add_working_time(since_ms, int(rule.urgent_hours * HOUR_MS))
    if rule.limit == "hours":
        return calendar.add_working_time(since_ms, int(rule.hours * HOUR_MS))
    begun = calendar.next_working_moment(since_ms)
    return calendar.next_morning(begun) if rule.limit == "next_morning" else calendar.next_working_day_end(begun)
