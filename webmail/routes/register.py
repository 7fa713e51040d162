"""The register of incoming documents, and each document in it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Refused
from mailsvc.documents import clerks, rights
from mailsvc.documents import register as work
from mailsvc.documents.register import Page
from mailsvc.documents.rights import Act
from mailsvc.http.visits import Visit, get
from mailsvc.store import audit, documents
from mailsvc.store.documents import Document
from mailsvc.store.tx import Tx
from webmail import forms, papers, paperwork, views
from webmail.pages import page
from webmail.papers import Paper

REGISTER = "/van-ban-den"
LIMIT = 50
PRINTED = 20_000


@dataclass(frozen=True, slots=True)
class Register:
    """A page of the register of one year. `years` are those that have rows, and this one."""

    year: int
    years: tuple[int, ...]
    query: str
    rows: Page
    before: int | None

    def tail(self, **changes: object) -> str:
        """`?nam=…&tim=…` with changes; what is empty is left out."""
        values = {"nam": self.year, "tim": self.query, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})


def _org(tx: Tx, account_id: int) -> str:
    """The organisation whose register the person may read. Raises Refused."""
    mine = views.rights(tx, account_id)
    if not mine.reads_register:
        raise Refused("Bạn chưa được giao quyền xem sổ văn bản đến của cơ quan.")
    return mine.org_code


def _register(tx: Tx, account_id: int, year: int, query: str, before: int | None) -> Register:
    org_code = _org(tx, account_id)
    this_year = office_date(tx.now_ms).year
    years = tuple(sorted({this_year, year, *documents.years(tx, org_code)}, reverse=True))
    rows = work.register_rows(tx, org_code, year, query, limit=LIMIT, before=before)
    return Register(year, years, query, rows, before)


async def listing(visit: Visit) -> Response:
    """The ten columns, latest number first."""
    year = _whole(visit.query("nam")) or office_date(visit.office.clock.now_ms()).year
    before = _whole(visit.query("truoc"))
    shown = await visit.office.db.read(_register, visit.who.account.id, year, visit.query("tim"), before)
    return await page(visit, "register.html", register=shown)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# ---- in print -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PrintedRegister:
    """The register of a year as it is printed, oldest first. `days` is what was asked for, ISO or empty."""

    year: int
    days: tuple[str, str]
    rows: tuple[Document, ...]


def _printed(tx: Tx, account_id: int, year: int, first_day: str, last_day: str) -> PrintedRegister:
    org_code = _org(tx, account_id)
    found: list[Document] = []
    after: int | None = None
    while len(found) < PRINTED:
        rows = work.register_rows(
            tx, org_code, year, limit=500, before=after, oldest_first=True, first_day=first_day, last_day=last_day
        )
        found += rows.rows
        after = rows.next
        if after is None:
            break
    return PrintedRegister(year, (first_day, last_day), tuple(found))


def _note_printing(tx: Tx, actor: Actor, year: int, first: str, last: str) -> None:
    """Printing a register takes its rows out of the system: who did it stays written."""
    org_code = clerks.organisation_of(tx, actor.account_id or 0)
    audit.record(tx, actor, "register.print", f"register/{org_code}/in/{year}", first=first, last=last)


async def printed(visit: Visit) -> Response:
    """All ten columns for paper (A4 across), with the lines of the cover; `?tu=` and `?den=` are arrival days."""
    year = _whole(visit.query("nam")) or office_date(visit.office.clock.now_ms()).year
    days = [forms.calendar_day(visit.query(name)) for name in ("tu", "den")]
    first, last = (found.isoformat() if found else "" for found in days)
    shown = await visit.office.db.read(_printed, visit.who.account.id, year, first, last)
    await visit.office.db.write(_note_printing, visit.actor, year, first, last)
    return await page(visit, "register_print.html", register=shown)


# ---- one document -------------------------------------------------------------------------------------------
def _document(tx: Tx, actor: Actor, year: int, number: int) -> Document:
    """The document for who may read it. Raises NotFound, Refused."""
    org_code = clerks.organisation_of(tx, actor.account_id or 0)
    found = work.get_document(tx, org_code, year, number)
    rights.require(tx, actor, Act.READ, rights.of_document(tx, found))
    return found


async def document(visit: Visit) -> Response:
    """One document: what stands in the register, its files, its timeline. `?moi=1` right after it was entered."""
    found = await visit.office.db.read(_document, visit.actor, visit.whole("year"), visit.whole("number"))
    return await paperwork.show(visit, found, fresh=visit.query("moi") == "1")


async def _paper(visit: Visit) -> Paper:
    found = await visit.office.db.read(_document, visit.actor, visit.whole("year"), visit.whole("number"))
    paper = papers.paper_of(await visit.office.db.read(paperwork.papers_of, found), visit.whole("file"))
    await paperwork.note_view(visit, found, f"file {paper.name}")
    return paper


async def file(visit: Visit) -> Response:
    return await papers.download(visit, await _paper(visit))


async def glance(visit: Visit) -> Response:
    return await papers.glance(visit, await _paper(visit))


async def page_picture(visit: Visit) -> Response:
    return await papers.picture(visit, await _paper(visit))


ROUTES = (
    get(REGISTER, listing),
    get(REGISTER + "/in", printed),
    get(REGISTER + "/{year}/{number}", document),
    get(REGISTER + "/{year}/{number}/tep/{file}", file),
    get(REGISTER + "/{year}/{number}/tep/{file}/nhanh", glance),
    get(REGISTER + "/{year}/{number}/tep/{file}/trang/{page}", page_picture),
)
