"""Drafting an outgoing document: the sheet, new versions, comparing two of them."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import Invalid, MailsvcError, NotFound, Phrase
from mailsvc.documents.errors import Stale
from mailsvc.documents.extraction.catalogue import document_types
from mailsvc.documents.fields import InvalidFields, Problem
from mailsvc.documents.outgoing import draft, fields, who
from mailsvc.documents.outgoing.compare import Piece, Row
from mailsvc.documents.outgoing.fields import NAMES, DraftFields
from mailsvc.documents.outgoing.packing import ANNEX, ORIGINAL
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights.units import units_of_organisation
from mailsvc.http.helpers import HelperFailedError
from mailsvc.http.visits import Visit, get, post, upload
from mailsvc.message.filetypes import extension
from mailsvc.store import outgoing
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from webmail import forms, outdesk, papers
from webmail.house_words import spoken
from webmail.i18n import _
from webmail.i18n import said as i18n_said
from webmail.outdesk import PLACE
from webmail.pages import go, page
from webmail.papers import Paper

NEW = "/van-ban-di/moi"
FILES = (("tep_goc", ORIGINAL), ("phu_luc", ANNEX))


# ---- the sheet ----------------------------------------------------------------------------------------------
def _choices(tx: Tx, account_id: int) -> dict[str, Any]:
    org_code = outdesk.org_of(tx, account_id)
    return {
        "signers": who.signers(tx, org_code),
        "units": list(units_of_organisation(tx, org_code).values()),
        "types": [one.name for one in document_types() if one.in_outgoing],
    }


async def _sheet(
    visit: Visit,
    typed: DraftFields,
    *,
    document: Document | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    said: str = "",
    lost: str = "",
) -> Response:
    """`lost`: names of the files that came with the form and must be chosen again where no script holds them."""
    choices = await visit.office.db.read(_choices, visit.who.account.id)
    values: dict[str, Any] = {"typed": typed, "document": document, "problems": problems, "said": said, "lost": lost}
    values |= choices | {"words": spoken(words())}
    return await page(visit, "out_draft.html", status=status, **values)


def _given(visit: Visit) -> DraftFields:
    return fields.from_form({name: visit.field(name, 4000) for name in NAMES if name in visit.form})


async def new(visit: Visit) -> Response:
    """The empty sheet; `?tra_loi=12/2026` for a document that answers an incoming one."""
    unit = visit.who.account.unit_code
    return await _sheet(visit, DraftFields(unit_code=unit, answers=visit.query("tra_loi", 40)))


async def begin(visit: Visit) -> Response:
    """Begin a draft with its first files."""
    typed = fields.tidy(_given(visit))
    try:
        files = await outdesk.packed(visit, typed.subject, FILES)
    except Invalid as error:
        wrong = Problem(FILES[0][0], Phrase(error.text, **error.values), True)
        return await _sheet(visit, typed, problems=(wrong,), status=422)
    try:
        document = await visit.office.db.write(draft.begin, visit.actor, typed, files)
    except InvalidFields as error:
        lost = [one.name for field, _role in FILES for one in await visit.files(field)]
        return await _sheet(visit, typed, problems=error.problems, status=422, lost=", ".join(lost))
    except (Invalid, NotFound) as error:
        return await _sheet(visit, typed, status=422, said=i18n_said(error))
    return go(
        visit,
        outdesk.here(document),
        _("Đã lập dự thảo %(arrival_number)s/%(year)s.", arrival_number=document.arrival_number, year=document.year),
    )


async def edit(visit: Visit) -> Response:
    """The sheet as it stands."""
    document = await outdesk.asked(visit)
    return await _sheet(visit, await visit.office.db.read(draft.fields_of, document.id), document=document)


async def save(visit: Visit) -> Response:
    """Change the sheet; old and new words stay in the timeline."""
    document, typed = await outdesk.asked(visit), fields.tidy(_given(visit))
    try:
        await visit.office.db.write(draft.change_fields, visit.actor, document.id, typed, version=forms.version(visit))
    except InvalidFields as error:
        return await _sheet(visit, typed, document=document, problems=error.problems, status=422)
    except (Invalid, NotFound) as error:
        return await _sheet(visit, typed, document=document, status=422, said=i18n_said(error))
    except Stale as error:
        return await _sheet(visit, typed, document=document, status=409, said=i18n_said(error))
    return go(visit, outdesk.here(document), _("Đã sửa phiếu."))


# ---- versions -----------------------------------------------------------------------------------------------
async def version(visit: Visit) -> Response:
    """A new version of the files."""
    document = await outdesk.asked(visit)

    async def work() -> None:
        files = await outdesk.packed(visit, document.subject, FILES)
        dropped = [str(one) for one in visit.form.getlist("bo")]
        if files is None:
            raise Invalid("Chưa chọn tệp nào.")
        note = visit.field("ghi_chu", 500)
        await visit.office.db.write(draft.add_version, visit.actor, document.id, files, note, dropped)

    return await outdesk.done(visit, document, "phien-ban", work(), _("Đã thêm phiên bản; bản cũ vẫn còn."))


def _version_files(tx: Tx, document: Document, version: int) -> tuple[Paper, ...]:
    return outdesk.papers_of(document, outgoing.files_of(tx, document.id, version))


async def compare(visit: Visit) -> Response:
    """Two versions of the Word file side by side: `?cu=1&moi=2`."""
    document = await outdesk.asked(visit)
    versions = await visit.office.db.read(outgoing.versions_of, document.id)
    numbers = [one.version for one in versions]
    if len(numbers) < 2:
        raise NotFound("Dự thảo mới có một phiên bản, chưa có gì để so sánh.")
    new = _chosen(visit.query("moi"), numbers, numbers[-1])
    old = _chosen(visit.query("cu"), numbers, max([one for one in numbers if one < new], default=numbers[0]))
    rows, said = None, ""
    try:
        rows = await _compared(visit, document, old, new)
    except MailsvcError as error:
        said = i18n_said(error)
    values: dict[str, Any] = {"versions": versions, "old": old, "new": new, "rows": rows, "said": said}
    return await page(visit, "out_compare.html", document=document, here=outdesk.here(document), **values)


def _chosen(text: str, numbers: list[int], otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text[:9]) in numbers else otherwise


async def _compared(visit: Visit, document: Document, old: int, new: int) -> list[Row]:
    """Raises Invalid when one of them has no text to compare."""
    texts = [await _text(visit, document, number) for number in (old, new)]
    try:
        answer = await visit.state.helpers.call(
            "letter", "compare", {"cut": len(texts[0])}, texts[0] + texts[1], seconds=15.0
        )
    except HelperFailedError as error:
        raise Invalid("Hai bản quá dài để so sánh trên trang; xin tải về so sánh bằng Word.") from error
    return [Row(kind, _pieces(left), _pieces(right)) for kind, left, right in json.loads(answer.data)]


def _pieces(side: list[list[Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(text, marked) for text, marked in side)


async def _text(visit: Visit, document: Document, number: int) -> bytes:
    found = await visit.office.db.read(_version_files, document, number)
    word = next((one for one in found if one.role == ORIGINAL), None)
    if word is None or extension(word.name) != "docx":
        raise Invalid("Phiên bản %(number)s không có tệp .docx nên không so sánh được.", number=number)
    text = await papers.word_text(visit, word)
    if not text:
        raise Invalid("Không đọc được chữ trong “%(word)s”.", word=word.name)
    return text.encode()


ROUTES = (
    get(NEW, new),
    upload(NEW, begin),
    get(PLACE + "/sua", edit),
    post(PLACE + "/sua", save),
    upload(PLACE + "/phien-ban", version),
    get(PLACE + "/so-sanh", compare),
)
