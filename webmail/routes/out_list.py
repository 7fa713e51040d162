"""Outgoing documents: the register with its ten columns, what is under way, missing paper versions."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from mailsvc.core.clock import office_date
from mailsvc.core.errors import Refused
from mailsvc.documents import rights
from mailsvc.documents.outgoing import paper, register, states, who
from mailsvc.documents.outgoing.register import OutPage
from mailsvc.documents.outgoing.words import words
from mailsvc.documents.rights import Act, Subject
from mailsvc.http.visits import Visit, get
from mailsvc.store import documents, issued, outgoing
from mailsvc.store.documents import Document
from mailsvc.store.outgoing import Flow
from mailsvc.store.tx import Tx
from webmail import outdesk
from webmail.house_words import spoken
from webmail.i18n import N_
from webmail.pages import page

REGISTER = "/van-ban-di"
LIMIT = 50
_TABS = {
    "cua-toi": N_("Của tôi"),
    "dang-xu-ly": N_("Đang xử lý"),
    "cho-cap-so": N_("Chờ cấp số"),
    "da-cap-so": N_("Chờ phát hành"),
    "da-bo": N_("Đã bỏ"),
}
_STATES = {
    "cua-toi": (*states.UNDER_WAY, states.NUMBERED),
    "dang-xu-ly": states.UNDER_WAY,
    "cho-cap-so": (states.WAITING,),
    "da-cap-so": (states.NUMBERED,),
    "da-bo": (states.DROPPED,),
}


# ---- the register -------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the register of one year; `kind` is di (documents) or sao (copies)."""

    kind: str
    year: int
    years: tuple[int, ...]
    series: str
    names: tuple[tuple[str, str], ...]
    query: str
    rows: OutPage
    before: int | None

    def tail(self, **changes: object) -> str:
        """`?nam=…&tim=…` with changes; what is empty is left out."""
        values = {"so": self.kind if self.kind != "di" else "", "nam": self.year, "day": self.series, "tim": self.query}
        kept = {name: value for name, value in {**values, **changes}.items() if value}
        return "?" + urlencode(kept)


def require_reader(tx: Tx, visit: Visit) -> str:
    """The organisation whose registers the person may read. Raises Refused."""
    org_code = outdesk.org_of(tx, visit.who.account.id)
    rights.require(tx, visit.actor, Act.READ_REGISTER, Subject(org_code))
    return org_code


def _register(tx: Tx, visit: Visit, kind: str, year: int, series: str, query: str, before: int | None) -> Shown:
    org_code = require_reader(tx, visit)
    this_year = office_date(tx.now_ms).year
    years = tuple(sorted({this_year, year, *issued.years(tx, org_code)}, reverse=True))
    rows = register.rows(tx, org_code, year, kind=kind, series=series, query=query, limit=LIMIT, before_id=before)
    names = register.series_names(tx, org_code, year, kind)
    return Shown(kind, year, years, series, names, query, rows, before)


async def listing(visit: Visit) -> Response:
    """The ten columns, latest number first. Who may not read the register sees his own drafts instead."""
    kind = "sao" if visit.query("so") == "sao" else "di"
    year = whole(visit.query("nam")) or office_date(visit.office.clock.now_ms()).year
    before = whole(visit.query("truoc"))
    try:
        shown = await visit.office.db.read(_register, visit, kind, year, visit.query("day"), visit.query("tim"), before)
    except Refused:
        return await under_way(visit)
    return await page(visit, "out_register.html", register=shown)


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# ---- under way ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """A document under way with who drafts and who signs it."""

    flow: Flow
    document: Document
    drafter: str


def _under_way(tx: Tx, visit: Visit, tab: str) -> tuple[Line, ...]:
    account_id = visit.who.account.id
    org_code = outdesk.org_of(tx, account_id)
    mine = account_id if tab == "cua-toi" else None
    flows = outgoing.listing(tx, org_code, _STATES[tab], drafter_id=mine)
    sees_all = mine is not None or rights.may(tx, visit.actor, Act.READ, Subject(org_code))
    visible = [one for one in flows if sees_all or who.may(tx, visit.actor, Act.READ, one)]
    names = register.names(tx, [one.drafter_id for one in visible])
    return tuple(Line(one, documents.get(tx, one.document_id), names[one.drafter_id]) for one in visible)


async def under_way(visit: Visit) -> Response:
    """Drafts by where they stand; `?muc=` chooses."""
    tab = visit.query("muc") if visit.query("muc") in _TABS else "cua-toi"
    rows = await visit.office.db.read(_under_way, visit, tab)
    return await page(visit, "out_list.html", tab=tab, tabs=_TABS, rows=rows, words=spoken(words()))


# ---- paper --------------------------------------------------------------------------------------------------
async def missing_paper(visit: Visit) -> Response:
    """Numbered documents whose paper main version is not stored yet."""
    org_code = await visit.office.db.read(outdesk.org_of, visit.who.account.id)
    rows = await visit.office.db.read(paper.missing, visit.actor, org_code)
    return await page(visit, "out_paper.html", rows=rows, words=spoken(words()))


ROUTES = (
    get(REGISTER, listing),
    get(REGISTER + "/dang-xu-ly", under_way),
    get(REGISTER + "/thieu-ban-giay", missing_paper),
)
