"""Spans of days that reports are about: weeks from Monday to Sunday, months, any span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mailsvc.core.errors import Phrase
from mailsvc.documents import calendar

WEEK, MONTH, SPAN = "week", "month", "span"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    kind: str
    first: date
    last: date

    @property
    def first_ms(self) -> int:
        return calendar.midnight(self.first)

    @property
    def end_ms(self) -> int:
        """The moment after the last day."""
        return calendar.midnight(self.last + _DAY)

    @property
    def words(self) -> Phrase:
        """`tuần từ 23/11/2026 đến 29/11/2026` · `tháng 11/2026` · `từ 01/11/2026 đến 15/11/2026`"""
        if self.kind == MONTH:
            return Phrase("tháng %(month)s/%(year)s", month=self.first.month, year=self.first.year)
        days = {"first": f"{self.first:%d/%m/%Y}", "last": f"{self.last:%d/%m/%Y}"}
        if self.kind == WEEK:
            return Phrase("tuần từ %(first)s đến %(last)s", **days)
        return Phrase("từ %(first)s đến %(last)s", **days)

    def before(self) -> Period:
        """The week or month before; a span of the same length."""
        if self.kind == MONTH:
            return month_of(self.first - _DAY)
        length = self.last - self.first + _DAY
        return Period(self.kind, self.first - length, self.last - length)


def week_of(day: date) -> Period:
    monday = day - (day.isoweekday() - 1) * _DAY
    return Period(WEEK, monday, monday + 6 * _DAY)


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(MONTH, first, (first + 31 * _DAY).replace(day=1) - _DAY)


def span(first: date, last: date) -> Period:
    """Any days; turned round when the last comes first."""
    return Period(SPAN, min(first, last), max(first, last))
