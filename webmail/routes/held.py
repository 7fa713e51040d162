"""Tạm giữ: what bears a mark of secrecy, seen and decided by two named people only."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, Refused
from mailsvc.documents import clerks, held_decisions, holding
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import accounts, guarding
from mailsvc.store.guarding import Held, Vote
from mailsvc.store.tx import Tx
from webmail import papers
from webmail.i18n import _
from webmail.i18n import said as i18n_said
from webmail.pages import go, page


@dataclass(frozen=True, slots=True)
class Item:
    """An item with the names of the two and what they have said: (name, decision, reason)."""

    held: Held
    said: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _List:
    items: tuple[Item, ...]
    holders: tuple[str, ...]


def _list(tx: Tx, actor: Actor) -> _List:
    org_code = clerks.organisation_of(tx, actor.account_id or 0)
    names = tuple(one.full_name for one in holding.holders(tx, org_code))
    if not holding.seats(tx, actor, org_code):
        raise Refused(
            "Chỉ %(names)s xem được mục tạm giữ. Căn cứ: %(RULE)s.", names=" và ".join(names), RULE=holding.RULE
        )
    items = guarding.held_listing(tx, org_code)
    return _List(tuple(_item(tx, one, guarding.votes(tx, one.id)) for one in items), names)


def _item(tx: Tx, held: Held, votes: list[Vote]) -> Item:
    said = [(accounts.get(tx, one.voter_id).full_name, one.decision, one.reason) for one in votes]
    return Item(held, tuple(said))


def _look(tx: Tx, actor: Actor, item_id: int) -> Item:
    return _item(tx, *held_decisions.look(tx, actor, item_id))


async def listing(visit: Visit) -> Response:
    found = await visit.office.db.read(_list, visit.actor)
    return await page(visit, "held.html", found=found, decisions=held_decisions.DECISIONS)


async def item(visit: Visit) -> Response:
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, problem: str = "") -> Response:
    """The item; with `?xem=1` the text of the letter, which is noted."""
    item_id = visit.whole("item")
    found = await visit.office.db.read(_look, visit.actor, item_id)
    text = ""
    if visit.query("xem") == "1" and found.held.content_id is not None and found.held.state == holding.HELD:
        await visit.office.db.write(held_decisions.note_look, visit.actor, item_id)
        text = await papers.letter_text(visit, found.held.content_id)
    shown = {"found": found, "text": text, "problem": problem, "decisions": held_decisions.DECISIONS}
    return await page(visit, "held_item.html", status=status, **shown)


async def decide(visit: Visit) -> Response:
    item_id, decision, reason = visit.whole("item"), visit.field("decision", 20), visit.field("reason", 500)
    try:
        done = await visit.office.db.write(held_decisions.decide, visit.actor, item_id, decision, reason)
    except Invalid as error:
        return await _show(visit, 422, i18n_said(error))
    waits = done.state == holding.HELD
    return go(visit, holding.PAGE, _("Đã ghi; chờ người thứ hai.") if waits else _("Hai người cùng ý: đã làm."))


ROUTES = (
    get(holding.PAGE, listing),
    get(holding.PAGE + "/{item}", item),
    post(holding.PAGE + "/{item}", decide),
)
