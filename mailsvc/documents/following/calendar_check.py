"""Next year's holidays must stand in config/holidays.toml before the year begins: deadlines are reckoned by them."""

from __future__ import annotations

from mailsvc.core.clock import office_datetime
from mailsvc.documents import calendar
from mailsvc.documents.following import people
from mailsvc.documents.following.rules import rules_on
from mailsvc.documents.rights.units import main_organisation
from mailsvc.mail import notice
from mailsvc.mail.notice import Notice
from mailsvc.store import following
from mailsvc.store.tx import Tx

ASKED_FROM = 12  # month


def remind(tx: Tx) -> int:
    """In December, tell the head of the Office once that next year is missing or not confirmed; how many mails."""
    moment = office_datetime(tx.now_ms)
    year = moment.year + 1
    in_time = calendar.is_working_day(moment.date()) and moment.time() >= rules_on(moment.date()).send_from
    if moment.month < ASKED_FROM or not in_time:
        return 0
    open_days = [one for one in calendar.special_days(year) if not one.confirmed]
    if calendar.is_known_year(year) and not open_days:
        return 0
    chiefs = people.present(tx, people.chiefs_of(tx, main_organisation(tx)))
    claims = {one: following.claim(tx, f"calendar/{year}", str(moment.year), one) for one in chiefs}
    fresh = [one for one, claim in claims.items() if claim is not None]
    if not fresh:
        return 0
    content_id = notice.post(tx, fresh, _notice(year, [f"{one.day:%d/%m/%Y} {one.name}" for one in open_days]))
    if content_id is None:
        return 0
    following.keep_mail(tx, [claim for claim in claims.values() if claim is not None], content_id)
    return 1


def _notice(year: int, open_days: list[str]) -> Notice:
    what = "chưa có ngày nghỉ của năm" if not open_days else "có ngày nghỉ chưa được xác nhận"
    lines = [
        f"Lịch làm việc (config/holidays.toml) {what} {year}. Mọi hạn xử lý tính theo lịch này.",
        *(f"- {one}" for one in open_days),
        "",
        "Xin cho quản trị ghi theo thông báo nghỉ lễ, Tết của năm đó rồi khởi động lại dịch vụ.",
    ]
    return Notice("calendar", f"Lịch nghỉ năm {year} cần xác nhận", "\n".join(lines) + "\n")
