"""AUTH: the exchange of RFC 4954 around the shared SASL machines."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from mailsvc.auth import sasl
from mailsvc.auth.authenticate import AuthFailed, TooManyAttempts
from mailsvc.core.errors import Busy
from mailsvc.smtp import replies
from mailsvc.smtp.replies import Reply

if TYPE_CHECKING:
    from mailsvc.smtp.session import Session

log = logging.getLogger("mailsvc.smtp")

Ask = Callable[[Reply], Awaitable[bytes]]
"""Sends an intermediate reply (334) and returns the client's next line without its CRLF. Raises Ended, Interrupted."""


class Ended(Exception):
    """The exchange is over before the machine said so; `reply` is the answer to AUTH."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply


async def auth(session: Session, argument: str) -> Reply:
    """The AUTH command with its whole exchange. RFC 4954 §4"""
    refused = _refused(session)
    if refused is not None:
        return refused
    name, _, initial = argument.partition(" ")
    if not name or " " in initial:
        return replies.AUTH_USAGE
    mechanism = sasl.machine(name) if name.upper() in sasl.MECHANISMS else None
    if mechanism is None:
        return replies.AUTH_UNKNOWN

    async def ask(challenge: bytes) -> bytes:
        line = await session.ask(Reply(334, "", base64.b64encode(challenge).decode()))
        return _decoded(line)

    try:
        first = _initial(initial)
        identity = await session.house.authenticator.sasl(mechanism, first, ask, session.client.ip)
    except Ended as ended:
        return ended.reply
    except (AuthFailed, TooManyAttempts) as error:
        log.warning("login of %r from %s failed: %s", error.username, session.client.ip, error.reason)
        return replies.WRONG_PASSWORD if isinstance(error, AuthFailed) else replies.AUTH_BUSY
    except Busy:
        return replies.AUTH_BUSY
    session.account_id, session.username = identity.account_id, identity.username
    return replies.LOGGED_IN


def _refused(session: Session) -> Reply | None:
    if not session.profile.login:
        return replies.NO_AUTH
    if not session.greeted or not session.esmtp:
        return replies.SAY_HELLO
    if session.account_id is not None:
        return replies.HAVE_LOGIN
    if not session.in_tls:
        return replies.AUTH_NEEDS_TLS
    return replies.AUTH_IN_MAIL if session.transaction else None


def _initial(text: str) -> bytes | None:
    """None: no initial response; '=' is an empty one."""
    if not text:
        return None
    return b"" if text == "=" else _decoded(text.encode())


def _decoded(line: bytes) -> bytes:
    if line == b"*":
        raise Ended(replies.AUTH_CANCELLED)
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error as error:
        raise Ended(replies.AUTH_NOT_BASE64) from error
