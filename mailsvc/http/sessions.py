"""Who is behind a request: the session cookie, opening and closing sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mailsvc.auth import sessions as rules
from mailsvc.core.actor import Post
from mailsvc.core.settings import Settings
from mailsvc.documents.rights import posts_of
from mailsvc.http import setup
from mailsvc.mail.office import Office
from mailsvc.store import accounts, audit, preferences
from mailsvc.store import sessions as rows
from mailsvc.store.accounts import Account
from mailsvc.store.tx import Tx
from webmail import i18n

LANGUAGE_COOKIE = "ngon_ngu"
"""What a browser without a session was asked to speak."""
WITHOUT_SESSION = ("/static/", "/anh/", "/healthz", *setup.PREFIXES)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, with the roles of today. `token` is the secret of the session; `post`: the one of his posts he
    chose to work in, None for whichever fits; `chosen`: his preferences by name (store/preferences.py)."""

    account: Account
    roles: frozenset[str]
    token: str = field(repr=False)
    post: Post | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def form_token(self) -> str:
        """What every form of this session carries."""
        return rules.csrf_token(self.token)


def cookie_name(settings: Settings) -> str:
    """The prefix makes browsers insist on Secure, Path=/ and no Domain; it needs HTTPS."""
    return "__Host-phien" if settings.web.secure_cookies else "phien"


def guest_cookie_name(settings: Settings) -> str:
    """The cookie that ties the sign-in form to the browser before there is a session."""
    return "__Host-khach" if settings.web.secure_cookies else "khach"


class Sessions:
    """ASGI middleware: puts the Visitor, or None, into `request.state.visitor`."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app = app
        self._office = office
        self._rules = rules.SessionRules(idle_ms=office.settings.web.session_hours * 3_600_000)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            cookies = Request(scope).cookies
            visitor = None
            token = cookies.get(cookie_name(self._office.settings), "")
            if token and not scope["path"].startswith(WITHOUT_SESSION):
                visitor = await self._visitor(token)
            state["visitor"] = visitor
            i18n.speak((visitor.chosen.get("language") if visitor else None) or cookies.get(LANGUAGE_COOKIE, ""))
        await self._app(scope, receive, send)

    async def _visitor(self, token: str) -> Visitor | None:
        hashed = rules.token_hash(token)
        found = await self._office.db.read(_find, hashed)
        if found is None:
            return None
        session, visitor = found
        account = visitor.account
        now_ms = self._office.clock.now_ms()
        known = rules.Session(hashed, account.id, session.created_ms, session.seen_ms)
        if not rules.is_live(known, now_ms, self._rules):
            return None
        if rules.wants_touch(known, now_ms, self._rules):
            ends = min(now_ms + self._rules.idle_ms, session.created_ms + self._rules.whole_ms)
            await self._office.db.write(rows.touch, hashed, ends)
        return replace(visitor, token=token)


def _find(tx: Tx, hashed: bytes) -> tuple[rows.WebSession, Visitor] | None:
    session = rows.find(tx, hashed)
    if session is None:
        return None
    account = accounts.get(tx, session.account_id)
    chosen = preferences.of(tx, account.id)
    visitor = Visitor(account, frozenset(accounts.roles_of(tx, account.id)), "", _post(tx, account.id, chosen), chosen)
    return session, visitor


def _post(tx: Tx, account_id: int, chosen: Mapping[str, str]) -> Post | None:
    """The post chosen, as long as it is still his."""
    wanted = chosen.get("post")
    return next((one for one in posts_of(tx, account_id) if one.key == wanted), None) if wanted else None


async def open_session(office: Office, account_id: int, peer: str, agent: str, old: str) -> str:
    """A new session with a new token, whatever token the browser had before; that one ends. Gives the token."""
    now_ms = office.clock.now_ms()
    token, session = rules.open_session(account_id, now_ms)
    expires_ms = now_ms + office.settings.web.session_hours * 3_600_000
    await office.db.write(_create, session.token_hash, account_id, expires_ms, peer, agent, old)
    return token


def hand_over(office: Office, response: Response, token: str) -> None:
    """Give the browser the cookie of its new session."""
    set_cookie(office.settings, response, cookie_name(office.settings), token)
    drop_cookie(office.settings, response, guest_cookie_name(office.settings))


def _create(tx: Tx, hashed: bytes, account_id: int, expires_ms: int, peer: str, agent: str, old: str) -> None:
    if old:
        rows.remove(tx, rules.token_hash(old))
    rows.remove_expired(tx)
    rows.create(tx, hashed, account_id, expires_ms, peer, agent)
    audit.record(tx, account_id, "web.sign_in", f"account/{account_id}", peer=peer)


async def close_session(office: Office, response: Response, token: str) -> None:
    """The session ends in the store, not only in the browser."""
    await office.db.write(rows.remove, rules.token_hash(token))
    drop_cookie(office.settings, response, cookie_name(office.settings))
    response.headers["Clear-Site-Data"] = '"cache"'


def set_cookie(settings: Settings, response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie that no script reads and no other site's form sends. Without an age it ends with the browser."""
    response.set_cookie(
        name, value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=settings.web.secure_cookies
    )


def drop_cookie(settings: Settings, response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=settings.web.secure_cookies)
