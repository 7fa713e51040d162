"""Việc của tôi, and the list of what clerks and leaders follow up."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import Refused
from mailsvc.documents.my_work import my_work
from mailsvc.documents.routing import listing
from mailsvc.documents.routing.listing import FollowUp
from mailsvc.documents.routing.rules import rules
from mailsvc.http.visits import Visit, get
from mailsvc.store.tx import Tx
from webmail import quick, views
from webmail.house_words import spoken
from webmail.i18n import N_
from webmail.pages import page

WORK = "/viec"
FOLLOW_UP = "/van-ban-den/theo-doi"
TITLES = {
    listing.NOT_SUBMITTED: N_("Chưa chuyển"),
    listing.UNDIRECTED: N_("Chờ chỉ đạo"),
    listing.UNREAD: N_("Chưa đọc"),
    listing.OVERDUE: N_("Quá hạn"),
    listing.OPEN: N_("Đang giải quyết"),
    listing.CLOSED: N_("Đã xong"),
}
_COUNTED = {listing.NOT_SUBMITTED: "registered", listing.UNDIRECTED: "submitted", listing.OPEN: "directed"}


async def work(visit: Visit) -> Response:
    """What waits for the person, by when it is due."""
    return await shown(visit)


async def shown(visit: Visit, *, status: int = 200, problem: str = "") -> Response:
    """The list; `problem` says what was not done and why."""
    found = await visit.office.db.read(my_work, visit.who.account.id)
    values: dict[str, Any] = {"found": found, "acts": quick.acts, "kinds": quick.KINDS, "problem": problem}
    return await page(visit, "work_list.html", status=status, **values)


async def follow_up(visit: Visit) -> Response:
    """Documents not passed on, without a direction, unread, overdue; `?muc=` chooses."""
    tab = visit.query("muc") if visit.query("muc") in listing.TABS else listing.NOT_SUBMITTED
    found = await visit.office.db.read(_follow_up, visit.who.account.id, tab, visit.query("truoc"))
    values: dict[str, Any] = {"tab": tab, "titles": TITLES, "counted": _COUNTED, "words": spoken(rules().words)}
    values["later"] = bool(visit.query("truoc"))
    return await page(visit, "follow_up.html", found=found, **values)


def _follow_up(tx: Tx, account_id: int, tab: str, before: str) -> FollowUp:
    mine = views.rights(tx, account_id)
    if not mine.reads_register:
        raise Refused("Bạn chưa được giao quyền theo dõi văn bản đến của cơ quan.")
    return listing.follow_up(tx, mine.org_code, tab, before=before)


ROUTES = (get(WORK, work), get(FOLLOW_UP, follow_up))
