"""The card of an invitation: what, when, where, with whom, and what the reader has answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailsvc.core.clock import office_datetime
from mailsvc.http.visits import Visit
from mailsvc.mail import invitations
from mailsvc.message.invitation import Attendee, Invitation
from webmail.i18n import N_, _
from webmail.opening import Placed

_DAYS = (N_("Thứ Hai"), N_("Thứ Ba"), N_("Thứ Tư"), N_("Thứ Năm"), N_("Thứ Sáu"), N_("Thứ Bảy"), N_("Chủ nhật"))
_REPEATS = {
    "DAILY": N_("Lặp lại hằng ngày"),
    "WEEKLY": N_("Lặp lại hằng tuần"),
    "MONTHLY": N_("Lặp lại hằng tháng"),
    "YEARLY": N_("Lặp lại hằng năm"),
}
STATES = {
    "ACCEPTED": N_("nhận lời"),
    "DECLINED": N_("từ chối"),
    "TENTATIVE": N_("chưa chắc"),
    "NEEDS-ACTION": N_("chưa trả lời"),
    "DELEGATED": N_("cử người khác"),
}
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Card:
    """`own` is as whom the reader answers, None when there is nothing to answer; `given` what he answered;
    `problem` why the answer just tried was not sent."""

    invitation: Invitation
    when: str
    repeats: str
    people: tuple[tuple[str, str], ...]
    more: int
    own: Attendee | None
    given: str
    past: bool
    problem: str = ""


async def card(visit: Visit, opened: Placed, invitation: Invitation) -> Card:
    """What the page shows of it."""
    own = None
    if invitation.method == "REQUEST" and not invitation.cancelled and invitation.organizer is not None:
        own = await me(visit, opened, invitation)
    shown = invitation.attendees[:_NAMED]
    return Card(
        invitation=invitation,
        when=when(invitation),
        repeats=repeats(invitation),
        people=tuple((one.name or one.address, _(STATES.get(one.status, STATES["NEEDS-ACTION"]))) for one in shown),
        more=len(invitation.attendees) - len(shown),
        own=own,
        given=invitations.given(opened.line.keywords),
        past=invitation.end_ms < visit.office.clock.now_ms() and not invitation.repeats,
    )


async def me(visit: Visit, opened: Placed, invitation: Invitation) -> Attendee | None:
    """As whom the reader answers."""
    domains, owner = visit.office.settings.organisation.domains, opened.folder.box.account_id
    return await visit.office.db.read(invitations.attendee, domains, visit.who.account.id, owner, invitation)


def when(invitation: Invitation) -> str:
    """In words and in the office's time: "Thứ Hai, 05/10/2026, 07:30 – 08:30"."""
    start, end = office_datetime(invitation.start_ms), office_datetime(invitation.end_ms)
    if invitation.whole_days:
        last = office_datetime(max(invitation.start_ms, invitation.end_ms - 1))
        if last.date() == start.date():
            return _("%(day)s, cả ngày", day=_day(start))
        return _("từ %(first)s đến hết %(last)s", first=_day(start), last=_day(last))
    if end == start:
        return f"{_day(start)}, {start:%H:%M}"
    if end.date() == start.date():
        return f"{_day(start)}, {start:%H:%M} – {end:%H:%M}"
    return f"{_day(start)}, {start:%H:%M} – {_day(end)}, {end:%H:%M}"


def repeats(invitation: Invitation) -> str:
    """How it repeats, '' for a single event; only one of a series says that it is one."""
    if invitation.single:
        return _("Chỉ riêng buổi này của lịch lặp lại")
    words = _REPEATS.get(invitation.repeats)
    if words is None:
        return ""
    if invitation.until_ms is None:
        return _(words)
    return _("%(how)s, đến %(day)s", how=_(words), day=f"{office_datetime(invitation.until_ms):%d/%m/%Y}")


def _day(moment: datetime) -> str:
    return f"{_(_DAYS[moment.weekday()])}, {moment:%d/%m/%Y}"
