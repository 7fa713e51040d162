"""Tiêu hủy: one person asks, a second consents."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, NotFound
from mailsvc.documents import clerks, destroying, rights
from mailsvc.documents.destroying import PAGE
from mailsvc.documents.rights import Act
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import accounts, documents, guarding
from mailsvc.store.documents import Document
from mailsvc.store.guarding import Purge
from mailsvc.store.tx import Tx
from webmail.i18n import _, said
from webmail.pages import go, page

_DIRECTIONS = {"den": "in", "di": "out"}


@dataclass(frozen=True, slots=True)
class Row:
    """A request with its document and the names of the two."""

    one: Purge
    document: Document
    asker: str
    decider: str
    decides: bool


@dataclass(frozen=True, slots=True)
class _Page:
    rows: tuple[Row, ...]
    asks: bool


def _page(tx: Tx, actor: Actor) -> _Page:
    """Raises Refused for who may neither ask nor consent."""
    org_code = clerks.organisation_of(tx, actor.account_id or 0)
    office = rights.of_organisation(org_code)
    asks, consents = (rights.may(tx, actor, act, office) for act in (Act.ASK_PURGE, Act.CONSENT_PURGE))
    if not asks:
        rights.require(tx, actor, Act.CONSENT_PURGE, office)
    rows = [_row(tx, one, actor, consents) for one in guarding.purge_listing(tx, org_code)]
    return _Page(tuple(rows), asks)


def _row(tx: Tx, one: Purge, actor: Actor, consents: bool) -> Row:
    decider = accounts.get(tx, one.decided_by).full_name if one.decided_by else ""
    decides = consents and one.state == destroying.ASKED and one.asked_by != actor.account_id
    found = documents.get(tx, int(one.thing.partition("/")[2]))
    return Row(one, found, accounts.get(tx, one.asked_by).full_name, decider, decides)


async def listing(visit: Visit) -> Response:
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, problem: str = "") -> Response:
    found = await visit.office.db.read(_page, visit.actor)
    given = {name: visit.field(name, 1000) for name in visit.form}
    return await page(visit, "destroying.html", status=status, found=found, given=given, problem=problem)


async def ask(visit: Visit) -> Response:
    try:
        await visit.office.db.write(_ask, visit)
    except (Invalid, NotFound) as error:
        return await _show(visit, 422, said(error))
    return go(visit, PAGE, _("Đã đề nghị; chờ người thứ hai đồng ý. Từ lúc này không ai mở được văn bản."))


def _ask(tx: Tx, visit: Visit) -> int:
    numbers = [visit.field(name, 10) for name in ("year", "number")]
    if not all(one.isascii() and one.isdigit() for one in numbers):
        raise Invalid("Năm và số phải là số.")
    org_code = clerks.organisation_of(tx, visit.who.account.id)
    direction = _DIRECTIONS.get(visit.field("direction", 5), "in")
    found = documents.by_number(tx, org_code, direction, int(numbers[0]), int(numbers[1]))
    if found is None:
        raise NotFound("Không có văn bản số %(numbers)s năm %(numbers_2)s.", numbers=numbers[1], numbers_2=numbers[0])
    return destroying.ask(tx, visit.actor, found.id, visit.field("reason", 1000))


async def decide(visit: Visit) -> Response:
    consent, answer = visit.field("consent", 5) == "1", visit.field("answer", 1000)
    try:
        await visit.office.db.write(destroying.decide, visit.actor, visit.whole("purge"), consent, answer)
    except Invalid as error:
        return await _show(visit, 422, said(error))
    return go(visit, PAGE, _("Đã tiêu hủy nội dung.") if consent else _("Đã ghi không đồng ý."))


ROUTES = (get(PAGE, listing), post(PAGE, ask), post(PAGE + "/{purge}", decide))
