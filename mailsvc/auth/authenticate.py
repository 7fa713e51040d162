"""The one way in: SMTP, IMAP, LMTP, DAV and web logins all pass through `Authenticator`.

AuthError
├── AuthFailed        wrong name or password, or a broken exchange; never says which
└── TooManyAttempts   not even tried; `retry_after_ms` says when it may be
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from mailsvc.auth.app_passwords import app_digest
from mailsvc.auth.passwords import LONGEST, AppKey, Credentials, PasswordHasher, VerifiedLogins
from mailsvc.auth.sasl import Challenge, Done, Failed, Mechanism, PasswordProof, ScramProof, Step, Wanted
from mailsvc.auth.saslprep import saslprep
from mailsvc.auth.scram import ScramKeys, fake_keys
from mailsvc.auth.throttle import Outlook, Throttle
from mailsvc.core.errors import Invalid, MailsvcError

Lookup = Callable[[str], Awaitable[Credentials | None]]
"""Reads the credentials of a login name (`user` or `user@domain`, prepared) from the store; None for nobody."""

Used = Callable[[int, str], Awaitable[None]]
"""Told of the app password (its id) that opened a door, and from which address."""

Ask = Callable[[bytes], Awaitable[bytes]]
"""Sends a challenge and returns the client's response, both without base64. May raise to end the exchange."""

_ROUNDS = 8
"""More steps than any mechanism has."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is logged in; username is the account's own name, however it was spelt at login."""

    account_id: int
    username: str


class AuthError(MailsvcError):
    """A login that did not succeed; `reason` and `username` are for the log."""

    def __init__(self, message: str, *, reason: str = "", username: str = "", retry_after_ms: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.username = username
        self.retry_after_ms = retry_after_ms


class AuthFailed(AuthError):
    """Wrong name or password, or a broken exchange."""


class TooManyAttempts(AuthError):
    """Refused without a try, because of earlier failures."""


class Authenticator:
    """Checks logins against the credentials that `lookup` finds. One for the whole process.

    `secret` is the installation's own (any length, kept in the data folder); it makes the salts shown for unknown
    names stable. `pause` is asyncio.sleep, replaced in tests.
    """

    def __init__(
        self,
        lookup: Lookup,
        throttle: Throttle,
        hasher: PasswordHasher,
        secret: bytes,
        *,
        verified: VerifiedLogins | None = None,
        used: Used | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._lookup = lookup
        self._throttle = throttle
        self._hasher = hasher
        self._secret = secret
        self._verified = VerifiedLogins() if verified is None else verified
        self._used = used
        self._pause = pause

    @property
    def hasher(self) -> PasswordHasher:
        """What makes the keys of new passwords."""
        return self._hasher

    def outlook(self, username: str, peer: str) -> Outlook | None:
        """What more wrong passwords for that name from that address bring; None where nobody is ever refused."""
        return self._throttle.outlook(peer, _prepared(username).lower())

    def seal(self, text: str) -> str:
        """A mark (64 hexadecimal digits) that only this installation can make of the text."""
        return hmac.new(self._secret, b"seal\0" + text.encode("utf-8", "surrogateescape"), "sha256").hexdigest()

    async def password(self, username: str, password: str, peer: str, *, own: bool = False) -> Identity:
        """Logs in with a password from the address `peer` ('' for a Unix socket).

        `own`: only the person's own password counts (web, command line); otherwise those of mail programs do, and his
        own as long as his account lets it. Raises AuthFailed, TooManyAttempts, or core Busy when the queue is full.
        """
        name, prepared = _prepared(username), _prepared(password)
        if not name or not prepared or len(prepared) > LONGEST:
            raise _failed("malformed name or password", name)
        await self._admit(peer, name)
        credentials = await self._lookup(name)
        app = None if own or credentials is None else _app_of(credentials, prepared)
        if app is not None and credentials is not None and credentials.active:
            return await self._opened(credentials, app, peer, name)
        if credentials is not None and not own and not credentials.own_everywhere:
            credentials = replace(credentials, argon2="")  # costs the same as a wrong password, and is one
        right = await self._verify(name, prepared, credentials, peer)
        if credentials is None or not credentials.active or not right:
            raise _failed(_reason(credentials, right), name)
        self._throttle.succeeded(peer, name.lower())
        return Identity(credentials.account_id, credentials.username)

    async def sasl(self, mechanism: Mechanism, initial: bytes | None, ask: Ask, peer: str) -> Identity:
        """Runs a whole SASL exchange; `initial` is the initial response, None when the client sent none.

        Raises what `password` does, and lets through whatever `ask` raises.
        """
        step = mechanism.step(initial)
        found: Credentials | None = None
        for _ in range(_ROUNDS):
            match step:
                case Challenge(data):
                    step = mechanism.step(await ask(data))
                case Wanted(username):
                    found, step = await self._supply(mechanism, username, peer)
                case Done(authcid, _, PasswordProof(password)):
                    return await self.password(authcid, password, peer)
                case Done(authcid, _, ScramProof(stored_key)):
                    return await self._proved(authcid, found, stored_key, peer)
                case Failed(reason, guessed, username):
                    if guessed:
                        self._throttle.failed(peer, username.lower())
                    raise _failed(reason, username)
        raise _failed("too many steps", "")

    def forget(self) -> None:
        """Drops the memory of verified logins."""
        self._verified.clear()

    async def _admit(self, peer: str, name: str) -> None:
        verdict = self._throttle.check(peer, name.lower())
        if verdict.refuse_ms:
            raise _too_many(verdict.refuse_ms, name)
        if verdict.pause_ms:
            await self._pause(verdict.pause_ms / 1000)

    async def _verify(self, name: str, prepared: str, credentials: Credentials | None, peer: str) -> bool:
        """Whether the password is right; a failure is counted. Unknown names go the same way and cost the same."""
        stored = credentials.argon2 if credentials else ""
        key = self._verified.key(name, stored, prepared)
        right = self._verified.get(key)
        if right is None:
            right = await self._hash(stored, prepared, peer, name)
            self._verified.put(key, right)
            if not right:
                self._throttle.failed(peer, name.lower())
        return right

    async def _hash(self, stored: str, prepared: str, peer: str, name: str) -> bool:
        wait_ms = self._throttle.take_hash(peer)
        if wait_ms:
            raise _too_many(wait_ms, name)
        right = await self._hasher.verify(stored, prepared)
        if right:
            self._throttle.give_hash_back(peer)
        return right

    async def _supply(self, mechanism: Mechanism, username: str, peer: str) -> tuple[Credentials | None, Step]:
        await self._admit(peer, username)
        found = await self._lookup(username)
        known = _keys_of(found) if found and found.active else []
        keys = known[0] if known else fake_keys(self._secret, username.lower())
        return found if known else None, mechanism.supply(keys, *known[1:])

    async def _opened(self, found: Credentials, app: AppKey, peer: str, name: str) -> Identity:
        """A mail program has shown its own password."""
        self._throttle.succeeded(peer, name.lower())
        if self._used is not None:
            await self._used(app.id, peer)
        return Identity(found.account_id, found.username)

    async def _proved(self, authcid: str, found: Credentials | None, stored_key: bytes, peer: str) -> Identity:
        if found is None:
            raise _failed("no such account", authcid)
        app = next((one for one in found.apps if hmac.compare_digest(one.stored_key, stored_key)), None)
        if app is not None:
            return await self._opened(found, app, peer, authcid)
        self._throttle.succeeded(peer, authcid.lower())
        return Identity(found.account_id, found.username)


def _app_of(credentials: Credentials, prepared: str) -> AppKey | None:
    """The program's password that this is. They are random: a plain digest says nothing to who steals it."""
    if not credentials.apps:
        return None
    digest = app_digest(prepared)
    return next((one for one in credentials.apps if hmac.compare_digest(one.digest, digest)), None)


def _keys_of(found: Credentials) -> list[ScramKeys]:
    """All keys that a SCRAM exchange may prove, the person's own first where it counts."""
    own = [found.scram] if found.stored_key and found.own_everywhere else []
    return own + [one.scram for one in found.apps]


def _prepared(text: str) -> str:
    """After SASLprep, or '' when it cannot be."""
    try:
        return saslprep(text)
    except Invalid:
        return ""


def _reason(credentials: Credentials | None, right: bool) -> str:
    if credentials is None:
        return "no such account"
    return "wrong password" if not right else "account disabled"


def _failed(reason: str, username: str) -> AuthFailed:
    return AuthFailed("Sai tên đăng nhập hoặc mật khẩu.", reason=reason, username=username)


def _too_many(wait_ms: int, username: str) -> TooManyAttempts:
    seconds = -(-wait_ms // 1000)
    return TooManyAttempts(
        f"Đăng nhập sai quá nhiều lần; xin thử lại sau {seconds} giây.",
        reason="throttled", username=username, retry_after_ms=wait_ms,
    )  # fmt: skip
