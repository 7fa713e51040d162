"""Quy định: the rules of the office, what they were and from when."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from mailsvc.core.actor import Actor
from mailsvc.core.clock import office_date
from mailsvc.core.errors import Invalid
from mailsvc.documents import rights, rules
from mailsvc.documents.rights import Act
from mailsvc.documents.rights.units import main_organisation
from mailsvc.documents.rules import Rule
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import accounts
from mailsvc.store.tx import Tx
from webmail.forms import calendar_day
from webmail.i18n import _, said
from webmail.pages import go, page

PAGE = "/quy-dinh"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule with its value of the day as people type it, and its changes: (from, value, who, reason)."""

    rule: Rule
    now: str
    changes: tuple[tuple[str, str, str, str], ...]


def _rows(tx: Tx, actor: Actor, day: str) -> tuple[list[Row], bool]:
    may_set = rights.may(tx, actor, Act.SET_RULES, rights.of_organisation(main_organisation(tx)))
    return [_row(tx, name, rule, day) for name, rule in rules.known().items()], may_set


def _row(tx: Tx, name: str, rule: Rule, day: str) -> Row:
    changes = [
        (one.valid_from, one.value, accounts.get(tx, one.set_by).full_name if one.set_by else "", one.reason)
        for one in rules.history(tx, name)
    ]
    return Row(rule, rules.shown(rule, rules.value(tx, name, day)), tuple(changes))


async def listing(visit: Visit) -> Response:
    """All rules on a day (`?ngay=`, default today)."""
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: str = "") -> Response:
    day = calendar_day(visit.query("ngay")) or office_date(visit.office.clock.now_ms())
    rows, may_set = await visit.office.db.read(_rows, visit.actor, day.isoformat())
    shown = {"rows": rows, "may_set": may_set, "day": day.isoformat(), "problem": problem}
    given = {name: visit.field(name, 4000) for name in visit.form}
    return await page(visit, "office_rules.html", status=status, **shown, given=given)


async def change(visit: Visit) -> Response:
    name, typed = visit.field("name", 100), visit.field("value", 4000)
    day = calendar_day(visit.field("valid_from", 40))
    try:
        if day is None:
            raise Invalid("Ngày hiệu lực: “%(typed)s” không phải là ngày.", typed=visit.field("valid_from", 40))
        new, reason = rules.read_text(name, typed), visit.field("reason", 500)
        await visit.office.db.write(rules.set_value, visit.actor, name, new, day.isoformat(), reason)
    except Invalid as error:
        return await _page(visit, 422, said(error))
    return go(visit, PAGE, _("Đã đổi, có hiệu lực từ %(day)s.", day=f"{day:%d/%m/%Y}"))


ROUTES = (get(PAGE, listing), post(PAGE, change))
