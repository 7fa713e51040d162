"""What belongs to the frame of every page: the post one works in, language and colours, the session, the keys."""

from __future__ import annotations

from starlette.responses import JSONResponse, RedirectResponse, Response

from mailsvc.auth.sessions import csrf_token
from mailsvc.core.errors import Refused
from mailsvc.documents.rights import posts_of
from mailsvc.http.paths import local_path
from mailsvc.http.sessions import LANGUAGE_COOKIE, guest_cookie_name
from mailsvc.http.visits import Visit, get, post
from mailsvc.store import preferences
from mailsvc.store.tx import Tx
from webmail.i18n import LANGUAGES, N_, _
from webmail.pages import page

THEMES = ("light", "dark", "auto")
_KEYS = (
    ("Ctrl K", N_("Tìm nhanh ở mọi nơi")),
    ("/", N_("Vào ô tìm")),
    ("?", N_("Các phím của trang đang mở")),
    ("c", N_("Soạn thư")),
    ("g v", N_("Việc của tôi")),
    ("g t", N_("Hộp thư")),
    ("g d", N_("Văn bản đến")),
    ("g i", N_("Văn bản đi")),
    ("z", N_("Hoàn tác việc vừa làm")),
    ("Ctrl Enter", N_("Gửi biểu mẫu đang viết")),
)


async def session(visit: Visit) -> Response:
    """For scripts: whether somebody is signed in (`vao`), and the token that forms need now (`ma`)."""
    guest = visit.request.cookies.get(guest_cookie_name(visit.office.settings), "")
    secret = visit.visitor.token if visit.visitor else guest
    return JSONResponse({"vao": visit.visitor is not None, "ma": csrf_token(secret) if secret else ""})


async def choose_post(visit: Visit) -> Response:
    """Work in one of one's posts from now on; empty: in whichever fits. Raises Refused for a post of somebody else."""
    await visit.office.db.write(_choose_post, visit.who.account.id, visit.field("chuc_danh", 200))
    return RedirectResponse(local_path(visit.field("ve")), 303)


def _choose_post(tx: Tx, account_id: int, wanted: str) -> None:
    if wanted and wanted not in {one.key for one in posts_of(tx, account_id)}:
        raise Refused("Chức danh này không còn là của bạn; chưa đổi gì.")
    preferences.put(tx, account_id, {"post": wanted})


async def choose_look(visit: Visit) -> Response:
    """Language and colours, for all of the person's browsers."""
    chosen = {}
    if visit.field("language", 5) in LANGUAGES:
        chosen["language"] = visit.field("language", 5)
    if visit.field("theme", 5) in THEMES:
        chosen["theme"] = visit.field("theme", 5)
    await visit.office.db.write(preferences.put, visit.who.account.id, chosen)
    return RedirectResponse(local_path(visit.field("ve")), 303)


async def speak(visit: Visit) -> Response:
    """The language of the sign-in page, for this browser."""
    response = RedirectResponse("/dang-nhap", 303)
    wanted = visit.query("ngon_ngu", 5)
    if wanted in LANGUAGES:
        secure = visit.office.settings.web.secure_cookies
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=31_536_000, httponly=True, samesite="lax", secure=secure)
    return response


async def keys(visit: Visit) -> Response:
    """The keys that work everywhere; js/key_help.js shows those of a page."""
    return await page(visit, "keys.html", general=[(key, _(text)) for key, text in _KEYS])


ROUTES = (
    get("/phien", session, public=True),
    get("/noi", speak, public=True),
    post("/cai-dat/chuc-danh", choose_post),
    post("/cai-dat/giao-dien", choose_look),
    get("/phim-tat", keys),
)
