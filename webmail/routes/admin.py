"""Quản trị: how the house is."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from mailsvc.accounts import administering, health
from mailsvc.http.visits import Page, Visit, get, post
from mailsvc.store import ways_in
from webmail import health_states
from webmail.routes.admin_shell import admin_page

PAGE = "/quan-tri"


async def overview(visit: Visit) -> Response:
    """How the house is, in words."""
    office = visit.office
    facts = await health.facts(office, visit.actor)
    now_ms = office.clock.now_ms()
    found = health_states.health(facts, office.settings, now_ms)
    return await admin_page(visit, "admin_health.html", found=found, troubles=facts.troubles, now_ms=now_ms)


async def ask_dns(visit: Visit) -> Response:
    """Ask the name servers again, then look at the page."""
    await health.ask_again(visit.office, visit.actor)
    return RedirectResponse(f"{PAGE}#dns", 303)


def with_factor(inner: Page) -> Page:
    """The page, for administrators with a second factor where the office demands one; the others are led to it."""

    async def guarded(visit: Visit) -> Response:
        web = visit.office.settings.web
        if web.admins_need_second_factor and administering.ADMINISTRATOR in visit.who.roles:
            has = await visit.office.db.read(ways_in.has_factor, visit.who.account.id)
            return await inner(visit) if has else RedirectResponse("/cai-dat/hai-lop", 303)
        return await inner(visit)

    return guarded


ROUTES = (get(PAGE, with_factor(overview)), post(PAGE + "/dns", with_factor(ask_dns)))
