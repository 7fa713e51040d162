"""Times, sizes and counts as the office writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from webmail import words


def at(text: str) -> int:
    """A moment at the office, as milliseconds."""
    return int(datetime.fromisoformat(text + "+07:00").astimezone(UTC).timestamp() * 1000)


NOW = at("2026-11-23T14:30")


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-23T08:05", "08:05"),
        ("2026-11-23T00:00", "00:00"),
        ("2026-11-22T23:59", "Hôm qua 23:59"),
        ("2026-11-19T08:15", "Thứ Năm 08:15"),
        ("2026-11-17T08:15", "Thứ Ba 08:15"),
        ("2026-11-16T08:15", "16/11"),
        ("2025-12-31T08:15", "31/12/2025"),
        ("2026-11-24T08:15", "24/11"),
    ],
)
def test_short_times(moment: str, shown: str) -> None:
    assert words.short_time(at(moment), NOW) == shown


def test_long_times() -> None:
    assert words.long_time(NOW) == "Thứ Hai, 23/11/2026, 14:30"
    assert words.machine_time(NOW) == "2026-11-23T14:30+07:00"


@pytest.mark.parametrize(
    ("iso", "shown"),
    [("2026-11-23", "23/11/2026"), ("", ""), (None, ""), ("31/02/2026", "31/02/2026"), ("hôm nào", "hôm nào")],
)
def test_days(iso: str | None, shown: str) -> None:
    assert words.day(iso) == shown


@pytest.mark.parametrize(
    ("iso", "shown"),
    [("2026-11-25", "còn 2 ngày"), ("2026-11-23", "hôm nay"), ("2026-11-20", "quá hạn 3 ngày"), ("", "")],
)
def test_deadlines(iso: str, shown: str) -> None:
    assert words.due(iso, date(2026, 11, 23)) == shown


def test_sizes_counts_and_waits() -> None:
    assert [words.size(n) for n in (12, 320 * 1024, 1_468_006)] == ["12 byte", "320 KB", "1,4 MB"]
    assert words.count(1234567) == "1.234.567"
    assert [words.badge(n) for n in (0, 7, 100)] == ["", "7", "99+"]
    assert [words.wait(n) for n in (900, 45_000, 180_000)] == ["1 giây", "45 giây", "3 phút"]
