"""Writing a letter: the page, saving it as a draft, sending it at once or at a chosen time."""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from mailsvc.core.clock import OFFICE_ZONE, office_datetime
from mailsvc.core.errors import Busy, Invalid, MailsvcError, NotFound, OverQuota, StorageFull
from mailsvc.http import links
from mailsvc.http.links import PictureLink
from mailsvc.http.paths import local_path
from mailsvc.http.visits import Visit, get, upload
from mailsvc.mail import drafts, sending, writing
from mailsvc.mail import mailboxes as work
from mailsvc.mail.drafts import Elsewhere, Place
from mailsvc.mail.sending import Unfit
from mailsvc.mail.writing import FILES_BYTES, WAYS, Writing
from mailsvc.message.scan import scan
from mailsvc.message.text import html_to_text
from mailsvc.store import letter_templates, mailboxes
from mailsvc.store.letter_templates import Template
from mailsvc.store.tx import Tx
from webmail import composing, letters, notices, views, words
from webmail.bodies import link_key
from webmail.composing import Desk, Form, Kept
from webmail.i18n import N_, _, said, told
from webmail.notices import Notice
from webmail.pages import go, page

_FIELDS = {
    "from": "tu",
    "to": "den",
    "cc": "cc",
    "bcc": "bcc",
    "subject": "chu_de",
    "files": "tep",
    "time": "gui_luc",
    "form": "chung",
}
_WHEN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})[ ,]+(\d{1,2})[:h](\d{2})")
_TITLES = {
    "": N_("Thư mới"),
    "tra_loi": N_("Trả lời"),
    "tra_loi_tat_ca": N_("Trả lời tất cả"),
    "chuyen_tiep": N_("Chuyển tiếp"),
    "chuyen_tiep_dinh_kem": N_("Chuyển tiếp dạng đính kèm"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The form as the page shows it. `html` is cleaned; `problems` are sentences by the names of the fields."""

    letter: Writing
    html: Markup
    files: tuple[Kept, ...] = ()
    place: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    back: str = "/thu"
    send_at: str = ""

    @property
    def size(self) -> int:
        return sum(len(one.data) for one in self.letter.files)


# ---- the page -----------------------------------------------------------------------------------------------
async def compose(visit: Visit) -> Response:
    """An empty letter, an answer or forward (`?tra_loi=12.34` …), one to somebody (`?toi=`), a draft (`?nhap=`)."""
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    back = local_path(visit.query("ve", 500), "/thu")
    place = drafts.read_place(visit.query("nhap"))
    way, origin = next(
        ((one, at) for one in WAYS if (at := drafts.read_place(visit.query(one))) is not None), ("", None)
    )
    domain = visit.office.settings.primary_domain
    tab = secrets.token_hex(8)
    if place is not None:
        shown = await _draft(visit, place)
        shown = replace(shown, letter=replace(shown.letter, tab=tab), back=back)
    elif origin is not None:
        letter, content_id, data = await composing.begun(visit, way, origin, on)
        letter = replace(letter, message_id=writing.new_message_id(domain), tab=tab)
        letter = _signed(letter, on)
        html = await composing.for_editor(visit, content_id, data, letter.html)
        shown = Shown(letter, _with_signature(html, letter, on), composing.kept(letter.files), back=back)
    else:
        letter = Writing(on.usual, to=visit.query("toi", 2000), subject=visit.query("chu_de", 500), tab=tab)
        letter = _signed(replace(letter, message_id=writing.new_message_id(domain)), on)
        shown = Shown(letter, _with_signature("", letter, on), back=back)
    return await _page(visit, on, shown)


def _signed(letter: Writing, on: Desk) -> Writing:
    """With the signature in the plain text, above what is quoted."""
    signature = html_to_text(on.signatures.get(letter.sender, "")).strip()
    return replace(letter, text=f"\n\n-- \n{signature}\n{letter.text}") if signature else letter


def _with_signature(html: str, letter: Writing, on: Desk) -> Markup:
    """The same for the editor; marked, so that it changes with the sender. What is quoted is clean already."""
    signature = on.signatures.get(letter.sender, "")
    head = f'<div><br></div><div data-chu-ky="1">{signature}</div>' if signature else ""
    blank = "<div><br></div>" if head and not html else ""
    return Markup(blank + head + html)  # noqa: S704 - both were cleaned


async def _draft(visit: Visit, place: Place) -> Shown:
    office = visit.office
    content_id, data = await office.db.read(drafts.load, office.blobs, visit.who.account.id, place)
    letter = await office.work(writing.from_bytes, data)
    if not writing.is_message_id(letter.message_id):
        letter = replace(letter, message_id=writing.new_message_id(office.settings.primary_domain))
    source = letter.html or writing.as_html(letter.text)
    html = await composing.for_editor(visit, content_id, data, source)
    return Shown(letter, Markup(html), composing.kept(letter.files), str(place))  # noqa: S704 - cleaned


async def _page(visit: Visit, on: Desk, shown: Shown, status: int = 200) -> Response:
    shelves, templates = await visit.office.db.read(_beside, visit.who.account.id, on)
    tomorrow = office_datetime(visit.office.clock.now_ms()) + timedelta(days=1)
    signatures = {address: Markup(one) for address, one in on.signatures.items()}  # noqa: S704 - cleaned when saved
    return await page(
        visit,
        "compose.html",
        status=status,
        form=shown,
        letter=shown.letter,
        senders=on.senders,
        signatures=signatures,
        templates=[(one, Markup(one.html)) for one in templates],  # noqa: S704 - cleaned when saved
        title=_(_TITLES.get(shown.letter.way, _TITLES[""])),
        most=FILES_BYTES,
        domains=visit.office.settings.organisation.domains,
        shelves=shelves,
        suggestions=((_("Mai 7:30"), f"{tomorrow:%Y-%m-%d}T07:30"), (_("Mai 13:30"), f"{tomorrow:%Y-%m-%d}T13:30")),
    )


def _beside(tx: Tx, account_id: int, on: Desk) -> tuple[tuple[views.Shelf, ...], list[Template]]:
    owners = list(dict.fromkeys(one.account_id for one in on.senders))
    return views.shelves(tx, account_id), letter_templates.of_accounts(tx, owners)


# ---- the form -----------------------------------------------------------------------------------------------
async def act(visit: Visit) -> Response:
    """What the form wants: `viec` is gui, hen (at `gui_luc`), luu or bo. Scripts ask for JSON."""
    if visit.field("viec", 10) == "bo":
        return await _discard(visit)
    form = await composing.read_form(visit)
    try:
        composing.check_files(form.letter.files)
    except Unfit as error:
        return await _refused(visit, form, error)
    try:
        return await (_send if visit.field("viec", 10) in ("gui", "hen") else _save)(visit, form)
    except (Busy, Invalid, OverQuota, StorageFull) as error:  # the page stays, with all that was typed
        return await _refused(visit, form, Unfit({"form": said(error)}))


def _wants_json(visit: Visit) -> bool:
    return "application/json" in visit.request.headers.get("accept", "")


async def _stored(visit: Visit, letter: Writing, known: Place | None) -> Place | Elsewhere:
    office, who = visit.office, visit.who.account
    domain = office.settings.primary_domain
    data = await office.work(writing.draft_bytes, letter, who.full_name, domain, office.clock.now_ms())
    made = await office.work(sending.stored, office, data)
    return await office.db.write(drafts.save, office.blobs, who.id, made, letter.tab, known)


async def _save(visit: Visit, form: Form) -> Response:
    """The draft in the place of its last version. When that was changed elsewhere both stay."""
    letter, other = form.letter, None
    place = await _stored(visit, letter, form.known)
    if isinstance(place, Elsewhere):
        other = place.place
        letter = replace(letter, message_id=writing.new_message_id(visit.office.settings.primary_domain))
        place = await _stored(visit, letter, form.known)
    if isinstance(place, Elsewhere):  # a new Message-ID is in no mailbox
        raise Invalid("Thư nháp vừa được sửa ở nơi khác; xin lưu lại.")
    if _wants_json(visit):
        return JSONResponse(await _state(visit, letter, place, form, other))
    text = _("Đã lưu nháp.")
    if other is not None:
        text = _("Thư nháp này vừa được sửa ở nơi khác; bản của bạn đã lưu riêng, cả hai nằm trong Thư nháp.")
    return go(visit, f"/thu/soan?nhap={place}", text)


async def _state(visit: Visit, letter: Writing, place: Place, form: Form, other: Place | None) -> dict[str, Any]:
    """For the page's script: where the draft lies now, and what it holds."""
    return {
        "nhap": str(place),
        "ma_thu": letter.message_id,
        "luc": f"{office_datetime(visit.office.clock.now_ms()):%H:%M}",
        "tep": [{"khoa": one.key, "ten": one.name, "co": one.size} for one in composing.kept(letter.files)],
        "anh": await _pictures(visit, place, form) if form.fresh else [],
        "noi_khac": str(other) if other is not None else "",
    }


async def _pictures(visit: Visit, place: Place, form: Form) -> list[dict[str, str]]:
    """Addresses of the pictures that came with this form, in their order."""
    office = visit.office
    content_id, data = await office.db.read(drafts.load, office.blobs, visit.who.account.id, place)
    parts = letters.pictures((await office.work(scan, data)).parts)
    key, until = await link_key(visit), office.clock.now_ms() + links.LIFE_MS
    found = []
    for one in form.fresh:
        if one.content_id in parts:
            signed = links.sign(key, PictureLink(content_id, parts[one.content_id], until))
            found.append({"cid": one.content_id, "url": f"/anh/{signed}?cid={one.content_id}"})
    return found


async def _send(visit: Visit, form: Form) -> Response:
    now_ms = visit.office.clock.now_ms()
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    scheduled = visit.field("viec", 10) == "hen"
    send_ms = now_ms + on.undo_seconds * 1000
    try:
        if scheduled:
            send_ms = _chosen_time(visit.field("gui_luc", 40), now_ms)
        held = await sending.press(
            visit.office, visit.who.account.id, form.letter, form.known, send_ms, scheduled=scheduled, peer=visit.peer
        )
    except Unfit as error:
        return await _refused(visit, form, error)
    back = local_path(visit.field("ve", 500), "/thu")
    fields = (("gui", str(held)),)
    if scheduled:
        text = _("Thư sẽ gửi lúc %(when)s.", when=words.long_time(send_ms))
        notice = Notice(text, "/thu/soan/hoan-tac", fields)
    elif not on.undo_seconds:
        notice = Notice(_("Đã gửi thư."))
    else:
        notice = Notice(_("Đang gửi…"), "/thu/soan/hoan-tac", fields, on.undo_seconds, _("Đã gửi thư."))
    if _wants_json(visit):
        response: Response = JSONResponse({"ve": back, "gui": held})
        notices.leave(visit, response, notice)
        return response
    response = go(visit, back)
    notices.leave(visit, response, notice)
    return response


def _chosen_time(text: str, now_ms: int) -> int:
    """Raises Unfit."""
    try:
        send_ms = read_time(text)
        sending.check_time(now_ms, send_ms)
    except Invalid as error:
        raise Unfit({"time": said(error)}) from error
    return send_ms


async def _refused(visit: Visit, form: Form, error: Unfit) -> Response:
    """Not sent: everything typed stays, what is wrong stands beside its field, and the letter is a draft."""
    problems = {_FIELDS[name]: told(text) for name, text in error.fields.items()}
    place: Place | Elsewhere | None = form.known
    if not {"tep", "chung"} & set(problems):
        with contextlib.suppress(OverQuota, StorageFull, Busy):
            place = await _stored(visit, form.letter, form.known)
    if isinstance(place, Elsewhere):
        place = None
    if _wants_json(visit):
        listed = [{"khoa": one.key, "ten": one.name, "co": one.size} for one in composing.kept(form.letter.files)]
        found = {"loi": problems, "nhap": str(place or ""), "tep": listed, "ma_thu": form.letter.message_id}
        return JSONResponse(found if "tep" not in problems else {"loi": problems}, 422)
    letter = form.letter
    if "tep" in problems:
        letter = replace(letter, files=await _files_before(visit, form))
    html = Markup(letter.html or writing.as_html(letter.text))  # noqa: S704 - cleaned in read_form
    on = await visit.office.db.read(composing.desk, visit.who.account.id)
    back = local_path(visit.field("ve", 500), "/thu")
    at = visit.field("gui_luc", 40)
    shown = Shown(letter, html, composing.kept(letter.files), str(place or ""), problems, back, at)
    return await _page(visit, on, shown, 422)


async def _files_before(visit: Visit, form: Form) -> tuple[Any, ...]:
    """The files of the draft as it was saved last: those that came now are too many."""
    if form.known is None:
        return ()
    try:
        office = visit.office
        _content, data = await office.db.read(drafts.load, office.blobs, visit.who.account.id, form.known)
    except NotFound:
        return ()
    return tuple(await office.work(lambda: list(writing.files_of(data))))


async def _discard(visit: Visit) -> Response:
    """Throw the draft away: it lies in the trash, and comes back by undo."""
    place, back = drafts.read_place(visit.field("nhap", 40)), local_path(visit.field("ve", 500), "/thu")
    found = None
    if place is not None:
        found = await visit.office.db.write(_to_trash, visit.office.blobs, visit.who.account.id, place)
    if found is None:
        response = go(visit, back, _("Đã bỏ thư nháp."))
    else:
        trash, uid, home = found
        fields = (("viec", "chuyen"), ("den", str(home)), ("uid", str(uid)))
        response = go(visit, back, _("Đã bỏ thư nháp."), f"/thu/{trash}/viec", fields)
    if _wants_json(visit):
        made = JSONResponse({"ve": back})
        made.raw_headers += [(name, value) for name, value in response.raw_headers if name == b"set-cookie"]
        return made
    return response


def _to_trash(tx: Tx, blobs: Any, account_id: int, place: Place) -> tuple[int, int, int] | None:
    """(trash, UID there, where it lay); None when there is no such draft."""
    try:
        drafts.load(tx, blobs, account_id, place)
    except MailsvcError:
        return None
    trash = mailboxes.with_special_use(tx, mailboxes.get(tx, place.mailbox_id).account_id, "\\Trash")
    if trash is None:
        drafts.take_out(tx, account_id, place)
        return None
    pairs = work.move(tx, blobs, account_id, place.mailbox_id, [place.uid], trash)
    return (trash.id, pairs[0][1], place.mailbox_id) if pairs else None


def read_time(text: str) -> int:
    """`2026-11-27T07:30` or `27/11/2026 7:30`, in the office's zone, as milliseconds. Raises Invalid."""
    typed = _WHEN.fullmatch(text.strip())
    try:
        if typed is not None:
            day, month, year, hour, minute = map(int, typed.groups())
            moment = datetime(year, month, day, hour, minute, tzinfo=OFFICE_ZONE)
        else:
            moment = datetime.fromisoformat(text.strip()).replace(tzinfo=OFFICE_ZONE)
    except ValueError as error:
        raise Invalid("Chưa rõ gửi lúc nào; xin ghi như 27/11/2026 7:30.") from error
    return int(moment.timestamp() * 1000)


ROUTES = (get("/thu/soan", compose), upload("/thu/soan", act))
