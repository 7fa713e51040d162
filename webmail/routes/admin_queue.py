"""Quản trị: letters that wait to be sent, by destination; to try them now, or to return them to their senders."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.accounts import mail_queue, returning
from mailsvc.core.actor import Actor
from mailsvc.http.visits import Visit, get, post
from mailsvc.store.held_sends import Outstanding
from mailsvc.store.queue import Listed
from mailsvc.store.tx import Tx
from webmail.i18n import _
from webmail.pages import go
from webmail.plain_replies import plain
from webmail.routes.admin import with_factor
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri/hang-doi"
RETURN = PAGE + "/tra-lai"
_NAMED = 20  # letters that are named before they are returned


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an act is about: one row by its number, or a destination, or (neither) all."""

    row_id: int | None
    domain: str


async def listing(visit: Visit) -> Response:
    """What waits, and what its writers hold back."""
    ways, held = await visit.office.db.read(_all, visit.actor)
    values = {"ways": ways, "held": held, "plain": plain, "now_ms": visit.office.clock.now_ms()}
    return await admin_page(visit, "admin_queue.html", return_page=RETURN, **values)


def _all(tx: Tx, actor: Actor) -> tuple[list[mail_queue.Destination], list[Outstanding]]:
    return mail_queue.waiting(tx, actor), mail_queue.held(tx, actor)


async def retry(visit: Visit) -> Response:
    chosen = _chosen(visit.field("thu", 15), visit.field("mien", 255))
    count = await visit.office.db.write(mail_queue.retry, visit.actor, chosen.row_id, chosen.domain)
    return go(visit, PAGE, _("Đang gửi lại %(n)s thư.", n=count) if count else _("Không có thư nào chờ lúc này."))


async def ask(visit: Visit) -> Response:
    """Whether these are really to be returned."""
    chosen = _chosen(visit.query("thu", 15), visit.query("mien", 255))
    rows = await visit.office.db.read(mail_queue.chosen, visit.actor, chosen.row_id, chosen.domain)
    if not rows:
        return go(visit, PAGE, _("Thư ấy không còn chờ: đã đi hoặc đã được trả lại."))
    values = {"rows": rows[:_NAMED], "count": len(rows), "row_id": chosen.row_id, "domain": chosen.domain}
    silent = sum(1 for row in rows if not row.sender)
    return await admin_page(visit, "admin_return.html", plain=plain, silent=silent, return_page=RETURN, **values)


async def give_back(visit: Visit) -> Response:
    chosen = _chosen(visit.field("thu", 15), visit.field("mien", 255))
    rows = await visit.office.db.read(mail_queue.chosen, visit.actor, chosen.row_id, chosen.domain)
    count = await returning.give_back(visit.office, visit.actor, [row.id for row in rows])
    return go(visit, PAGE, _returned(rows, count))


def _returned(rows: list[Listed], count: int) -> str:
    if not rows:
        return _("Thư ấy không còn chờ: đã đi hoặc đã được trả lại.")
    if not count:
        return _("Thư đang được gửi đúng lúc này nên giữ nguyên; xem lại sau ít phút.")
    if count < len(rows):
        return _("Đã trả lại %(n)s thư; %(m)s thư đang được gửi nên giữ nguyên.", n=count, m=len(rows) - count)
    return _("Đã trả lại %(n)s thư cho người gửi.", n=count)


def _chosen(number: str, domain: str) -> Chosen:
    return Chosen(int(number) if number.isascii() and number.isdigit() else None, domain.lower())




ROUTES = (
    get(PAGE, with_factor(listing)),
    post(PAGE, with_factor(retry)),
    get(RETURN, with_factor(ask)),
    post(RETURN, with_factor(give_back)),
)
