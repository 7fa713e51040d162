"""The working calendar against the announced holidays of 2026 and a day-by-day count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.core.clock import OFFICE_ZONE
from mailsvc.documents import calendar

DAYS = st.dates(date(2025, 6, 1), date(2028, 6, 1))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),
        ("2026-01-02", False),  # exchanged
        ("2026-01-10", True),  # Saturday, made up
        ("2026-01-17", False),  # Saturday
        ("2026-02-13", True),
        *[(f"2026-02-{day}", False) for day in range(14, 23)],
        ("2026-02-23", True),
        ("2026-04-27", False),
        ("2026-04-29", True),
        ("2026-04-30", False),
        ("2026-05-01", False),
        ("2026-08-22", True),
        ("2026-08-31", False),
        ("2026-09-01", False),
        ("2026-09-02", False),
        ("2026-09-03", True),
        ("2027-04-16", False),
        ("2027-05-03", False),
        ("2031-09-02", False),  # a year that is not in the table yet still has the fixed days
    ],
)
def test_days(day: str, works: bool) -> None:
    assert calendar.is_working_day(date.fromisoformat(day)) is works


def test_working_days_step_over_tet() -> None:
    assert calendar.add_working_days(date(2026, 2, 12), 3) == date(2026, 2, 24)
    assert calendar.add_working_days(date(2026, 2, 24), -3) == date(2026, 2, 12)
    assert calendar.add_working_days(date(2026, 1, 9), 1) == date(2026, 1, 10)
    assert calendar.add_working_days(date(2026, 1, 17), 1) == date(2026, 1, 19)
    assert calendar.working_day_from(date(2026, 2, 14)) == date(2026, 2, 23)


def test_working_time() -> None:
    assert calendar.working_time_between(at("2026-03-05T11:00"), at("2026-03-05T14:00")) == calendar.HOUR_MS
    assert calendar.working_time_between(at("2026-02-13T16:00"), at("2026-02-23T08:00")) == 2 * calendar.HOUR_MS
    assert calendar.working_time_between(at("2026-02-14T00:00"), at("2026-02-22T23:59")) == 0
    assert calendar.add_working_time(at("2026-02-13T16:00"), 4 * calendar.HOUR_MS) == at("2026-02-23T10:00")
    assert calendar.add_working_time(at("2026-03-07T20:00"), calendar.HOUR_MS) == at("2026-03-09T08:00")


def test_moments_of_the_law() -> None:
    friday_evening = at("2026-02-13T18:20")
    assert calendar.next_working_moment(friday_evening) == at("2026-02-23T07:00")
    assert calendar.next_morning(friday_evening) == at("2026-02-23T11:30")
    assert calendar.next_working_day_end(friday_evening) == at("2026-02-23T17:00")
    assert calendar.next_working_moment(at("2026-03-05T12:00")) == at("2026-03-05T13:30")
    assert calendar.next_working_moment(at("2026-03-05T09:01")) == at("2026-03-05T09:01")
    assert calendar.is_working_moment(at("2026-03-05T07:00"))
    assert not calendar.is_working_moment(at("2026-03-05T17:00"))


def test_standing_of_a_deadline() -> None:
    friday = date(2026, 2, 13)
    assert calendar.standing(None, friday) == calendar.OPEN
    assert calendar.standing(date(2026, 2, 12), friday) == calendar.LATE
    assert calendar.standing(friday, friday) == calendar.TODAY
    assert calendar.standing(date(2026, 2, 23), friday) == calendar.SOON
    assert calendar.standing(date(2026, 2, 24), friday) == calendar.ON_TIME
    assert calendar.days_left(date(2026, 2, 11), friday) == -2


@given(DAYS, DAYS)
def test_between_is_the_count_of_days(first: date, last: date) -> None:
    low, high = sorted((first, last))
    days = [low + timedelta(n) for n in range(1, (high - low).days + 1)]
    count = sum(calendar.is_working_day(day) for day in days)
    assert calendar.working_days_between(low, high) == count
    assert calendar.working_days_between(high, low) == -count
    span = calendar.working_time_between(calendar.moment(low, time(23)), calendar.moment(high, time(23)))
    assert span == count * 8 * calendar.HOUR_MS


@given(st.integers(at("2025-12-01T00:00"), at("2027-12-01T00:00")), st.integers(1, 400 * calendar.HOUR_MS))
def test_added_time_is_the_time_between(moment: int, length: int) -> None:
    assert calendar.working_time_between(moment, calendar.add_working_time(moment, length)) == length


@given(DAYS, st.integers(-60, 60))
def test_added_days_are_the_days_between(day: date, count: int) -> None:
    target = calendar.add_working_days(day, count)
    if count:
        assert calendar.is_working_day(target)
    if count >= 0:
        assert calendar.working_days_between(day, target) == count


def test_what_must_be_confirmed_is_told() -> None:
    assert calendar.is_known_year(2027)
    assert not calendar.is_known_year(2031)
    open_days = [one.day for one in calendar.special_days(2027) if not one.confirmed]
    assert date(2027, 2, 6) in open_days
    assert all(one.confirmed for one in calendar.special_days(2026))
