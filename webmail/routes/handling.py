"""One incoming document on its way: its page by number of the document, and the acts on its transfer lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, NotFound, Refused
from mailsvc.documents import uploads
from mailsvc.documents.errors import Stale
from mailsvc.documents.routing import assigning, closing, handling, pages, recalling, undoing
from mailsvc.documents.routing.handling import Enclosed
from mailsvc.documents.routing.parcels import parcel
from mailsvc.documents.uploads import Packed
from mailsvc.http.visits import Visit, get, post, upload
from mailsvc.message.compose import Person
from mailsvc.store import accounts, routing
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from mailsvc.store.ways_back import new_token
from webmail import forms, incoming_place, papers, paperwork, ways_back
from webmail.i18n import N_, V_, _, said
from webmail.pages import go
from webmail.papers import Paper
from webmail.paperwork import Refusal

PLACE = "/xu-ly/{document}"
_STATUS = ((Stale, 409), (AlreadyThere, 409), (Refused, 403), (NotFound, 404), (Invalid, 422))


# ---- the page -----------------------------------------------------------------------------------------------
async def asked(visit: Visit) -> Document:
    """The document of the address, for who may see it. Raises NotFound, also for a line or request of another one."""
    inner: dict[str, int] = {
        name: visit.whole(name) for name in ("line", "request") if name in visit.request.path_params
    }
    found: Document = await visit.office.db.read(_asked, visit.who.account.id, visit.whole("document"), inner)
    return found


def _asked(tx: Tx, account_id: int, document_id: int, inner: Mapping[str, int]) -> Document:
    found = pages.seen_document(tx, account_id, document_id)
    line_id = inner.get("line") or (routing.request(tx, inner["request"]).line_id if "request" in inner else None)
    if line_id is not None and routing.line(tx, line_id).document_id != document_id:
        raise NotFound("Không có lượt chuyển này.")
    return found


async def document(visit: Visit) -> Response:
    """On to the document's address in the register; its page here for who got it from another organisation."""
    found = await asked(visit)
    place = await visit.office.db.read(incoming_place.place, visit.who.account.id, found)
    if place == visit.request.url.path:
        return await paperwork.show(visit, found)
    query = visit.request.url.query
    return RedirectResponse(f"{place}?{query}" if query else place, 303)


async def _paper(visit: Visit) -> Paper:
    found = await asked(visit)
    chosen = papers.paper_of(await visit.office.db.read(paperwork.papers_of, found), visit.whole("file"))
    await paperwork.note_view(visit, found, f"file {chosen.name}")
    return chosen


async def file(visit: Visit) -> Response:
    return await papers.download(visit, await _paper(visit))


async def glance(visit: Visit) -> Response:
    return await papers.glance(visit, await _paper(visit))


async def page_picture(visit: Visit) -> Response:
    return await papers.picture(visit, await _paper(visit))


# ---- doing --------------------------------------------------------------------------------------------------
Undo = tuple[str, tuple[tuple[str, str], ...]]
"""The address of the form that undoes an act, and its fields."""


async def done(
    visit: Visit,
    found: Document,
    act: str,
    work: Awaitable[Any],
    text: str,
    undo: Callable[[Tx, Document], Undo] | None = None,
    token: str = "",
) -> Response:
    """Do it and go back to the page; a refusal shows the page with what was typed. `undo` is asked afterwards; `token`:
    what the act changed may be kept under it."""
    try:
        await work
    except MailsvcError as error:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 0)
        if not status:
            raise
        typed = {name: value for name, value in visit.form.multi_items() if isinstance(value, str)}
        return await paperwork.show(visit, found, status=status, refusal=Refusal(said(error), act, typed))
    place = await visit.office.db.read(_after, visit.who.account.id, found)
    if undo is not None:
        return go(visit, place, text, *(await visit.office.db.read(undo, found)))
    back = f"/xu-ly/{found.id}"  # it may be seen again once the act is taken back
    return go(visit, place, text, *(await ways_back.form(visit, token, back) if token else ()))


async def write(visit: Visit, found: Document, token: str, work: Callable[..., Any], *args: Any, **named: Any) -> None:
    """Do it in a transaction that keeps what it changes, so that it can be taken back."""
    kept = undoing.kept
    await visit.office.db.write(kept, visit.who.account.id, found.id, token, work, *args, **named)


def _after(tx: Tx, account_id: int, found: Document) -> str:
    """The document's page, for who still may see it."""
    return incoming_place.place(tx, account_id, found) if pages.may_see(tx, account_id, found) else "/viec"


async def packed(visit: Visit, found: Document, subject: str, role: str) -> Packed | None:
    """The files of the form, wrapped and ready for the store; None without any. Raises Invalid, StorageFull."""
    given = [(one.name, one.data) for one in await visit.files("tep")]
    if not given:
        return None
    me = visit.who.account
    address = await visit.office.db.read(accounts.primary_address, me.id)
    person = Person(me.full_name, address or "khong-co-dia-chi@localhost")
    title = V_(f"{subject} số đến {found.arrival_number}/{found.year}: {found.subject}")
    made: Packed = await visit.office.work(uploads.pack, visit.office, person, title, f"{subject}.\n", given, role)
    return made


def _enclosed(tx: Tx, files: Packed | None) -> Enclosed | None:
    return None if files is None else uploads.enclose(tx, files)


# ---- acts of the receiver -----------------------------------------------------------------------------------
async def opinion(visit: Visit) -> Response:
    """Say something on the document."""
    found = await asked(visit)

    async def work() -> None:
        files = await packed(visit, found, V_("Ý kiến"), "opinion")
        await visit.office.db.write(_opine, visit, found.id, visit.field("noi_dung", 20_000), files)

    return await done(visit, found, "y-kien", work(), _("Đã ghi ý kiến."))


def _opine(tx: Tx, visit: Visit, document_id: int, text: str, files: Packed | None) -> None:
    handling.opine(tx, visit.actor, document_id, text, enclosed=_enclosed(tx, files))


async def report(visit: Visit) -> Response:
    """Report the result, with files; `ket_thuc=1` also closes what is one's own to close."""
    found, line_id, token = await asked(visit), visit.whole("line"), new_token()

    async def work() -> None:
        files = await packed(visit, found, V_("Báo cáo"), handling.REPORT_ROLE)
        text, ends = visit.field("noi_dung", 20_000), visit.field("ket_thuc", 3) == "1"
        await write(visit, found, token, _report, visit, line_id, forms.version(visit), text, files, ends)

    return await done(visit, found, f"bao-cao-{line_id}", work(), _("Đã ghi báo cáo."), token=token)


def _report(tx: Tx, visit: Visit, line_id: int, version: int, text: str, files: Packed | None, ends: bool) -> None:
    line = handling.report(tx, visit.actor, line_id, text, _enclosed(tx, files), version=version)
    if ends:
        closing.close(tx, visit.actor, line_id, version=line.version)


async def close(visit: Visit) -> Response:
    """Close the line, the whole document when it is that of who is in charge."""
    found, line_id, token = await asked(visit), visit.whole("line"), new_token()

    async def work() -> None:
        files = await packed(visit, found, V_("Văn bản xử lý"), "answer")
        why = visit.field("ly_do", 2000)
        await write(visit, found, token, _close, visit, line_id, why, files, forms.version(visit))

    return await done(visit, found, f"ket-thuc-{line_id}", work(), _("Đã kết thúc."), token=token)


def _close(tx: Tx, visit: Visit, line_id: int, why: str, files: Packed | None, version: int) -> None:
    closing.close(tx, visit.actor, line_id, why, _enclosed(tx, files), version=version)


# ---- handing on ---------------------------------------------------------------------------------------------
async def forward(visit: Visit) -> Response:
    return await _handed(visit, "chuyen-tiep", "forward", assigning.forward, _("Đã chuyển tiếp."))


async def reassign(visit: Visit) -> Response:
    return await _handed(visit, "giao-lai", "reassignment", assigning.reassign, _("Đã giao người khác."))


async def _handed(visit: Visit, act: str, kind: str, work: Callable[..., Any], text: str) -> Response:
    """Give the line to somebody else; the letter with the files is made before the transaction."""
    found, line_id, token = await asked(visit), visit.whole("line"), new_token()
    receiver, reason = visit.field("nguoi_nhan", 40), visit.field("ly_do", 2000)

    def plan(tx: Tx) -> Any:
        return assigning.replacement(tx, routing.line(tx, line_id), receiver, reason, kind)

    async def run() -> None:
        letter = await parcel(visit.office, visit.who.account.id, found.id, plan)
        version = forms.version(visit)
        await write(visit, found, token, work, visit.actor, line_id, receiver, reason, version=version, parcel=letter)

    return await done(visit, found, f"{act}-{line_id}", run(), text, token=token)


# ---- plain acts ---------------------------------------------------------------------------------------------
def _line_act(act: str, text: str, work: Callable[..., Any]) -> Callable[[Visit], Awaitable[Response]]:
    """A page function for an act on a line: `work(tx, visit, line id, version)`."""

    async def run(visit: Visit) -> Response:
        found, line_id, token = await asked(visit), visit.whole("line"), new_token()
        deed = write(visit, found, token, work, visit, line_id, forms.version(visit))
        return await done(visit, found, f"{act}-{line_id}", deed, _(text), token=token)

    return run


def _reason(visit: Visit) -> str:
    return visit.field("ly_do", 2000)


def _give_back(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    handling.give_back(tx, visit.actor, line_id, _reason(visit), version=version)


def _take_up(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    text = visit.field("tien_do", 3) or "0"
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Tiến độ là số từ 0 đến 100.")
    handling.take_up(tx, visit.actor, line_id, int(text), _reason(visit), version=version)


def _ask_extension(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    recalling.ask_extension(tx, visit.actor, line_id, visit.field("han", 40), _reason(visit))


def _ask_no_answer(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    recalling.ask_no_answer(tx, visit.actor, line_id, _reason(visit))


def _recall(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    recalling.recall(tx, visit.actor, line_id, _reason(visit), version=version)


def _ask_recall(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    recalling.ask_recall(tx, visit.actor, line_id, _reason(visit))


def _withdraw(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    recalling.withdraw(tx, visit.actor, line_id, _reason(visit), version=version)


def _extend(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    recalling.extend(tx, visit.actor, line_id, visit.field("han", 40), _reason(visit), version=version)


def _send_back(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    handling.send_back(tx, visit.actor, line_id, _reason(visit), version=version)


def _accept_return(tx: Tx, visit: Visit, line_id: int, version: int) -> None:
    handling.accept_return(tx, visit.actor, line_id, version=version)


async def decide(visit: Visit) -> Response:
    """Answer a request: more time, a line to be given back, closing without an answer."""
    found, request_id, token = await asked(visit), visit.whole("request"), new_token()
    granted = visit.field("dong_y", 3) == "1"
    deed = write(visit, found, token, recalling.decide, visit.actor, request_id, granted, _reason(visit))
    text = _("Đã đồng ý.") if granted else _("Đã trả lời không đồng ý.")
    return await done(visit, found, f"de-nghi-{request_id}", deed, text, token=token)


async def keep_paper(visit: Visit) -> Response:
    """Say where the paper lies."""
    found, token = await asked(visit), new_token()
    deed = write(
        visit, found, token, closing.keep_paper, visit.actor, found.id, visit.field("ban_giay", 20),
        visit.field("noi", 200), visit.field("hop", 100), version=forms.version(visit),
    )  # fmt: skip
    return await done(visit, found, "ban-giay", deed, _("Đã ghi nơi để bản giấy."), token=token)


async def reopen(visit: Visit) -> Response:
    found, token, version = await asked(visit), new_token(), forms.version(visit)
    deed = write(visit, found, token, closing.reopen, visit.actor, found.id, _reason(visit), version=version)
    return await done(visit, found, "mo-lai", deed, _("Đã mở lại văn bản."), token=token)


_LINE = PLACE + "/luot/{line}"
_PLAIN = (
    ("tra-lai", N_("Đã trả lại người giao."), _give_back),
    ("nhan-viec", N_("Đã ghi tiến độ."), _take_up),
    ("xin-gia-han", N_("Đã gửi đề nghị gia hạn."), _ask_extension),
    ("xin-ket-thuc", N_("Đã gửi đề nghị kết thúc."), _ask_no_answer),
    ("lay-lai", N_("Đã lấy lại lượt chuyển."), _recall),
    ("xin-lay-lai", N_("Đã gửi đề nghị lấy lại."), _ask_recall),
    ("rut", N_("Đã rút lượt chuyển."), _withdraw),
    ("gia-han", N_("Đã gia hạn."), _extend),
    ("tra-bao-cao", N_("Đã trả lại báo cáo."), _send_back),
    ("da-xem", N_("Đã xem."), _accept_return),
)

ROUTES = (
    get(PLACE, document),
    get(PLACE + "/tep/{file}", file),
    get(PLACE + "/tep/{file}/nhanh", glance),
    get(PLACE + "/tep/{file}/trang/{page}", page_picture),
    upload(PLACE + "/y-kien", opinion),
    upload(_LINE + "/bao-cao", report),
    upload(_LINE + "/ket-thuc", close),
    post(_LINE + "/chuyen-tiep", forward),
    post(_LINE + "/giao-lai", reassign),
    *(post(f"{_LINE}/{act}", _line_act(act, text, work)) for act, text, work in _PLAIN),
    post(PLACE + "/de-nghi/{request}", decide),
    post(PLACE + "/ban-giay", keep_paper),
    post(PLACE + "/mo-lai", reopen),
)
