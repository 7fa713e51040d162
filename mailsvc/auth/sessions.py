"""Web sessions as values: opaque tokens, expiry rules, CSRF tokens. The rows live in store/."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

TOKEN_BYTES = 32
_SALT_DIGITS = 16


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lives, in milliseconds."""

    idle_ms: int = 12 * 3_600_000
    """Without a request."""
    whole_ms: int = 14 * 24 * 3_600_000
    """Since login, however busy."""
    touch_ms: int = 5 * 60_000
    """How stale seen_ms may grow before it is worth a write."""


@dataclass(frozen=True, slots=True)
class Session:
    """A row of the store: token_hash is SHA-256 (32 bytes) of the token, which only the browser has."""

    token_hash: bytes
    account_id: int
    created_ms: int
    seen_ms: int


def new_token() -> str:
    """A fresh random token (43 URL-safe characters) for the cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What the store looks the session up by; a stolen database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def open_session(account_id: int, now_ms: int) -> tuple[str, Session]:
    """A token for the cookie and the session to store."""
    token = new_token()
    return token, Session(token_hash(token), account_id, now_ms, now_ms)


def is_live(session: Session, now_ms: int, rules: SessionRules) -> bool:
    """Whether the session still counts at `now_ms`."""
    return now_ms - session.seen_ms < rules.idle_ms and now_ms - session.created_ms < rules.whole_ms


def wants_touch(session: Session, now_ms: int, rules: SessionRules) -> bool:
    """Whether seen_ms should be written again; not at every request, which would cost a commit each."""
    return now_ms - session.seen_ms >= rules.touch_ms


def csrf_token(token: str) -> str:
    """A form token of the session (64 hexadecimal digits); derived, so nothing is stored, and another one each time,
    so that the compressed size of pages tells nothing about it (BREACH)."""
    return _salted(token, secrets.token_hex(_SALT_DIGITS // 2))


def csrf_fits(token: str, presented: str) -> bool:
    """Whether a form's token belongs to the session of `token`, in constant time."""
    given = presented.encode("utf-8", "surrogateescape")
    return hmac.compare_digest(_salted(token, presented[:_SALT_DIGITS]).encode("utf-8", "surrogateescape"), given)


def _salted(token: str, salt: str) -> str:
    text = b"csrf" + salt.encode("utf-8", "surrogateescape")
    return salt + hmac.new(token.encode("utf-8", "surrogateescape"), text, "sha256").hexdigest()[: 64 - _SALT_DIGITS]
