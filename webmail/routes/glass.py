"""Mở khẩn cấp: an administrator reads one thing for a short time; owner and leader are told."""

from __future__ import annotations

from starlette.responses import Response

from mailsvc.accounts import break_glass, people
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents import clerks, register, rights
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.http.files import file_response
from mailsvc.http.visits import Visit, get, post
from mailsvc.mail import mailboxes
from mailsvc.store import contents, documents, guarding, placements
from mailsvc.store.guarding import Glass
from mailsvc.store.tx import Tx
from webmail.i18n import _, said
from webmail.pages import go, page

PAGE = "/mo-khan-cap"


def _mine(tx: Tx, actor: Actor) -> list[Glass]:
    rights.require(tx, actor, Act.BREAK_GLASS, rights.of_organisation(main_organisation(tx)))
    return guarding.open_glasses(tx, actor.account_id or 0)


async def listing(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    mine = await visit.office.db.read(_mine, visit.actor)
    given = {name: visit.field(name, 500) for name in visit.form}
    return await page(visit, "glass.html", status=status, mine=mine, given=given, problem=problem)


async def open_one(visit: Visit) -> Response:
    try:
        made = await visit.office.db.write(_open, visit.office.settings.organisation.domains, visit)
    except (Invalid, NotFound) as error:
        return await _page(visit, 422, said(error) or _("Không có thư hoặc văn bản này."))
    return go(visit, f"{PAGE}/{made.id}", _("Đã mở; chủ thư và lãnh đạo được báo ngay."))


def _open(tx: Tx, domains: list[str], visit: Visit) -> Glass:
    """What the form names: a letter by login, mailbox and UID, or a document by its số đến."""
    reason = visit.field("reason", 500)
    if visit.field("login", 200):
        account = people.by_login(tx, domains, visit.field("login", 200))
        box = mailboxes.resolve(tx, account.id, visit.field("mailbox", 200) or "INBOX")
        uid = _whole(visit, "uid")
        rows = placements.rows(tx, box.id, uid, uid, ("content_id",))
        if not rows:
            raise NotFound("Không có thư UID %(uid)s trong hộp thư này.", uid=uid)
        return break_glass.open_letter(tx, visit.actor, rows[0][0], reason)
    org_code = clerks.main_organisation(tx)
    found = register.get_document(tx, org_code, _whole(visit, "year"), _whole(visit, "number"))
    return break_glass.open_document(tx, visit.actor, found.id, reason)


def _whole(visit: Visit, name: str) -> int:
    text = visit.field(name, 12)
    if not (text.isascii() and text.isdigit()):
        raise Invalid("UID, năm và số đến phải là số.")
    return int(text)


async def read(visit: Visit) -> Response:
    """The letter as it lies in the store, or the files' letter of a document: to be kept, never shown in a page."""
    found = await visit.office.db.write(break_glass.read, visit.actor, visit.whole("glass"))
    content_id = await visit.office.db.read(_content, found)
    data = await visit.office.db.read(contents.load, visit.office.blobs, content_id)
    return file_response(bytes(data), f"mo-khan-cap-{found.id}.eml", show=False)


def _content(tx: Tx, found: Glass) -> int:
    kind, _, number = found.thing.partition("/")
    if kind == "content":
        return int(number)
    files = documents.files_of(tx, int(number))
    content_id = documents.get(tx, int(number)).content_id or (files[0].content_id if files else None)
    if content_id is None:
        raise NotFound("Văn bản này không có tệp.")
    return content_id


ROUTES = (get(PAGE, listing), post(PAGE, open_one), get(PAGE + "/{glass}", read))
