"""The page of one outgoing document: showing it, its files, and doing something with it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response

from mailsvc.core.errors import AlreadyThere, Invalid, MailsvcError, NotFound, Refused
from mailsvc.documents import clerks
from mailsvc.documents.errors import Stale
from mailsvc.documents.outgoing import desk, packing, who
from mailsvc.documents.outgoing.desk import Desk
from mailsvc.documents.outgoing.packing import Given, Packed
from mailsvc.documents.outgoing.words import words
from mailsvc.http.visits import Visit
from mailsvc.message.compose import Person
from mailsvc.store import accounts, outgoing
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import OutFile
from mailsvc.store.tx import Tx
from webmail import came_from, chain, papers, views, ways_back
from webmail.house_words import spoken
from webmail.i18n import V_, said
from webmail.pages import go, page
from webmail.papers import Paper
from webmail.paperwork import Refusal, note_view

PLACE = "/van-ban-di/{year}/{number}"
_STATUS = ((Stale, 409), (AlreadyThere, 409), (Refused, 403), (NotFound, 404), (Invalid, 422))
_FORMS = {
    "trinh": "submit", "lay-lai": "take_back", "duyet": "approve_content", "chuyen-the-thuc": "send_to_format",
    "lay-y-kien": "ask_opinions",
    "the-thuc": "approve_format", "ky": "sign", "lay-so": "request_number", "cap-so": "give_number",
    "so-chen": "insert_number", "ban-ky": "attach_signed", "tra-lai": "send_back", "huy-so": "cancel_number",
    "thu-hoi": "recall", "sao": "copy", "quan-he": "link", "bo": "drop", "phien-ban": "version", "nhac": "remind",
    "ban-giay/trinh": "paper_submit", "ban-giay/duyet": "paper_approve", "ban-giay/luu": "paper_keep",
}  # fmt: skip
"""The form on the page to the act it is shown for."""
_EACH = 1000  # the number of a file in addresses: version * 1000 + position


def org_of(tx: Tx, account_id: int) -> str:
    """The organisation the person works in."""
    return clerks.organisation_of(tx, account_id)


def _seen(tx: Tx, visit: Visit, year: int, number: int) -> Document:
    return desk.seen_document(tx, visit.actor, year, number, org_of(tx, visit.who.account.id))


async def asked(visit: Visit) -> Document:
    """The document of the address, for who may read it. Raises NotFound."""
    return await visit.office.db.read(_seen, visit, visit.whole("year"), visit.whole("number"))


def here(document: Document) -> str:
    """Its address."""
    return f"/van-ban-di/{document.year}/{document.arrival_number}"


def papers_of(document: Document, files: list[OutFile] | tuple[OutFile, ...]) -> tuple[Paper, ...]:
    """Files with their addresses."""
    base = f"{here(document)}/tep"
    return tuple(
        Paper(number_of(one), one.name, one.size, one.sha256, one.role, one.content_id, one.path,
              f"{base}/{number_of(one)}")
        for one in files
    )  # fmt: skip


def number_of(file: OutFile) -> int:
    return file.version * _EACH + file.position


async def show(visit: Visit, document: Document, *, status: int = 200, refusal: Refusal | None = None) -> Response:
    """The page; opening it is noted in the history."""
    await note_view(visit, document, "page")
    work: Desk = await visit.office.db.read(desk.desk, visit.actor, document)
    found = papers_of(document, work.files)
    chosen = papers.choose(found, visit.query("tep"))
    shown = papers.Shown(None) if chosen is None else await papers.show(visit, chosen, None)
    needs_people = "ask_opinions" in work.acts
    people = await visit.office.db.read(who.colleagues, document.org_code) if needs_people else []
    signers = await visit.office.db.read(who.signers, document.org_code) if "copy" in work.acts else []
    values: dict[str, Any] = {"refusal": refusal, "words": spoken(words()), "people": people, "signers": signers}
    reads = (await visit.office.db.read(views.rights, visit.who.account.id)).reads_register
    values["back"] = came_from.back(visit, "/van-ban-di" if reads else "/van-ban-di/dang-xu-ly")
    # A refusal stands beside its form; when the form has gone with the state, at the top.
    values["chain"] = await visit.office.db.read(chain.of_outgoing, visit.actor, document)
    values["stray"] = refusal is not None and not (
        work.mine if refusal.act == "y-kien" else _FORMS.get(refusal.act) in work.acts
    )
    return await page(visit, "out_document.html", status=status, work=work, papers=found, shown=shown, **values)


async def done(
    visit: Visit, document: Document, act: str, work: Awaitable[Any], text: str, undo: str = "", token: str = ""
) -> Response:
    """Do it and go back to the page; a refusal shows the page with what was typed. `undo`: the act that undoes it;
    `token`: what it changed may be kept under it."""
    try:
        await work
    except MailsvcError as error:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 0)
        if not status:
            raise
        typed = {name: value for name, value in visit.form.multi_items() if isinstance(value, str)}
        fresh = await visit.office.db.read(_seen, visit, document.year, document.arrival_number)
        return await show(visit, fresh, status=status, refusal=Refusal(said(error), act, typed))
    if token:
        return go(visit, here(document), text, *(await ways_back.form(visit, token, here(document))))
    return go(visit, here(document), text, f"{here(document)}/{undo}" if undo else "")


async def packed(visit: Visit, subject: str, fields: tuple[tuple[str, str], ...]) -> Packed | None:
    """The files of the form (field, role), wrapped and ready for the store; None without any.

    Raises Invalid, StorageFull.
    """
    given = [Given(one.name, one.data, role) for name, role in fields for one in await visit.files(name)]
    if not given:
        return None
    me = visit.who.account
    address = await visit.office.db.read(accounts.primary_address, me.id)
    sender = Person(me.full_name, address or "khong-co-dia-chi@localhost")
    made: Packed = await visit.office.work(
        packing.pack, visit.office, sender, f"{V_('Dự thảo')}: {subject}"[:200], given
    )
    return made


def _file(tx: Tx, document: Document, number: int) -> Paper:
    files = outgoing.files_of(tx, document.id, number // _EACH)
    return papers.paper_of(papers_of(document, files), number)


async def paper(visit: Visit) -> Paper:
    """The file the address names, of any version. Raises NotFound."""
    document = await asked(visit)
    found: Paper = await visit.office.db.read(_file, document, visit.whole("file"))
    await note_view(visit, document, f"file {found.name}")
    return found
