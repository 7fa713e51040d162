"""The clock, so that tests set the time instead of waiting for it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
YEARS = range(1900, 3000)
"""The years of a day that somebody types; around each such day there are others to reckon with."""


class Clock(Protocol):
    """Gives the present as milliseconds since 1970 UTC."""

    def now_ms(self) -> int: ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands where the test puts it."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def advance(self, milliseconds: int) -> None:
        self._now_ms += milliseconds


def office_datetime(ms: int) -> datetime:
    """The moment in the office's zone (+07:00)."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(OFFICE_ZONE)


def office_date(ms: int) -> date:
    """The calendar day of the moment at the office; registers and years follow it."""
    return office_datetime(ms).date()
