"""Tìm kiếm: one box over everything, as a page (`/tim`) and as the list under Ctrl+K (`/tim/nhanh`)."""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse, Response

from mailsvc.http.visits import Visit, get
from mailsvc.store.tx import Tx
from webmail import seeking, views
from webmail.pages import page
from webmail.seek_sources import KINDS
from webmail.seeking import Found, Hit

_FEW, _MANY, _SHORTEST = 5, 30, 2


async def quick(visit: Visit) -> Response:
    """The first few of each kind, for the list under the box."""
    query = visit.query("q")
    rail, found = await visit.office.db.read(_find, visit.who.account.id, query, "", _FEW)
    known = seeking.commands(rail, query, _FEW + 3)
    template = visit.state.templates.get_template("seek_quick.html")
    shown = {"commands": known, "found": found, "query": query, "marked": seeking.marked}
    return HTMLResponse(template.render(shown))


async def results(visit: Visit) -> Response:
    """All kinds with their first hits, or one kind (`?loai=`) with many."""
    query, chosen = visit.query("q"), visit.query("loai", 20)
    chosen = chosen if chosen in {kind.code for kind in KINDS} else ""
    rail, found = await visit.office.db.read(_find, visit.who.account.id, query, chosen, _MANY if chosen else _FEW * 2)
    known: tuple[Hit, ...] = () if chosen else seeking.commands(rail, query, _FEW)
    values: dict[str, Any] = {"query": query, "chosen": chosen, "kinds": KINDS, "found": found, "commands": known}
    return await page(visit, "seek.html", **values, marked=seeking.marked)


def _find(tx: Tx, account_id: int, query: str, chosen: str, most: int) -> tuple[views.Rail, list[Found]]:
    rail = views.rail(tx, account_id)
    if len(query) < _SHORTEST:
        return rail, []
    wanted = [kind for kind in KINDS if chosen in ("", kind.code)]
    return rail, [Found(kind, tuple(kind.find(tx, account_id, query, most))) for kind in wanted]


ROUTES = (get("/tim", results), get("/tim/nhanh", quick))
