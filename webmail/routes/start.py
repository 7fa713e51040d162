"""The first page: by what the person's post has to do first."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from mailsvc.http.visits import Visit, get
from webmail import views


async def start(visit: Visit) -> Response:
    """Clerks begin with what waits for the register, leaders with the register, everybody else with mail."""
    mine = await visit.office.db.read(views.rights, visit.who.account.id)
    if mine.clerk:
        return RedirectResponse("/van-ban-den/cho-vao-so", 303)
    return RedirectResponse("/van-ban-den" if mine.reads_register else "/thu", 303)


async def manifest(visit: Visit) -> Response:
    """For "add to home screen"."""
    return RedirectResponse(visit.state.static.address("app.webmanifest"), 302)


ROUTES = (get("/", start), get("/manifest.webmanifest", manifest, public=True))
