"""Entering what came on paper, and correcting what stands in the register."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import register, scanned, uploads
from mailsvc.documents.case import examine
from mailsvc.documents.errors import Stale
from mailsvc.documents.fields import Fields, InvalidFields, Problem, no_day, tidy
from mailsvc.documents.routing.rules import rules
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.visits import Visit, get, post, upload
from mailsvc.message.compose import Person
from mailsvc.store import accounts
from mailsvc.store.documents import Document
from mailsvc.store.intake import Entry
from mailsvc.store.tx import Tx
from webmail import forms, views
from webmail.forms import EntryFields
from webmail.i18n import N_, V_, _
from webmail.i18n import said as i18n_said
from webmail.pages import go, page
from webmail.routes.document_types import type_names

log = logging.getLogger(__name__)

PAPER = "/van-ban-den/moi"
SCAN = "/van-ban-den/tai-len"
CORRECT = "/van-ban-den/{year}/{number}/sua"


def _org(tx: Tx, account_id: int) -> str:
    mine = views.rights(tx, account_id)
    if not mine.clerk:
        raise Refused("Chỉ văn thư của cơ quan được ghi sổ văn bản đến.")
    return mine.org_code


# ---- paper --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Paper:
    """The empty form with the number that would be given now, and what is the same in the register."""

    org_code: str
    number: int
    duplicates: tuple[Document, ...]
    problems: tuple[Problem, ...]


def _paper(tx: Tx, account_id: int, fields: Fields, arrival: str) -> Paper:
    org_code = _org(tx, account_id)
    advice = register.advise(tx, org_code, fields, on_date=forms.calendar_day(arrival))
    return Paper(org_code, advice.number, advice.duplicates, advice.problems)


async def paper(visit: Visit) -> Response:
    """The form for a document that came on paper."""
    found = await visit.office.db.read(_paper, visit.who.account.id, Fields(), "")
    today = office_date(visit.office.clock.now_ms()).isoformat()
    return await _paper_page(visit, found, EntryFields(Fields(), today))


async def save_paper(visit: Visit) -> Response:
    """Enter it under the next số đến."""
    fields, arrival = forms.given(visit), visit.field("arrival_date", 40)
    found = await visit.office.db.read(_paper, visit.who.account.id, fields, arrival)
    day = forms.calendar_day(arrival)
    if day is None:
        wrong = Problem("arrival_date", no_day(N_("Ngày đến"), arrival), True)
        return await _paper_page(visit, found, EntryFields(fields, arrival, problems=(wrong, *found.problems)), 422)
    try:
        document = await visit.office.db.write(
            register.register_paper, visit.actor, found.org_code, fields, on_date=day
        )
    except InvalidFields as error:
        problems = forms.together(error.problems, found.problems)
        return await _paper_page(visit, found, EntryFields(fields, arrival, problems=problems), 422)
    return go(visit, f"/van-ban-den/{document.year}/{document.arrival_number}?moi=1")


async def _paper_page(visit: Visit, found: Paper, form: EntryFields, status: int = 200) -> Response:
    return await page(visit, "paper_entry.html", status=status, found=found, form=form, types=type_names())


# ---- scans --------------------------------------------------------------------------------------------------
async def scan_form(visit: Visit) -> Response:
    """The form for scans of papers."""
    await visit.office.db.read(_org, visit.who.account.id)
    return await page(visit, "scan_upload.html", problem="", title="", rule=rules().scan)


async def save_scan(visit: Visit) -> Response:
    """Keep the files whatever they are, as an entry that waits for the register; what is not as the rule wants is
    said on its page."""
    title = visit.field("tieu_de", 300)
    files = [(one.name, one.data) for one in await visit.files("tep")]
    try:
        if not files:
            raise Invalid("Chưa chọn tệp nào.")
        entry = await _taken_in(visit, title or files[0][0], files)
    except Invalid as error:
        values = {"problem": i18n_said(error), "title": title, "rule": rules().scan}
        return await page(visit, "scan_upload.html", status=422, **values)
    return go(visit, f"/van-ban-den/cho-vao-so/{entry.id}", _("Đã nhận %(count)s tệp.", count=len(files)))


async def _taken_in(visit: Visit, title: str, files: list[tuple[str, bytes]]) -> Entry:
    me = visit.who.account
    checked = [scanned.check(name, await _measured(visit, data)) for name, data in files]
    address = await visit.office.db.read(accounts.primary_address, me.id)
    text = "\n".join([V_(f"Bản quét do {me.full_name} tải lên."), *scanned.sentences(checked)]) + "\n"
    person = Person(me.full_name, address or "van-thu@localhost")
    packed = await visit.office.work(uploads.pack, visit.office, person, title, text, files, "scan")
    case = await visit.office.work(examine, packed.letter.data, packed.letter.scan)
    entry: Entry = await visit.office.db.write(scanned.take_in, visit.actor, packed, case, checked)
    return entry


async def _measured(visit: Visit, data: bytes) -> dict[str, Any]:
    try:
        answer = await visit.state.helpers.call("letter", "quality", {}, data, seconds=10.0)
    except HelperFailedError as error:
        log.info("a scan of %d bytes could not be measured: %s", len(data), error)
        return {}
    about: dict[str, Any] = answer.about
    return about


# ---- corrections --------------------------------------------------------------------------------------------
def _document(tx: Tx, account_id: int, year: int, number: int) -> Document:
    return register.get_document(tx, _org(tx, account_id), year, number)


async def _asked(visit: Visit) -> Document:
    return await visit.office.db.read(_document, visit.who.account.id, visit.whole("year"), visit.whole("number"))


async def correction(visit: Visit) -> Response:
    """The row as it stands, to be changed with a reason."""
    found = await _asked(visit)
    return await _correction_page(visit, found, EntryFields(register.fields_of(found), found.arrival_date))


async def correct(visit: Visit) -> Response:
    """Change the row; old and new words stay in the timeline."""
    found, fields, reason = await _asked(visit), forms.given(visit), visit.field("reason", 500)
    form = EntryFields(fields, found.arrival_date)
    try:
        await visit.office.db.write(
            register.correct, visit.actor, found.id, fields, reason, version=forms.version(visit)
        )
    except InvalidFields as error:
        form = EntryFields(fields, found.arrival_date, problems=error.problems)
        return await _correction_page(visit, found, form, 422, reason=reason)
    except Stale as error:
        rival = forms.differences(tidy(fields), register.fields_of(found))
        form = EntryFields(fields, found.arrival_date, rival=rival)
        return await _correction_page(visit, found, form, 409, reason=reason, problem=i18n_said(error))
    except Invalid as error:
        return await _correction_page(visit, found, form, 422, reason=reason, problem=i18n_said(error))
    return go(visit, f"/van-ban-den/{found.year}/{found.arrival_number}", _("Đã sửa; nội dung cũ còn trong diễn biến."))


async def _correction_page(
    visit: Visit, found: Document, form: EntryFields, status: int = 200, *, reason: str = "", problem: str = ""
) -> Response:
    values = {"document": found, "form": form, "reason": reason, "problem": problem, "types": type_names()}
    return await page(visit, "correction.html", status=status, **values)


ROUTES = (
    get(SCAN, scan_form),
    upload(SCAN, save_scan),
    get(PAPER, paper),
    post(PAPER, save_paper),
    get(CORRECT, correction),
    post(CORRECT, correct),
)
