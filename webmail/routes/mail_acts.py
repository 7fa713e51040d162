"""What is done with letters: read or not, starred, moved away and back, deleted, put forward for the register."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from mailsvc.core.errors import Invalid, MailsvcError
from mailsvc.documents import intake
from mailsvc.documents.case import Case, examine
from mailsvc.documents.errors import AlreadyRegistered
from mailsvc.http.failures import describe
from mailsvc.http.paths import local_path
from mailsvc.http.visits import Visit, post
from mailsvc.mail import bulk, undoing
from mailsvc.mail.bulk import Chosen, Done
from mailsvc.message.scan import scan
from mailsvc.store import mailboxes, ways_back
from mailsvc.store.blobs import Buffer
from mailsvc.store.flags import FLAGGED, SEEN
from mailsvc.store.tx import Tx
from webmail import mail_choice, views
from webmail.i18n import N_, _, said
from webmail.opening import open_letter
from webmail.pages import go

_MARKS = {"da-doc": (SEEN, 0), "chua-doc": (0, SEEN), "sao": (FLAGGED, 0), "bo-sao": (0, FLAGGED)}
_PLACES = {"luu-tru": "\\Archive", "thung-rac": "\\Trash", "thu-rac": "\\Junk", "khong-rac": bulk.TO_INBOX}
_SAID = {
    "da-doc": N_("Đã đánh dấu %(n)s thư là đã đọc."),
    "chua-doc": N_("Đã đánh dấu %(n)s thư là chưa đọc."),
    "sao": N_("Đã gắn sao %(n)s thư."),
    "bo-sao": N_("Đã bỏ sao %(n)s thư."),
    "xoa-han": N_("Đã xóa hẳn %(n)s thư."),
}


async def act(visit: Visit) -> Response:
    """Letters of one folder, or of several (`/thu/viec`); `viec` says what, `sao:BOX-UID` for one row alone. To a
    script (Accept: application/json) it says what happened, with the name of the way back."""
    mailbox_id = visit.whole("mailbox") if "mailbox" in visit.request.path_params else None
    deed, _colon, only = visit.field("viec", 60).partition(":")
    back = local_path(visit.field("ve"), f"/thu/{mailbox_id}" if mailbox_id else "/thu")
    try:
        letters = await mail_choice.chosen(visit, mailbox_id, only)
        if not letters:
            return _answer(visit, back, _("Chưa chọn thư nào."))
        token = ways_back.new_token()
        done, text = await _do(visit, deed, letters, token)
    except MailsvcError as error:
        return _refused(visit, error)
    if done.stopped:
        text += " " + _("Rồi phải dừng: %(why)s", why=done.stopped)
    undoable = done.count > done.removed
    return _answer(visit, back, text, token if undoable else "")


async def _do(visit: Visit, deed: str, letters: Chosen, token: str) -> tuple[Done, str]:
    """Do it, to be undone by that token; what was done, and what to say of it."""
    office, account_id = visit.office, visit.who.account.id
    if deed in _MARKS:
        done = await bulk.mark_all(office, account_id, letters, *_MARKS[deed], token)
        return done, _(_SAID[deed], n=done.count)
    if deed == "xoa-han":
        done = await bulk.destroy_all(office, account_id, letters)
        return done, _(_SAID[deed], n=done.count)
    done = await bulk.move_all(office, account_id, letters, _target(visit, deed), token)
    names = await office.db.read(_names, {lies_in for _from, lies_in in done.moved})
    if not names:
        return done, _("Thư đã ở trong thư mục đó.")
    return done, _("Đã chuyển %(n)s thư vào “%(name)s”.", n=done.count, name=", ".join(names))


def _target(visit: Visit, deed: str) -> int | str:
    if deed in _PLACES:
        return _PLACES[deed]
    wanted = visit.field("den", 20) if deed == "chuyen" else ""
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Invalid("Không rõ làm gì hay chuyển thư đi đâu; chưa có gì được ghi. Xin chọn thư mục rồi bấm lại.")
    return int(wanted)


def _names(tx: Tx, boxes: set[int]) -> list[str]:
    return sorted({views.folder_title(mailboxes.get(tx, one).name) for one in boxes})


async def undo(visit: Visit) -> Response:
    """The way back of an act (`lan`)."""
    back = local_path(visit.field("ve"), "/thu")
    try:
        done = await undoing.undo(visit.office, visit.who.account.id, visit.field("lan", 40))
    except MailsvcError as error:
        return _refused(visit, error)
    text = _("Đã hoàn tác %(n)s thư.", n=done.count)
    if not done.count:
        text = _("Không còn thư nào để hoàn tác: thư đã được chuyển, xóa hoặc đánh dấu lại ở nơi khác.")
    return _answer(visit, back, text + (" " + _("Rồi phải dừng: %(why)s", why=done.stopped) if done.stopped else ""))


def is_script(visit: Visit) -> bool:
    """Whether a script of ours asks, which shows the answer itself."""
    return visit.request.headers.get("accept", "") == "application/json"


def _answer(visit: Visit, back: str, text: str, way: str = "") -> Response:
    if is_script(visit):
        return JSONResponse({"loi": "", "text": text, "lan": way})
    if urlsplit(back).path.startswith("/thu/hoan-tac"):
        back = "/thu"
    return go(visit, back, text, "/thu/hoan-tac" if way else "", (("lan", way),) if way else ())


def _refused(visit: Visit, error: MailsvcError) -> Response:
    """What a script shows of an error; pages have a page for it."""
    if not is_script(visit):
        raise error
    failure = describe(error, visit.request.url.path)
    return JSONResponse({"loi": _(failure.message), "text": "", "lan": ""}, failure.status)


async def register(visit: Visit) -> Response:
    """ "Vào sổ" on any letter: an entry with its proposal, and on to its form."""
    opened = await open_letter(visit)
    case = await visit.office.work(_examined, opened.data)
    try:
        entry = await visit.office.db.write(intake.open_by_hand, visit.actor, opened.folder.id, opened.line.uid, case)
    except AlreadyRegistered as error:
        found = error.document
        return go(visit, f"/van-ban-den/{found.year}/{found.arrival_number}", said(error))
    return go(visit, f"/van-ban-den/cho-vao-so/{entry.id}")


def _examined(data: Buffer) -> Case:
    return examine(data, scan(data))


ROUTES = (
    post("/thu/viec", act),
    post("/thu/hoan-tac", undo),
    post("/thu/{mailbox}/viec", act),
    post("/thu/{mailbox}/{uid}/vao-so", register),
)
