"""Signatures, one for each address; templates, one's own and those of shared mailboxes; how long one may undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from mailsvc.core.errors import Invalid, NotFound
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import writing
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
    return await _signatures_page(visit, on, on.signatures, str(on.undo_seconds), on.usual)


async def _signatures_page(
    visit: Visit, on: Desk, written: Mapping[str, str], seconds: str, usual: str, problem: str = ""
) -> Response:
    """`written`: cleaned HTML by address."""
    pairs = [(one, written[one.address]) for one in on.senders]
    shown = [(one, Markup(html), html_to_text(html)) for one, html in pairs]  # noqa: S704 - cleaned when saved
    most, status = composing.UNDO_MOST, 422 if problem else 200
    return await page(
        visit, "compose_signatures.html", status=status, shown=shown, on=on, most=most, seconds=seconds, usual=usual,
        problem=problem,
    )  # fmt: skip


async def save_signatures(visit: Visit) -> Response:
    """What the form brought: the signature of each address (empty takes it away), the usual sender, and the seconds
    in which a letter can be taken back."""
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    written = await _signatures(visit, on)
    if not written.keys() <= on.signatures.keys():
        raise NotFound("Không có địa chỉ này trong những địa chỉ bạn gửi được.")
    chosen = {composing.SIGNATURE + address: html for address, html in written.items()}
    seconds, usual = visit.field("hoan_tac", 4), visit.field("tu", 320).lower()
    if "hoan_tac" in visit.form:
        if not (seconds.isascii() and seconds.isdigit() and int(seconds) <= composing.UNDO_MOST):
            problem = _("Thời gian hoàn tác là số giây từ 0 tới %(most)s.", most=composing.UNDO_MOST)
            return await _signatures_page(visit, on, on.signatures | written, seconds, usual, problem)
        chosen[composing.UNDO] = str(int(seconds))
    if "tu" in visit.form:
        chosen["compose_from"] = usual if usual in on.signatures else ""
    await visit.office.db.write(preferences.put, visit.who.account.id, chosen)
    return go(visit, SIGNATURES, _("Đã lưu chữ ký và cách gửi."))


async def _signatures(visit: Visit, on: Desk) -> dict[str, str]:
    """Cleaned HTML by address; the form names each address in front of its editor. Plain text that nobody changed
    stands for the signature it was made of, bold letters and all."""
    addresses, kinds, pages, texts = (_every(visit, name) for name in ("dia_chi", "kieu", "html", "chu"))
    if not len(addresses) == len(kinds) == len(pages) == len(texts):
        raise Invalid("Biểu mẫu thiếu chữ ký của một địa chỉ; xin mở lại trang.")
    found = {}
    for address, kind, html, text in zip(map(str.lower, addresses), kinds, pages, texts, strict=True):
        held = on.signatures.get(address, "")
        same = kind != "html" and text == html_to_text(held).strip()
        found[address] = held if same else await _clean(visit, kind, html, text)
    return found


def _every(visit: Visit, name: str) -> list[str]:
    """All fields of that name, in the order of the page. Raises Invalid for one that is too long."""
    found = [one.strip().replace("\0", "").replace("\r\n", "\n") for one in map(str, visit.form.getlist(name))]
    if any(len(one) > _LONGEST for one in found):
        raise Invalid("Ô “%(name)s” dài quá %(longest)s ký tự.", name=_("Chữ ký"), longest=_LONGEST)
    return found


async def _written(visit: Visit) -> str:
    return await _clean(visit, visit.field("kieu", 10), visit.field("html", _LONGEST), visit.field("chu", _LONGEST))


async def _clean(visit: Visit, kind: str, html: str, text: str) -> str:
    """The text of the editor, cleaned; or the plain one, when there is no script."""
    if kind == "html":
        return await composing.cleaned(visit, html, {}) if html_to_text(html).strip() else ""
    return writing.as_html(text) if text.strip() else ""


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
    post(SIGNATURES, save_signatures),
    get(TEMPLATES, templates),
    post(TEMPLATES, save_template),
    post(TEMPLATES + "/{template}/xoa", remove_template),
)
