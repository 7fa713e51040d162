"""Quản trị: how the house is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from starlette.responses import RedirectResponse, Response

from mailsvc.accounts import administering
from mailsvc.core.actor import Actor
from mailsvc.http.visits import Page, Visit, get
from mailsvc.mail.office import Office
from mailsvc.store import queue, ways_in
from mailsvc.store.tx import Tx
from webmail import words
from webmail.i18n import _
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri"
_LOW, _HOUR_MS = 0.1, 3_600_000


@dataclass(frozen=True, slots=True)
class State:
    """One thing that is looked after: how it is (good, warn, stamp), in a sentence, and what to do."""

    name: str
    colour: str
    text: str
    advice: str = ""


async def health(visit: Visit) -> Response:
    """How the house is, in words."""
    counts = await visit.office.db.read(_counts, visit.actor)
    disk, days = await visit.office.work(_looked, visit.office)
    states = [_queue_state(counts, visit.office.clock.now_ms()), _disk_state(*disk), _certificate_state(days)]
    return await admin_page(visit, "admin_health.html", states=states)


def _counts(tx: Tx, actor: Actor) -> queue.Counts:
    administering.require(tx, actor)
    return queue.counts(tx)


def with_factor(inner: Page) -> Page:
    """The page, for administrators with a second factor where the office demands one; the others are led to it."""

    async def guarded(visit: Visit) -> Response:
        web = visit.office.settings.web
        if web.admins_need_second_factor and administering.ADMINISTRATOR in visit.who.roles:
            has = await visit.office.db.read(ways_in.has_factor, visit.who.account.id)
            return await inner(visit) if has else RedirectResponse("/cai-dat/hai-lop", 303)
        return await inner(visit)

    return guarded


def _looked(office: Office) -> tuple[tuple[int, int], int | None]:
    """((free, total) octets of the disk, days the certificate still holds; None for one that was made here)."""
    usage, path = shutil.disk_usage(office.settings.folder), office.settings.tls.certificate
    if not path:
        return (usage.free, usage.total), None
    found = x509.load_pem_x509_certificate(Path(path).read_bytes())
    return (usage.free, usage.total), (found.not_valid_after_utc - datetime.now(UTC)).days


def _queue_state(counts: queue.Counts, now_ms: int) -> State:
    name = _("Thư chờ gửi ra ngoài")
    if not counts.waiting:
        return State(name, "good", _("Không có thư nào chờ."))
    hours = (now_ms - (counts.oldest_ms or now_ms)) // _HOUR_MS
    text = _("%(n)s thư đang chờ, lâu nhất %(h)s giờ.", n=counts.waiting, h=hours)
    return State(name, "warn" if hours >= 1 else "good", text, _("Mở Hàng đợi để xem vì sao, gửi lại ngay nếu đã sửa."))


def _disk_state(free: int, total: int) -> State:
    text = _("Còn trống %(free)s trên %(total)s.", free=words.size(free), total=words.size(total))
    if free / total >= _LOW:
        return State(_("Đĩa"), "good", text)
    return State(_("Đĩa"), "stamp", text, _("Dọn hoặc thêm đĩa ngay: khi đầy, máy chủ hoãn nhận thư mới."))


def _certificate_state(days: int | None) -> State:
    name = _("Chứng thư TLS")
    if days is None:
        return State(
            name, "warn", _("Đang dùng chứng thư tự ký."), _("Đặt chứng thư thật ở [tls] để điện thoại không cảnh báo.")
        )
    colour = "good" if days > 21 else "warn" if days > 7 else "stamp"
    advice = "" if days > 21 else _("Gia hạn chứng thư trước khi hết hạn.")
    return State(name, colour, _("Còn hiệu lực %(n)s ngày.", n=days), advice)


ROUTES = (get(PAGE, with_factor(health)),)
