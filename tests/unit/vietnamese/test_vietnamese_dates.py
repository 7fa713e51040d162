"""Dates as people and mail programs write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsvc.vietnamese.dates import format_date, long_date, parse_date, parse_moment


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("ngày 05 tháng 3 năm 2026", "2026-03-05"),
        ("Tây Ninh, ngày 5 tháng 03 năm 2026", "2026-03-05"),
        ("05/3/2026", "2026-03-05"),
        ("5.3.2026", "2026-03-05"),
        ("5 - 3 - 2026", "2026-03-05"),
        ("2026-03-05", "2026-03-05"),
        ("Th 5, 3 thg 9, 2026", "2026-09-03"),
        ("Thứ Hai, 19 Tháng Một, 2026", "2026-01-19"),
        ("19 tháng mười hai năm 2026", "2026-12-19"),
        ("19 tháng giêng năm 2026", "2026-01-19"),
        ("tháng 7 14, 2026", "2026-07-14"),
        ("Tuesday, May 12, 2026", "2026-05-12"),
        ("14 July 2026", "2026-07-14"),
        ("5/13/2026", "2026-05-13"),
        ("29/02/2027", None),
        ("ngày … tháng … năm 2026", None),
        ("1234567890/1/2026", None),
        ("", None),
    ],
)
def test_days(text: str, iso: str | None) -> None:
    assert parse_date(text) == iso


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Th 5, 3 thg 9, 2026 vào lúc 08:15", "2026-09-03T01:15"),
        ("Tue, Jul 14, 2026 at 5:12\u202fPM", "2026-07-14T10:12"),
        ("14 July 2026 at 16:12:00 GMT+7", "2026-07-14T09:12"),
        ("16:12:00 14 thg 7, 2026 GMT+7", "2026-07-14T09:12"),
        ("Tuesday, May 12, 2026 9:45 AM", "2026-05-12T02:45"),
        ("Thứ Ba, 12 tháng 5, 2026 9:45 CH", "2026-05-12T14:45"),
        ("12 Tháng Năm 2026 12:05 SA", "2026-05-11T17:05"),
        ("12 Tháng Năm 2026 12:05 CH", "2026-05-12T05:05"),
        ("lúc 16 giờ 05 ngày 06/10/2026", "2026-10-06T09:05"),
        ("06/10/2026 8h05", "2026-10-06T01:05"),
        ("2026-07-14 16:12 +0200", "2026-07-14T14:12"),
        ("2026-07-14 16:12 UTC", "2026-07-14T16:12"),
        ("Wed, 04 Mar 2026 07:36:00 +0700", "2026-03-04T00:36"),
        ("12/5/2026", None),
        ("25:99 12/5/2026", None),
    ],
)
def test_moments(text: str, utc: str | None) -> None:
    expected = None if utc is None else int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp() * 1000)
    assert parse_moment(text) == expected


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_what_is_written_is_read_again(day: date) -> None:
    iso = day.isoformat()
    assert parse_date(format_date(iso)) == parse_date(long_date(iso)) == iso


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    parse_date(text)
    parse_moment(text + " 1:1 1/1/0001 gmt+99:99")


def test_long_form_has_the_zeros_of_the_decree() -> None:
    assert long_date("2026-02-05") == "ngày 05 tháng 02 năm 2026"
    assert long_date("2026-11-15") == "ngày 15 tháng 11 năm 2026"
    assert format_date("2026-03-05") == "05/03/2026" and format_date("x") == "x"
