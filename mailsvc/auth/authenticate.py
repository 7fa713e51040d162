"""The one way in: SMTP, IMAP, LMTP, DAV and web logins all pass through `Authenticator`.

AuthError
├── AuthFailed        wrong name or password, or a broken exchange; never says which
└── TooManyAttempts   not even tried; `retry_after_ms` says when it may be
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailsvc.auth.passwords import LONGEST, Credentials, PasswordHasher, VerifiedLogins
from mailsvc.auth.sasl import Challenge, Done, Failed, Mechanism, PasswordProof, Step, Wanted
from mailsvc.auth.saslprep import saslprep
from mailsvc.auth.scram import fake_keys
from mailsvc.auth.throttle import Throttle
from mailsvc.core.errors import Invalid, MailsvcError

Lookup = Callable[[str], Awaitable[Credentials | None]]
"""Reads the credentials of a login name (`user` or `user@domain`, prepared) from the store; None for nobody."""

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
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._lookup = lookup
        self._throttle = throttle
        self._hasher = hasher
        self._secret = secret
        self._verified = VerifiedLogins() if verified is None else verified
        self._pause = pause

    async def password(self, username: str, password: str, peer: str) -> Identity:
        """Logs in with a password from the address `peer` ('' for a Unix socket).

        Raises AuthFailed, TooManyAttempts, or core Busy when the hashing queue is full.
        """
        name, prepared = _prepared(username), _prepared(password)
        if not name or not prepared or len(prepared) > LONGEST:
            raise _failed("malformed name or password", name)
        await self._admit(peer, name)
        credentials = await self._lookup(name)
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
                case Done(authcid, _, _):
                    return self._proved(authcid, found, peer)
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
        usable = found if found and found.active and found.stored_key else None
        keys = usable.scram if usable else fake_keys(self._secret, username.lower())
        return usable, mechanism.supply(keys)

    def _proved(self, authcid: str, found: Credentials | None, peer: str) -> Identity:
        if found is None:
            raise _failed("no such account", authcid)
        self._throttle.succeeded(peer, authcid.lower())
        return Identity(found.account_id, found.username)


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
