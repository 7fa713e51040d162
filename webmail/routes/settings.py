"""Cài đặt cá nhân: password, browsers, passwords of mail programs, the second factor, habits."""

from __future__ import annotations

from typing import Any

import segno
from starlette.responses import Response

from mailsvc.accounts import own_access, second_factor
from mailsvc.auth import totp
from mailsvc.auth.app_passwords import in_fours, new_app_password
from mailsvc.auth.authenticate import AuthFailed, TooManyAttempts
from mailsvc.auth.sessions import token_hash
from mailsvc.auth.vault import Vault
from mailsvc.core.errors import Invalid
from mailsvc.http.visits import PASSWORD_PATH, Visit, get, post
from mailsvc.mail import discovery
from mailsvc.store import accounts, preferences, sessions, ways_in
from mailsvc.store.tx import Tx
from webmail import devices, second_step, words
from webmail.i18n import _, said
from webmail.pages import go, page
from webmail.routes.start import START_PAGES

PAGE, BROWSERS, APPS, FACTOR = "/cai-dat", "/cai-dat/phien", "/cai-dat/ung-dung", "/cai-dat/hai-lop"
UNDO_SECONDS = ("0", "5", "15", "30", "60")


async def start(visit: Visit) -> Response:
    """All settings on one page, each with how it stands."""
    state = await visit.office.db.read(_state, visit.who.account.id)
    known = {getattr(one, "path", "") for one in visit.request.app.routes}
    chosen = visit.who.chosen
    values: dict[str, Any] = {
        "undo": chosen.get("undo_seconds", "15"),
        "start": chosen.get("start_page", ""),
        "known": known,
    }
    return await page(visit, "settings.html", **state, **values, undos=UNDO_SECONDS, starts=START_PAGES)


def _state(tx: Tx, account_id: int) -> dict[str, Any]:
    return {
        "browsers": len(sessions.listing(tx, account_id)),
        "apps": len(ways_in.listing(tx, account_id)),
        "factor": ways_in.has_factor(tx, account_id),
    }


async def habits(visit: Visit) -> Response:
    """How long sending can be undone, and the page one begins with."""
    undo, first = visit.field("undo_seconds", 5), visit.field("start_page", 60)
    chosen = {"undo_seconds": undo} if undo in UNDO_SECONDS else {}
    chosen |= {"start_page": first} if first in ("", *START_PAGES) else {}
    await visit.office.db.write(preferences.put, visit.who.account.id, chosen)
    return go(visit, PAGE, _("Đã lưu."))


# ---- password ------------------------------------------------------------------------------------------------------
async def password_form(visit: Visit) -> Response:
    return await page(visit, "settings_password.html", problems=[], must=visit.who.account.must_change)


async def change_password(visit: Visit) -> Response:
    """The old password is asked for; other browsers and programs with the old one end."""
    account, office = visit.who.account, visit.office
    old, new = str(visit.form.get("cu", "")), str(visit.form.get("moi", ""))
    problems = own_access.password_faults(account, old, new, str(visit.form.get("lai", "")))
    problems = problems or await _old_password_problem(visit, old)
    if problems:
        values = {"problems": problems, "must": account.must_change}
        return await page(visit, "settings_password.html", status=422, **values)
    salt = await office.db.read(accounts.scram_salt, account.id)
    keys = await office.authenticator.hasher.derive(new, salt)
    await office.db.write(own_access.change_password, visit.actor, keys, token_hash(visit.who.token))
    return go(visit, PAGE, _("Đã đổi mật khẩu. Các trình duyệt và máy khác dùng mật khẩu cũ đã bị đăng xuất."))


async def _old_password_problem(visit: Visit, old: str) -> list[str]:
    try:
        await visit.office.authenticator.password(visit.who.account.username, old, visit.peer, own=True)
    except TooManyAttempts as error:
        return [_("Đã thử sai nhiều lần. Xin đợi %(after)s rồi thử lại.", after=words.wait(error.retry_after_ms))]
    except AuthFailed:
        return [_("Mật khẩu đang dùng chưa đúng; mật khẩu chưa đổi.")]
    return []


# ---- browsers ------------------------------------------------------------------------------------------------------
async def browsers(visit: Visit) -> Response:
    found = await visit.office.db.read(sessions.listing, visit.who.account.id)
    mine = token_hash(visit.who.token)
    shown = [(own_access.browser_id(one), one, devices.named(one.agent), one.token_hash == mine) for one in found]
    return await page(visit, "settings_browsers.html", browsers=shown)


async def end_browser(visit: Visit) -> Response:
    await visit.office.db.write(own_access.end_browser, visit.actor, visit.field("phien", 64))
    return go(visit, BROWSERS, _("Đã đăng xuất trình duyệt đó."))


async def end_others(visit: Visit) -> Response:
    count = await visit.office.db.write(own_access.end_others, visit.actor, token_hash(visit.who.token))
    return go(visit, BROWSERS, _("Đã đăng xuất %(n)s trình duyệt khác.", n=count))


# ---- passwords of mail programs ------------------------------------------------------------------------------------
async def apps(visit: Visit) -> Response:
    return await _apps_page(visit, 200)


async def add_app(visit: Visit) -> Response:
    """A new password, shown on this page and never again."""
    office, password = visit.office, new_app_password()
    salt = await office.db.read(accounts.scram_salt, visit.who.account.id)
    keys = await office.authenticator.hasher.derive(password, salt)
    name = visit.field("ten", 60)
    try:
        await office.db.write(own_access.add_app, visit.actor, name, password, keys)
    except Invalid as error:
        return await _apps_page(visit, 422, problem=said(error), name=name)
    return await _apps_page(visit, 200, made=in_fours(password), picture=_picture(password), name=name)


async def revoke_app(visit: Visit) -> Response:
    name = await visit.office.db.write(own_access.revoke_app, visit.actor, visit.whole("id"))
    return go(visit, APPS, _("Đã thu hồi “%(name)s”; máy đang kết nối bằng mật khẩu này bị ngắt ngay.", name=name))


async def _apps_page(visit: Visit, status: int, **given: str) -> Response:
    values: dict[str, Any] = {"problem": "", "made": "", "picture": "", "name": "", **given}
    found = await visit.office.db.read(ways_in.listing, visit.who.account.id)
    address = await visit.office.db.read(accounts.primary_address, visit.who.account.id)
    ways = discovery.ways(visit.office.settings)
    return await page(visit, "settings_apps.html", status=status, apps=found, address=address, ways=ways, **values)


def _picture(text: str) -> str:
    """A QR picture as a data: address."""
    return str(segno.make(text, error="m").svg_data_uri(scale=5, border=4, light="#ffffff", dark="#000000"))


# ---- the second factor ---------------------------------------------------------------------------------------------
async def factor(visit: Visit) -> Response:
    return await _factor_page(visit, 200)


async def begin_factor(visit: Visit) -> Response:
    await visit.office.db.write(second_factor.begin, visit.office.vault, visit.who.account.id)
    return go(visit, FACTOR)


async def confirm_factor(visit: Visit) -> Response:
    """The first code of the app switches it on."""
    kept = token_hash(visit.who.token)
    try:
        vault, code = visit.office.vault, visit.field("ma_xac_thuc", 20)
        codes = await visit.office.db.write(second_factor.confirm, vault, visit.actor, code, kept)
    except Invalid as error:
        return await _factor_page(visit, 422, problem=said(error))
    return await _factor_page(visit, 200, codes=codes)


async def end_factor(visit: Visit) -> Response:
    """Switching it off takes a code, like signing in."""
    vault, code = visit.office.vault, visit.field("ma_xac_thuc", 40)
    checked = await visit.office.db.write(second_factor.check, vault, visit.who.account.id, code)
    if checked.lost:
        return await _factor_page(visit, 403, problem=second_step.lost())
    if not checked.right:
        return await _factor_page(visit, 403, problem=_("Mã chưa đúng hoặc đã dùng rồi; xác thực hai lớp vẫn bật."))
    if visit.field("viec", 10) == "ma-moi":
        return await _factor_page(
            visit, 200, codes=await visit.office.db.write(second_factor.renew_recovery, visit.actor)
        )
    await visit.office.db.write(second_factor.switch_off, visit.actor, visit.who.account.id)
    return go(visit, FACTOR, _("Đã tắt xác thực hai lớp."))


async def _factor_page(visit: Visit, status: int, *, problem: str = "", codes: list[str] | None = None) -> Response:
    on, waiting, left = await visit.office.db.read(_factor, visit.office.vault, visit.who.account.id)
    picture = secret = ""
    if waiting is not None:
        secret = in_fours(totp.base32(waiting))
        picture = _picture(totp.address(waiting, visit.who.account.username, visit.office.settings.organisation.name))
    values = {"on": on, "picture": picture, "secret": secret, "left": left}
    return await page(visit, "settings_factor.html", status=status, problem=problem, codes=codes or [], **values)


def _factor(tx: Tx, vault: Vault, account_id: int) -> tuple[bool, bytes | None, int]:
    """(whether it is on, the secret that waits for its first code, recovery codes left)"""
    waiting = second_factor.waiting(tx, vault, account_id)
    return ways_in.has_factor(tx, account_id), waiting, ways_in.recovery_left(tx, account_id)


ROUTES = (
    get(PAGE, start),
    post("/cai-dat/thoi-quen", habits),
    get(PASSWORD_PATH, password_form),
    post(PASSWORD_PATH, change_password),
    get(BROWSERS, browsers),
    post(BROWSERS, end_browser),
    post("/cai-dat/phien/tat-ca", end_others),
    get(APPS, apps),
    post(APPS, add_app),
    post("/cai-dat/ung-dung/{id}/thu-hoi", revoke_app),
    get(FACTOR, factor),
    post("/cai-dat/hai-lop/bat", begin_factor),
    post(FACTOR, confirm_factor),
    post("/cai-dat/hai-lop/tat", end_factor),
)
