"""Quản trị: how the house is, accounts, what waits to be sent. No page here shows what is in anybody's mail."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from starlette.responses import RedirectResponse, Response

from mailsvc.accounts import administering, second_factor
from mailsvc.auth.app_passwords import in_fours, new_app_password
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents.rights.matrix import matrix
from mailsvc.http.visits import Page, Visit, get, post
from mailsvc.mail.office import Office
from mailsvc.store import accounts, queue, ways_in
from mailsvc.store.tx import Tx
from webmail import words
from webmail.i18n import _
from webmail.pages import go
from webmail.routes.admin_shell import admin_page

PAGE, ACCOUNTS, QUEUE = "/quan-tri", "/quan-tri/tai-khoan", "/quan-tri/hang-doi"
_LOW, _HOUR_MS, _MOST = 0.1, 3_600_000, 200


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


# ---- accounts ------------------------------------------------------------------------------------------------------
async def listing(visit: Visit) -> Response:
    return await _accounts_page(visit, visit.query("tim"))


async def _accounts_page(visit: Visit, query: str, **given: Any) -> Response:
    found = await visit.office.db.read(administering.listing, visit.actor, query)
    values = {"made": "", "whose": "", **given}
    return await admin_page(visit, "admin_accounts.html", found=found, query=query, roles=matrix().roles, **values)


async def reset_password(visit: Visit) -> Response:
    """A temporary password, shown on this page and never again."""
    office, account_id = visit.office, visit.whole("id")
    whose = await office.db.read(administering.person, visit.actor, account_id)
    password = new_app_password()
    keys = await office.authenticator.hasher.derive(password, await office.db.read(accounts.scram_salt, account_id))
    await office.db.write(administering.reset_password, visit.actor, account_id, keys)
    return await _accounts_page(visit, whose.username, made=in_fours(password), whose=whose.full_name)


async def reset_factor(visit: Visit) -> Response:
    account_id = visit.whole("id")
    whose = await visit.office.db.read(administering.person, visit.actor, account_id)
    await visit.office.db.write(second_factor.switch_off, visit.actor, account_id)
    return go(
        visit, f"{ACCOUNTS}?tim={whose.username}", _("Đã đặt lại xác thực hai lớp của %(name)s.", name=whose.full_name)
    )


async def set_open(visit: Visit) -> Response:
    account_id, active = visit.whole("id"), visit.field("mo", 1) == "1"
    whose = await visit.office.db.read(administering.person, visit.actor, account_id)
    await visit.office.db.write(administering.set_open, visit.actor, account_id, active)
    said = _("Đã mở lại %(name)s.", name=whose.full_name) if active else _("Đã khóa %(name)s.", name=whose.full_name)
    undo = f"{ACCOUNTS}/{account_id}/khoa"
    return go(visit, f"{ACCOUNTS}?tim={whose.username}", said, undo, (("mo", "0" if active else "1"),))


async def set_quota(visit: Visit) -> Response:
    account_id, text = visit.whole("id"), visit.field("mb", 9)
    whose = await visit.office.db.read(administering.person, visit.actor, account_id)
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Dung lượng là số MB, 0 là không giới hạn; chưa đổi gì.")
    await visit.office.db.write(administering.set_quota, visit.actor, account_id, int(text))
    return go(visit, f"{ACCOUNTS}?tim={whose.username}", _("Đã đặt dung lượng."))


# ---- the queue -----------------------------------------------------------------------------------------------------
async def waiting(visit: Visit) -> Response:
    return await admin_page(visit, "admin_queue.html", rows=await visit.office.db.read(_waiting, visit.actor))


def _waiting(tx: Tx, actor: Actor) -> list[queue.Listed]:
    administering.require(tx, actor)
    return queue.listing(tx, state=queue.WAITING, limit=_MOST)


async def retry(visit: Visit) -> Response:
    text = visit.field("thu", 15)
    row_id = int(text) if text.isascii() and text.isdigit() else None
    count = await visit.office.db.write(administering.retry, visit.actor, row_id)
    return go(visit, QUEUE, _("Đang gửi lại %(n)s thư.", n=count))


ROUTES = (
    get(PAGE, with_factor(health)),
    get(ACCOUNTS, with_factor(listing)),
    post(ACCOUNTS + "/{id}/mat-khau", with_factor(reset_password)),
    post(ACCOUNTS + "/{id}/hai-lop", with_factor(reset_factor)),
    post(ACCOUNTS + "/{id}/khoa", with_factor(set_open)),
    post(ACCOUNTS + "/{id}/dung-luong", with_factor(set_quota)),
    get(QUEUE, with_factor(waiting)),
    post(QUEUE, with_factor(retry)),
)
