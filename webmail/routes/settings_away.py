"""Trả lời khi vắng mặt: from day to day, what is said, to whom; and the way out of it from any page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from starlette.responses import Response

from mailsvc.core.clock import office_date
from mailsvc.core.errors import Phrase
from mailsvc.http.paths import local_path
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import vacation
from mailsvc.mail.vacation import Terms
from mailsvc.store import accounts, vacations
from mailsvc.store.vacations import Vacation
from webmail.forms import calendar_day
from webmail.i18n import N_, _, said
from webmail.pages import go, page

PAGE = "/cai-dat/vang-mat"
TO_ALL, TO_HOUSE = "tat-ca", "co-quan"
AUDIENCES = {TO_ALL: N_("Mọi người viết cho bạn"), TO_HOUSE: N_("Chỉ người trong cơ quan, đã đăng nhập khi gửi")}
_TYPED_LIMIT = 50_000  # more than may be kept, so that what is too long comes back to be shortened


async def form(visit: Visit) -> Response:
    """The answer as it was kept, or a text to begin with."""
    me = visit.who.account
    kept = await visit.office.db.read(vacations.find, me.id)
    today = office_date(visit.office.clock.now_ms())
    given = kept or Vacation(first_day=today.isoformat(), text=vacation.suggested(me.full_name, me.position))
    if not given.active and given.last_day < today.isoformat():
        given = replace(given, first_day=today.isoformat(), last_day="")
    return await _page(visit, _shown(given), {}, preview=kept is not None)


async def save(visit: Visit) -> Response:
    """Keep it; or only show what would go out, when that was asked for."""
    terms = _terms(visit)
    today = office_date(visit.office.clock.now_ms())
    wrong = vacation.faults(terms, today)
    if wrong or visit.field("viec", 10) == "xem":
        return await _page(visit, _typed(visit), wrong, status=422 if wrong else 200, preview=True)
    await visit.office.db.write(vacation.save, visit.actor, terms)
    return go(visit, PAGE, _told(terms, today))


def _told(terms: Terms, today: date) -> str:
    if not terms.on or terms.first is None or terms.last is None:
        return _("Đã lưu; trả lời khi vắng mặt đang tắt.")
    if terms.first > today:
        return _("Đã lưu; bắt đầu trả lời từ ngày %(day)s.", day=f"{terms.first:%d/%m/%Y}")
    return _("Đã bật; tự tắt sau ngày %(day)s.", day=f"{terms.last:%d/%m/%Y}")


async def turn_off(visit: Visit) -> Response:
    """From the line that stands on every page; back to the page where it was pressed."""
    await visit.office.db.write(vacation.switch, visit.actor, False)
    back = local_path(visit.field("ve"), PAGE)
    return go(visit, back, _("Đã tắt trả lời khi vắng mặt."), PAGE + "/bat")


async def turn_on(visit: Visit) -> Response:
    """The way back: on again as it was. Raises Invalid when its days are over."""
    await visit.office.db.write(vacation.switch, visit.actor, True)
    return go(visit, local_path(visit.field("ve"), PAGE), _("Đã bật lại trả lời khi vắng mặt."))


def _terms(visit: Visit) -> Terms:
    typed = _typed(visit)
    days = calendar_day(typed["tu_ngay"]), calendar_day(typed["den_ngay"])
    return Terms(typed["bat"] == "1", *days, typed["chu_de"], typed["chu"], typed["ai"] == TO_HOUSE)


def _typed(visit: Visit) -> dict[str, str]:
    """What stands in the fields; a day in the form that a date field takes, where it can be read."""
    typed = {name: visit.field(name, _TYPED_LIMIT) for name in ("bat", "tu_ngay", "den_ngay", "chu_de", "chu", "ai")}
    for name in ("tu_ngay", "den_ngay"):
        day = calendar_day(typed[name])
        typed[name] = day.isoformat() if day else typed[name]
    return typed


def _shown(given: Vacation) -> dict[str, str]:
    return {
        "bat": str(given.active),
        "tu_ngay": given.first_day,
        "den_ngay": given.last_day,
        "chu_de": given.subject,
        "chu": given.text,
        "ai": TO_HOUSE if given.inside_only else TO_ALL,
    }


async def _page(
    visit: Visit, typed: dict[str, str], wrong: dict[str, Phrase], *, status: int = 200, preview: bool
) -> Response:
    names = {"first": "tu_ngay", "last": "den_ngay", "subject": "chu_de", "text": "chu"}
    address = await visit.office.db.read(accounts.primary_address, visit.who.account.id)
    values: dict[str, Any] = {
        "typed": typed,
        "wrong": {names[field]: said(fault) for field, fault in wrong.items()},
        "audiences": AUDIENCES,
        "from_address": address,
        "sample_subject": typed["chu_de"] or vacation.PREFIX + _("(chủ đề của thư nhận được)"),
        "sample_text": vacation.body(typed["chu"]) if preview and typed["chu"] else "",
        "limits": (vacation.SUBJECT_LIMIT, vacation.TEXT_LIMIT),
    }
    return await page(visit, "settings_away.html", status=status, **values)


ROUTES = (get(PAGE, form), post(PAGE, save), post(PAGE + "/tat", turn_off), post(PAGE + "/bat", turn_on))
