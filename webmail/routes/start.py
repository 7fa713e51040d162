"""The first page: by what the person's post has to do first."""

from __future__ import annotations

from starlette.responses import JSONResponse, RedirectResponse, Response

from mailsvc.http.visits import Visit, get
from webmail import views
from webmail.i18n import _
from webmail.shell import MANAGE

START_PAGES = ("/viec", "/thu", "/van-ban-den", "/van-ban-di", "/cong-viec", MANAGE)
"""What a person may choose to begin with; a page that is not for him tells him so."""
LEADERS = frozenset(
    {"giam_doc", "lanh_dao_so", "chanh_van_phong", "pho_van_phong", "truong_phong", "pho_phong", "thu_truong_don_vi"}
)
"""Roles whose day begins with what others ask of them; whoever reads a register is among them by that."""
SPECIALIST = "chuyen_vien"


async def start(visit: Visit) -> Response:
    """Clerks begin with what waits for the register, leaders with their work, who manages the system with that,
    specialists with their work too, everybody else with mail."""
    chosen = visit.who.chosen.get("start_page", "")
    if chosen in START_PAGES:
        return RedirectResponse(chosen, 303)
    mine = await visit.office.db.read(views.rights, visit.who.account.id)
    if mine.clerk:
        return RedirectResponse("/van-ban-den/cho-vao-so", 303)
    if mine.reads_register or visit.who.roles & LEADERS:
        return RedirectResponse("/viec", 303)
    if mine.manages:
        return RedirectResponse(MANAGE, 303)
    return RedirectResponse("/viec" if SPECIALIST in visit.who.roles else "/thu", 303)


async def manifest(visit: Visit) -> Response:
    """For "add to home screen"."""
    organisation = visit.office.settings.organisation
    described = {
        "name": _("Văn phòng điện tử – %(name)s", name=organisation.name),
        "short_name": _("Văn phòng"),
        "lang": "vi",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f3f5f8",
        "theme_color": "#1c5aa0",
        "icons": [{"src": visit.state.static.address("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JSONResponse(described, media_type="application/manifest+json")


ROUTES = (get("/", start), get("/manifest.webmanifest", manifest, public=True))
