"""Quy chế: the version in force, acknowledgement, amendment from proposal to publication."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid
from mailsvc.documents import regulation as work
from mailsvc.documents import rights
from mailsvc.documents.regulation import PAGE, Article, Missing
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import regulations as store
from mailsvc.store.regulations import Regulation, Round
from mailsvc.store.tx import Tx
from webmail.forms import calendar_day
from webmail.i18n import _
from webmail.i18n import said as i18n_said
from webmail.pages import go, page


@dataclass(frozen=True, slots=True)
class Shown:
    """A version with what the person may do about it. `missing` only for those who follow it up."""

    one: Regulation | None
    articles: tuple[Article, ...]
    acknowledged: bool
    missing: tuple[Missing, ...]
    proposes: bool
    decides: bool
    versions: tuple[Regulation, ...]
    rounds: tuple[tuple[Round, bool], ...]


def shown(tx: Tx, actor: Actor, regulation_id: int | None) -> Shown:
    """A version, the one in force without an id. Only who proposes or decides sees what is not published."""
    office = rights.of_organisation(main_organisation(tx))
    proposes, decides = (rights.may(tx, actor, act, office) for act in (Act.PROPOSE_RULES, Act.DECIDE_RULES))
    one = work.current(tx) if regulation_id is None else store.get(tx, regulation_id)
    if one is not None and one.state != work.PUBLISHED and not (proposes or decides):
        rights.require(tx, actor, Act.PROPOSE_RULES, office)
    follows = one is not None and one.state == work.PUBLISHED and (proposes or decides)
    versions = [row for row in store.listing(tx) if row.state == work.PUBLISHED or proposes or decides]
    return Shown(
        one=one,
        articles=tuple(work.articles(one.text)) if one else (),
        acknowledged=one is not None and store.has_acknowledged(tx, one.id, actor.account_id or 0),
        missing=tuple(work.missing(tx, one.id)) if one is not None and follows else (),
        proposes=proposes,
        decides=decides,
        versions=tuple(versions),
        rounds=tuple((row, work.is_open(tx, row)) for row in store.rounds(tx)),
    )


async def in_force(visit: Visit) -> Response:
    return await _page(visit, None)


async def version(visit: Visit) -> Response:
    return await _page(visit, visit.whole("regulation"))


async def _page(visit: Visit, regulation_id: int | None, status: int = 200, problem: str = "") -> Response:
    found = await visit.office.db.read(shown, visit.actor, regulation_id)
    given = {name: visit.field(name, 200_000) for name in visit.form}
    return await page(visit, "regulation.html", status=status, found=found, given=given, problem=problem)


async def acknowledge(visit: Visit) -> Response:
    await visit.office.db.write(work.acknowledge, visit.actor, visit.whole("regulation"))
    return go(visit, PAGE, _("Đã ghi xác nhận của bạn."))


async def propose(visit: Visit) -> Response:
    """What is wrong is said above the form; the text that was typed stays in it."""
    texts = (visit.field("title", 500), visit.field("text", 200_000), visit.field("grounds", 4000))
    try:
        made = await visit.office.db.write(work.propose, visit.actor, *texts)
    except Invalid as error:
        return await _page(visit, None, 422, i18n_said(error))
    return go(visit, f"{PAGE}/{made}", _("Đã đề xuất; Giám đốc được báo."))


async def publish(visit: Visit) -> Response:
    regulation_id, day = visit.whole("regulation"), calendar_day(visit.field("valid_from", 40))
    try:
        if day is None:
            raise Invalid("Ngày hiệu lực “%(typed)s” không phải là ngày.", typed=visit.field("valid_from", 40))
        number = visit.field("number", 100)
        await visit.office.db.write(work.publish, visit.actor, regulation_id, number, day.isoformat())
    except Invalid as error:
        return await _page(visit, regulation_id, 422, i18n_said(error))
    return go(visit, f"{PAGE}/{regulation_id}", _("Đã ban hành; mọi người được báo để xác nhận."))


async def refuse(visit: Visit) -> Response:
    regulation_id = visit.whole("regulation")
    try:
        await visit.office.db.write(work.refuse, visit.actor, regulation_id, visit.field("reason", 2000))
    except Invalid as error:
        return await _page(visit, regulation_id, 422, i18n_said(error))
    return go(visit, PAGE, _("Đã ghi không đồng ý; người đề xuất được báo."))


async def remind(visit: Visit) -> Response:
    count = await visit.office.db.write(work.remind, visit.actor, visit.whole("regulation"))
    return go(visit, f"{PAGE}/{visit.whole('regulation')}", _("Đã nhắc %(count)s người.", count=count))


ROUTES = (
    get(PAGE, in_force),
    post(PAGE + "/de-xuat", propose),
    get(PAGE + "/{regulation}", version),
    post(PAGE + "/{regulation}/xac-nhan", acknowledge),
    post(PAGE + "/{regulation}/ban-hanh", publish),
    post(PAGE + "/{regulation}/khong-dong-y", refuse),
    post(PAGE + "/{regulation}/nhac", remind),
)
