"""Registers in print and as files, stamped copies, slips. Drawn in a child; who printed what is noted."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from mailsvc.core.clock import office_date, office_datetime
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents.outgoing import draft
from mailsvc.documents.outgoing import register as outgoing
from mailsvc.documents.outgoing.packing import SIGNED
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.routing import pages as routing_pages
from mailsvc.http.files import disposition, file_response
from mailsvc.http.headers import FILE_POLICY
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.visits import Visit, get
from mailsvc.message.filetypes import extension
from mailsvc.reports import registers
from mailsvc.reports.book import BOOKS
from mailsvc.reports.printing import FORMS
from mailsvc.reports.registers import Wanted
from mailsvc.store import copies, issued, receipts, units
from mailsvc.store import outgoing as outgoing_store
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from webmail import forms, outdesk, papers, paperwork
from webmail.i18n import V_, _
from webmail.outdesk import PLACE
from webmail.pages import page

PRINT = "/in-so"
SECONDS = 90.0


# ---- registers ----------------------------------------------------------------------------------------------
def _wanted(visit: Visit) -> Wanted:
    """What the address asks for. Raises Invalid for days that are none."""
    days = []
    for name in ("tu", "den"):
        text = visit.query(name)
        found = forms.calendar_day(text)
        if text and found is None:
            raise Invalid("“%(text)s” không phải là ngày.", text=text)
        days.append(found.isoformat() if found else "")
    year = visit.query("nam")
    today = office_date(visit.office.clock.now_ms()).year
    kind = visit.query("so") if visit.query("so") in BOOKS else "di"
    number = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else today
    return Wanted(kind, number, days[0], days[1], visit.query("day"), visit.query("quyen", 10))


def _form(tx: Tx, visit: Visit, wanted: Wanted) -> dict[str, Any]:
    org_code = outdesk.org_of(tx, visit.who.account.id)
    kind = "sao" if wanted.kind == "sao" else "di"
    return {"series": outgoing.series_names(tx, org_code, wanted.year, kind) if wanted.kind in ("di", "sao") else ()}


async def form(visit: Visit) -> Response:
    """Which register, which days, as what."""
    wanted = _wanted(visit)
    values = await visit.office.db.read(_form, visit, wanted)
    return await page(visit, "print_form.html", wanted=wanted, books=BOOKS, formats=FORMS, **values)


async def file(visit: Visit) -> Response:
    """The register as PDF, DOCX, XLSX or CSV."""
    wanted, form = _wanted(visit), visit.query("dang") or "pdf"
    if form not in FORMS:
        raise NotFound("Không có dạng tệp này.")
    org_code = await visit.office.db.read(outdesk.org_of, visit.who.account.id)
    book = await visit.office.db.read(registers.book, visit.actor, org_code, wanted)
    payload = json.dumps(book.to_dict(), ensure_ascii=False).encode()
    data = await _drawn(
        visit, "book", {"form": form}, payload, _("Sổ quá dài để in một lần; xin chọn khoảng ngày ngắn hơn.")
    )
    await visit.office.db.write(registers.note_printed, visit.actor, org_code, wanted, form)
    name = f"{book.title.lower()} {wanted.year}.{form}".replace(" ", "-")
    if form == "pdf":
        return file_response(data, name, show=visit.query("xem") == "1")
    headers = {
        "Content-Disposition": disposition("attachment", name),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=FORMS[form], headers=headers)


async def _drawn(visit: Visit, task: str, arguments: dict[str, Any], payload: bytes, sorry: str) -> bytes:
    try:
        answer = await visit.state.helpers.call("print", task, arguments, payload, seconds=SECONDS)
    except HelperFailedError as error:
        raise Invalid(error.message.partition("Invalid: ")[2] or sorry) from error
    return bytes(answer.data)


# ---- the stamp ĐẾN ------------------------------------------------------------------------------------------
def _arrival(tx: Tx, document: Document) -> dict[str, str]:
    return {
        "organisation": units.name(tx, document.org_code, document.arrival_date),
        "number": str(document.arrival_number),
        "day": registers.day(document.arrival_date),
        "passed": document.recipients,
    }


async def stamped(visit: Visit) -> Response:
    """A copy of the incoming PDF with the stamp; the original stays as it came."""
    found = await visit.office.db.read(routing_pages.seen_document, visit.who.account.id, visit.whole("document"))
    chosen = papers.paper_of(await visit.office.db.read(paperwork.papers_of, found), visit.whole("file"))
    if extension(chosen.name) != "pdf":
        raise Invalid("Chỉ đóng dấu đến lên bản sao của tệp PDF.")
    await paperwork.note_view(visit, found, f"file {chosen.name}")
    data = await papers.loader(visit, chosen)()
    arrival = await visit.office.db.read(_arrival, found)
    sorry = _("Không đóng dấu lên bản sao của tệp này được; xin in bản gốc rồi đóng dấu.")
    made = await _drawn(visit, "stamp", arrival, data, sorry)
    return file_response(made, f"dau-den-{found.arrival_number}-{chosen.name}", show=True)


# ---- outgoing -----------------------------------------------------------------------------------------------
def _slip(tx: Tx, document: Document, printer: str) -> dict[str, Any]:
    now = office_datetime(tx.now_ms)
    sent = [(one.name, "1") for one in receipts.of_document(tx, document.id)]
    written = [(line.strip(" -;."), "1") for line in document.recipients.split("\n") if line.strip(" -;.")]
    return {
        "organisation": document.issuer,
        "code": document.code,
        "day": registers.day(document.issue_date),
        "subject": document.subject,
        "receivers": sent or written,
        "mark": V_(f"In từ hệ thống văn phòng điện tử, lúc {now:%H:%M ngày %d/%m/%Y}. Người in: {printer}."),
    }


async def slip(visit: Visit) -> Response:
    """Phiếu gửi for a numbered document."""
    document = await outdesk.asked(visit)
    if not document.code:
        raise Invalid("Văn bản chưa có số nên chưa có phiếu gửi.")
    values = await visit.office.db.read(_slip, document, visit.who.account.full_name)
    data = await _drawn(
        visit, "slip", {}, json.dumps(values, ensure_ascii=False).encode(), _("Không in được phiếu gửi.")
    )
    return file_response(data, f"phieu-gui-{document.arrival_number}-{document.year}.pdf", show=True)


def _copy(tx: Tx, document: Document, copy_id: int) -> tuple[list[str], tuple[papers.Paper, ...]]:
    found = copies.get(tx, copy_id)
    if found.document_id != document.id:
        raise NotFound("Không có bản sao này.")
    line = issued.get(tx, found.number_id)
    organisation = units.name(tx, found.org_code, office_date(found.made_ms).isoformat())
    when = office_datetime(found.made_ms).isoformat(timespec="seconds")
    mark = [words().copies[found.form], organisation, when, line.code]
    files = draft.current_files(tx, outgoing_store.get(tx, document.id))
    return mark, outdesk.papers_of(document, tuple(one for one in files if one.role == SIGNED))


async def copy(visit: Visit) -> Response:
    """The signed scan with the line of an electronic copy; the original stays as it is."""
    document = await outdesk.asked(visit)
    mark, found = await visit.office.db.read(_copy, document, visit.whole("copy"))
    if not found:
        raise Invalid("Văn bản không có bản ký/scan PDF để sao.")
    await paperwork.note_view(visit, document, f"file {found[0].name}")
    data = await papers.loader(visit, found[0])()
    made = await _drawn(visit, "copy_mark", {"lines": mark}, data, _("Không ghi dòng sao lên tệp PDF này được."))
    return file_response(made, f"ban-sao-{visit.whole('copy')}-{found[0].name}", show=True)


ROUTES = (
    get(PRINT, form),
    get(PRINT + "/tep", file),
    get("/xu-ly/{document}/dau-den/{file}", stamped),
    get(PLACE + "/phieu-gui", slip),
    get(PLACE + "/ban-sao/{copy}", copy),
)
