"""Signing in and out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mailsvc.accounts import second_factor
from mailsvc.auth.authenticate import AuthFailed, TooManyAttempts
from mailsvc.auth.sessions import csrf_token, new_token
from mailsvc.core.errors import Busy
from mailsvc.http.paths import local_path
from mailsvc.http.sessions import close_session, guest_cookie_name, hand_over, open_session, set_cookie
from mailsvc.http.visits import SIGN_IN_PATH, Visit, get, post
from mailsvc.store import accounts, ways_in
from mailsvc.store.tx import Tx
from webmail import second_step, words
from webmail.i18n import N_, _
from webmail.pages import bare_page

log = logging.getLogger(__name__)
_WARNED = 3
"""Tries left from which on the wait is told."""
_WRONG = N_("Sai tên đăng nhập hoặc mật khẩu. Xin kiểm tra phím CapsLock và bộ gõ tiếng Việt rồi thử lại.")


async def form(visit: Visit) -> Response:
    """The sign-in page; who is signed in goes on at once."""
    wanted = local_path(visit.request.query_params.get("tiep", ""))
    if visit.visitor is not None:
        return RedirectResponse(wanted, 303)
    return _page(visit, 200, wanted, ended="tiep" in visit.request.query_params and _had_session(visit))


async def sign_in(visit: Visit) -> Response:
    """Open a session, or say why not. The answer never tells whether the name exists."""
    name, password = visit.field("ten", 320), str(visit.form.get("mat_khau", ""))
    wanted = local_path(visit.field("tiep", 2000))
    try:
        identity = await visit.office.authenticator.password(name, password, visit.peer, own=True)
    except TooManyAttempts as error:
        after = words.wait(error.retry_after_ms)
        text = _("Đã thử sai nhiều lần. Xin đợi %(after)s rồi thử lại.", after=after)
        response = _page(visit, 429, wanted, name, text, kept=_kept(visit))
        response.headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
        return response
    except AuthFailed as error:
        log.info("web sign-in refused: %s from %s", error.reason, visit.peer)
        return _page(visit, 403, wanted, name, f"{_(_WRONG)} {_ahead(visit, name)}".strip(), kept=_kept(visit))
    except Busy:
        return _page(visit, 503, wanted, name, _("Máy chủ đang bận; xin thử lại."), kept=_kept(visit))
    version = await visit.office.db.read(_asks_for_code, identity.account_id)
    if version is not None:
        return await _code_wanted(visit, identity.account_id, version, wanted)
    return await _open(visit, identity.account_id, wanted)


def _ahead(visit: Visit, name: str) -> str:
    """The wait that the next wrong passwords bring, told before it comes; '' while it is far."""
    ahead = visit.office.authenticator.outlook(name, visit.peer)
    if ahead is None or (ahead.left > _WARNED and not ahead.wait_ms):
        return ""
    most = words.wait(ahead.most_ms)
    if ahead.wait_ms:
        text = N_("Lần thử tới phải đợi %(after)s; sai thêm thì đợi lâu gấp đôi, tối đa %(most)s.")
        return _(text, after=words.wait(ahead.wait_ms), most=most)
    text = N_("Sai thêm %(left)s lần nữa thì phải đợi trước khi thử lại, mỗi lần lâu gấp đôi, tối đa %(most)s.")
    return _(text, left=ahead.left, most=most)


def _asks_for_code(tx: Tx, account_id: int) -> int | None:
    """The version of the password when a code is needed besides it, else None."""
    return accounts.get(tx, account_id).credential_version if ways_in.has_factor(tx, account_id) else None


async def _code_wanted(visit: Visit, account_id: int, version: int, wanted: str) -> Response:
    """The password was right: now the code, which a script sends along with it."""
    code = visit.field("ma_xac_thuc", 40)
    if code:
        return await _with_code(visit, account_id, code, wanted, second_step.note(visit, account_id, version))
    return _code_page(visit, 200, wanted, second_step.note(visit, account_id, version))


async def enter_code(visit: Visit) -> Response:
    """The second step of signing in: the code of the app, or a recovery code."""
    wanted, given = local_path(visit.field("tiep", 2000)), visit.field("buoc_mot", 400)
    account_id = await second_step.account_of(visit, given) if given else None
    if account_id is None:
        return _page(visit, 403, wanted, "", _("Bước đầu đã quá 5 phút; xin nhập lại mật khẩu."), kept=_kept(visit))
    return await _with_code(visit, account_id, visit.field("ma_xac_thuc", 40), wanted, given)


async def _with_code(visit: Visit, account_id: int, code: str, wanted: str, given: str) -> Response:
    checked = await visit.office.db.write(second_factor.check, visit.office.vault, account_id, code)
    if checked.right:
        return await _open(visit, account_id, wanted)
    log.info("web sign-in: wrong code for account %d from %s", account_id, visit.peer)
    if checked.wait_ms:
        text = _("Đã thử sai nhiều lần. Xin đợi %(after)s rồi thử lại.", after=words.wait(checked.wait_ms))
        return _code_page(visit, 429, wanted, given, text)
    if checked.lost:
        return _code_page(visit, 403, wanted, given, second_step.lost())
    return _code_page(
        visit, 403, wanted, given, _("Mã chưa đúng hoặc đã dùng rồi. Xin nhập mã mới nhất trong ứng dụng.")
    )


def _code_page(visit: Visit, status: int, wanted: str, given: str, problem: str = "") -> Response:
    token = csrf_token(visit.request.cookies.get(guest_cookie_name(visit.office.settings), ""))
    if _is_script(visit):
        return JSONResponse({"vao": False, "loi": problem, "can_ma": True, "ma": token}, status)
    values: dict[str, Any] = {"form_token": token, "wanted": wanted, "given": given, "problem": problem}
    return bare_page(visit.request, "signin_code.html", status, {**values, "kept": _kept(visit)})


async def _open(visit: Visit, account_id: int, wanted: str) -> Response:
    old = visit.visitor.token if visit.visitor else ""
    agent = visit.request.headers.get("user-agent", "")
    token = await open_session(visit.office, account_id, visit.peer, agent, old)
    response = _opened(visit, token, wanted)
    hand_over(visit.office, response, token)
    return response


def _opened(visit: Visit, token: str, wanted: str) -> Response:
    """Where to go on: to the page wanted, or back to the form that came too late. A script learns the new token."""
    if _is_script(visit):
        return JSONResponse({"vao": True, "ma": csrf_token(token)})
    kept = _kept(visit)
    return _resend(visit, kept, token) if kept else RedirectResponse(wanted, 303)


def _is_script(visit: Visit) -> bool:
    return visit.request.headers.get("accept", "") == "application/json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that came when its session was over."""

    path: str
    fields: tuple[tuple[str, str], ...]


def _kept(visit: Visit) -> Kept | None:
    """The form that was carried through signing in."""
    path = local_path(str(visit.form.get("gui_lai", "")), "")
    if not path:
        return None
    items = visit.form.multi_items()
    return Kept(path, tuple((name[2:], str(value)) for name, value in items if name.startswith("o.")))


def _resend(visit: Visit, kept: Kept, token: str) -> Response:
    """What was typed, ready to be sent again by the person: signing in alone changes nothing."""
    return bare_page(visit.request, "resend.html", 200, {"form_token": csrf_token(token), "kept": kept})


def session_ended(request: Request, path: str, fields: tuple[tuple[str, str], ...]) -> Response:
    """Sign in again without losing what was typed."""
    visit = Visit(request, request.app.state.office, None)
    return _page(visit, 401, path, ended=True, kept=Kept(path, fields))


async def sign_out(visit: Visit) -> Response:
    """End the session and show the sign-in page."""
    response = RedirectResponse(SIGN_IN_PATH, 303)
    await close_session(visit.office, response, visit.who.token)
    return response


def _had_session(visit: Visit) -> bool:
    """Whether the browser still sends a cookie of a session that is over."""
    return any(name.endswith("phien") for name in visit.request.cookies)


def _page(
    visit: Visit,
    status: int,
    wanted: str,
    name: str = "",
    problem: str = "",
    *,
    ended: bool = False,
    kept: Kept | None = None,
) -> Response:
    cookie = guest_cookie_name(visit.office.settings)
    token = visit.request.cookies.get(cookie, "")
    fresh = len(token) != 43
    token = new_token() if fresh else token
    values: dict[str, Any] = {"form_token": csrf_token(token), "wanted": wanted, "name": name, "problem": problem}
    values |= {"ended": ended, "kept": kept}
    if _is_script(visit):
        return JSONResponse({"vao": False, "loi": problem, "ma": values["form_token"]}, status)
    response = bare_page(visit.request, "signin.html", status, values)
    if fresh:
        set_cookie(visit.office.settings, response, cookie, token)
    return response


ROUTES = (
    get(SIGN_IN_PATH, form, public=True),
    post(SIGN_IN_PATH, sign_in, public=True),
    post(f"{SIGN_IN_PATH}/ma", enter_code, public=True),
    post("/dang-xuat", sign_out),
)
