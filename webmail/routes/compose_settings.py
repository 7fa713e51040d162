"""Signatures, one for each address; templates, one's own and those of shared mailboxes; how long one may undo."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from mailsvc.core.errors import Invalid, NotFound
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import writing
from mailsvc.mail.senders import Sender
from mailsvc.message.text import html_to_text
from mailsvc.store import letter_templates, preferences
from mailsvc.store.letter_templates import Template
from mailsvc.store.tx import Tx
from webmail import composing
from webmail.composing import Desk
from webmail.i18n import _
from webmail.pages import go, page

SIGNATURES, TEMPLATES = "/cai-dat/chu-ky", "/cai-dat/mau-thu"
_LONGEST = 20_000


async def signatures(visit: Visit) -> Response:
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    shown = [(one, Markup(html), html_to_text(html)) for one, html in _each(on)]  # noqa: S704 - cleaned when saved
    return await page(visit, "compose_signatures.html", shown=shown, on=on, most=composing.UNDO_MOST)


def _each(on: Desk) -> list[tuple[Sender, str]]:
    return [(one, on.signatures[one.address]) for one in on.senders]


async def save_signature(visit: Visit) -> Response:
    """The signature of one of one's addresses; empty takes it away."""
    address = visit.field("dia_chi", 320).lower()
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    if address not in on.signatures:
        raise NotFound("Không có địa chỉ này trong những địa chỉ bạn gửi được.")
    html = await _written(visit)
    await visit.office.db.write(preferences.put, visit.who.account.id, {composing.SIGNATURE + address: html})
    return go(visit, SIGNATURES, _("Đã lưu chữ ký."))


async def save_sending(visit: Visit) -> Response:
    """The usual sender, and the seconds in which a letter can be taken back."""
    seconds, usual = visit.field("hoan_tac", 4), visit.field("tu", 320).lower()
    if not (seconds.isascii() and seconds.isdigit() and int(seconds) <= composing.UNDO_MOST):
        raise Invalid("Thời gian hoàn tác là số giây từ 0 tới %(most)s.", most=composing.UNDO_MOST)
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    chosen = {composing.UNDO: str(int(seconds)), "compose_from": usual if usual in on.signatures else ""}
    await visit.office.db.write(preferences.put, visit.who.account.id, chosen)
    return go(visit, SIGNATURES, _("Đã lưu cách gửi."))


async def _written(visit: Visit) -> str:
    """The text of the editor, cleaned; or the plain one, when there is no script."""
    if visit.field("kieu", 10) == "html":
        html = visit.field("html", _LONGEST)
        return await composing.cleaned(visit, html, {}) if html_to_text(html).strip() else ""
    text = visit.field("chu", _LONGEST)
    return writing.as_html(text) if text else ""


# ---- templates ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shelf:
    """The templates of one owner: the person, or a shared mailbox."""

    account_id: int
    name: str
    own: bool
    templates: tuple[tuple[Template, str], ...]


async def templates(visit: Visit) -> Response:
    """All of them; `?sua=7` opens one."""
    shelves = await visit.office.db.read(_shelves, visit.who.account.id)
    wanted = visit.query("sua", 15)
    every = [one for shelf in shelves for one, _text in shelf.templates]
    opened = next((one for one in every if str(one.id) == wanted), None)
    html = Markup(opened.html if opened else "")  # noqa: S704 - cleaned when saved
    text = html_to_text(opened.html) if opened else ""
    return await page(visit, "compose_templates.html", shelves_of=shelves, opened=opened, html=html, text=text)


def _shelves(tx: Tx, account_id: int) -> list[Shelf]:
    owners = {one.account_id: one.name for one in reversed(composing.desk(tx, account_id).senders)}
    found = letter_templates.of_accounts(tx, list(owners))
    order = sorted(owners, key=lambda one: (one != account_id, owners[one]))
    return [
        Shelf(
            one,
            owners[one],
            one == account_id,
            tuple((each, html_to_text(each.html)) for each in found if each.account_id == one),
        )
        for one in order
    ]


async def save_template(visit: Visit) -> Response:
    name, subject = visit.field("ten", 120), visit.field("chu_de", 500)
    if not name:
        raise Invalid("Mẫu thư cần có tên.")
    html = await _written(visit)
    number, owner = visit.field("so", 15), visit.field("cua", 15)
    await visit.office.db.write(_put, visit.who.account.id, number, owner, name, subject, html)
    return go(visit, TEMPLATES, _("Đã lưu mẫu thư."))


def _put(tx: Tx, account_id: int, number: str, owner: str, name: str, subject: str, html: str) -> None:
    allowed = {str(one.account_id): one.account_id for one in composing.desk(tx, account_id).senders}
    if owner not in allowed:
        raise NotFound("Không có nơi giữ mẫu thư này.")
    known = _own(tx, account_id, int(number)).id if number.isascii() and number.isdigit() else None
    letter_templates.put(tx, known, allowed[owner], name, subject, html)


def _own(tx: Tx, account_id: int, template_id: int) -> Template:
    found = letter_templates.get(tx, template_id)
    if found.account_id not in {one.account_id for one in composing.desk(tx, account_id).senders}:
        raise NotFound("Không có mẫu thư này.")
    return found


async def remove_template(visit: Visit) -> Response:
    """Gone; undo writes it anew."""
    found = await visit.office.db.write(_remove, visit.who.account.id, visit.whole("template"))
    fields = (("ten", found.name), ("chu_de", found.subject), ("html", found.html), ("cua", str(found.account_id)))
    undo = (*fields, ("kieu", "html"), ("so", ""))
    return go(visit, TEMPLATES, _("Đã xóa mẫu “%(name)s”.", name=found.name), TEMPLATES, undo)


def _remove(tx: Tx, account_id: int, template_id: int) -> Template:
    found = _own(tx, account_id, template_id)
    letter_templates.remove(tx, found.id)
    return found


ROUTES = (
    get(SIGNATURES, signatures),
    post(SIGNATURES, save_signature),
    post(SIGNATURES + "/cach-gui", save_sending),
    get(TEMPLATES, templates),
    post(TEMPLATES, save_template),
    post(TEMPLATES + "/{template}/xoa", remove_template),
)
