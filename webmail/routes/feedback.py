"""Góp ý: opinions on the regulation by article, the Office's answers, the table of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.errors import AlreadyThere, Invalid
from mailsvc.documents import regulation as work
from mailsvc.documents import rights
from mailsvc.documents.regulation import Article
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.http.files import file_response
from mailsvc.http.visits import Visit, get, post
from mailsvc.reports.sheets import as_docx
from mailsvc.store import accounts
from mailsvc.store import regulations as store
from mailsvc.store.regulations import Opinion, Round
from mailsvc.store.tx import Tx
from webmail.forms import calendar_day
from webmail.i18n import _, said
from webmail.pages import go, page

BASE = work.PAGE + "/gop-y"


@dataclass(frozen=True, slots=True)
class Shown:
    """A round. `opinions`: (opinion, name): all of them for the Office, their own for everybody else."""

    one: Round
    is_open: bool
    answers: bool
    articles: tuple[Article, ...]
    opinions: tuple[tuple[Opinion, str], ...]


def _shown(tx: Tx, actor: Actor, round_id: int) -> Shown:
    one = store.round_of(tx, round_id)
    answers = rights.may(tx, actor, Act.PROPOSE_RULES, rights.of_organisation(main_organisation(tx)))
    opinions = [row for row in store.opinions(tx, round_id) if answers or row.author_id == actor.account_id]
    names = [accounts.get(tx, row.author_id).full_name if row.author_id else _("Không ghi tên") for row in opinions]
    articles = tuple(work.articles(store.get(tx, one.regulation_id).text))
    return Shown(one, work.is_open(tx, one), answers, articles, tuple(zip(opinions, names, strict=True)))


async def open_round(visit: Visit) -> Response:
    day = calendar_day(visit.field("last_day", 40))
    if day is None:
        raise Invalid("Hạn góp ý “%(typed)s” không phải là ngày.", typed=visit.field("last_day", 40))
    title, nameless = visit.field("title", 300), visit.field("anonymous", 5) == "1"
    made = await visit.office.db.write(work.open_round, visit.actor, title, day.isoformat(), anonymous=nameless)
    return go(visit, f"{BASE}/{made}", _("Đã mở đợt góp ý; mọi người được báo."))


async def listing(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    found = await visit.office.db.read(_shown, visit.actor, visit.whole("round"))
    given = {name: visit.field(name, 10_000) for name in visit.form}
    return await page(
        visit, "feedback.html", status=status, found=found, given=given, problem=problem, answers=work.ANSWERS
    )


async def give(visit: Visit) -> Response:
    round_id, nameless = visit.whole("round"), visit.field("nameless", 5) == "1"
    texts = (visit.field("article", 50), visit.field("text", 10_000))
    try:
        await visit.office.db.write(work.give_opinion, visit.actor, round_id, *texts, nameless=nameless)
    except (Invalid, AlreadyThere) as error:
        return await _page(visit, 422, said(error))
    return go(visit, f"{BASE}/{round_id}", _("Đã ghi góp ý, cảm ơn bạn."))


async def answer(visit: Visit) -> Response:
    kind, text = visit.field("kind", 20), visit.field("answer", 4000)
    try:
        await visit.office.db.write(work.answer, visit.actor, visit.whole("opinion"), kind, text)
    except Invalid as error:
        return await _page(visit, 422, said(error))
    return go(visit, f"{BASE}/{visit.whole('round')}", _("Đã ghi tiếp thu, giải trình."))


async def synthesis(visit: Visit) -> Response:
    """The table as a Word file."""
    report = await visit.office.db.read(work.synthesis, visit.actor, visit.whole("round"))
    return file_response(await visit.office.work(as_docx, report), "tong-hop-gop-y.docx", show=False)


ROUTES = (
    post(BASE, open_round),
    get(BASE + "/{round}", listing),
    post(BASE + "/{round}", give),
    get(BASE + "/{round}/tong-hop.docx", synthesis),
    post(BASE + "/{round}/{opinion}/tra-loi", answer),
)
