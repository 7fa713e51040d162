"""How the office writes days, times, sizes and counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from mailsvc.core.clock import office_datetime
from webmail.i18n import N_, _

_DAYS = (N_("Thứ Hai"), N_("Thứ Ba"), N_("Thứ Tư"), N_("Thứ Năm"), N_("Thứ Sáu"), N_("Thứ Bảy"), N_("Chủ nhật"))


def short_time(ms: int, now_ms: int) -> str:
    """For lists: 14:30 · Hôm qua 16:05 · Thứ Năm 08:15 · 23/11 · 23/11/2025."""
    moment, now = office_datetime(ms), office_datetime(now_ms)
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M}"
    if days == 1:
        return _("Hôm qua %(moment)s", moment=f"{moment:%H:%M}")
    if 1 < days < 7:
        return f"{_(_DAYS[moment.weekday()])} {moment:%H:%M}"
    return f"{moment:%d/%m}" if moment.year == now.year else f"{moment:%d/%m/%Y}"


def long_time(ms: int) -> str:
    """Thứ Hai, 23/11/2026, 14:30"""
    moment = office_datetime(ms)
    return f"{_(_DAYS[moment.weekday()])}, {moment:%d/%m/%Y, %H:%M}"


def machine_time(ms: int) -> str:
    """For the datetime attribute."""
    return office_datetime(ms).isoformat(timespec="minutes")


def day(iso: str | None) -> str:
    """An ISO date as 23/11/2026; what is no date stays as it is."""
    try:
        return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""
    except ValueError:
        return iso or ""


def due(iso: str | None, today: date) -> str:
    """A deadline as people say it: còn 2 ngày · hôm nay · quá hạn 3 ngày."""
    try:
        left = (date.fromisoformat(iso or "") - today).days
    except ValueError:
        return ""
    if left == 0:
        return _("hôm nay")
    return _("còn %(left)s ngày", left=left) if left > 0 else _("quá hạn %(left)s ngày", left=-left)


def size(octets: int) -> str:
    """12,5 GB; 1,4 MB; 320 KB; 12 byte"""
    if octets < 1024:
        return f"{octets} byte"
    if octets < 1024 * 1024:
        return f"{round(octets / 1024)} KB"
    if octets < 1024 * 1024 * 1024:
        return f"{octets / 1024 / 1024:.1f} MB".replace(".", ",")
    return f"{octets / 1024 / 1024 / 1024:.1f} GB".replace(".", ",")


def count(number: int) -> str:
    """1.234"""
    return f"{number:,}".replace(",", ".")


def badge(number: int) -> str:
    """A number beside a name: nothing for zero, 99+ for many."""
    return "" if number <= 0 else "99+" if number > 99 else str(number)


def wait(milliseconds: int) -> str:
    """How long to wait: 45 giây; 3 phút."""
    length = timedelta(milliseconds=milliseconds)
    seconds = -(-length // timedelta(seconds=1))
    return _("%(seconds)s giây", seconds=seconds) if seconds < 120 else _("%(value)s phút", value=-(-seconds // 60))


def today_words(now: datetime) -> str:
    """Thứ Hai, 23/11/2026"""
    return f"{_(_DAYS[now.weekday()])}, {now:%d/%m/%Y}"
