"""LOGIN and AUTHENTICATE (RFC 9051 §6.2.2 and §6.2.3, RFC 4959)."""

from __future__ import annotations

import base64
import binascii
import logging

from mailsvc.auth import sasl
from mailsvc.auth.authenticate import AuthFailed, Identity, TooManyAttempts
from mailsvc.imap import limits
from mailsvc.imap.errors import BadCommand, Refused, TooMuch
from mailsvc.imap.grammar.arguments import parse_authenticate, parse_login
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import Done
from mailsvc.imap.session import Session
from mailsvc.net.errors import LineTooLong

log = logging.getLogger("mailsvc.imap")
MECHANISMS = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN")


async def login(session: Session, cursor: Cursor) -> Done:
    arguments = parse_login(cursor)
    _expect_privacy(session)
    try:
        identity = await session.office.authenticator.password(
            arguments.user, arguments.password, session.connection.peer
        )
    except (AuthFailed, TooManyAttempts) as error:
        raise _refusal(session, error) from None
    return await _welcome(session, identity)


async def authenticate(session: Session, cursor: Cursor) -> Done:
    arguments = parse_authenticate(cursor)
    _expect_privacy(session)
    known = arguments.mechanism in MECHANISMS
    mechanism = sasl.machine(arguments.mechanism, binding=session.end_point) if known else None
    if mechanism is None:
        raise Refused(f"Chỉ có các cách đăng nhập {', '.join(MECHANISMS)}", "CANNOT")

    async def ask(challenge: bytes) -> bytes:
        session.write(b"+ %s\r\n" % base64.b64encode(challenge))
        try:
            return _decoded(await session.connection.read_line(limits.BEFORE_LOGIN))
        except LineTooLong:
            raise TooMuch("Câu trả lời quá dài") from None

    initial = arguments.initial
    if initial is not None:
        initial = b"" if initial == b"=" else _decoded(initial)  # RFC 4959 §3
    try:
        identity = await session.office.authenticator.sasl(mechanism, initial, ask, session.connection.peer)
    except (AuthFailed, TooManyAttempts) as error:
        raise _refusal(session, error) from None
    return await _welcome(session, identity)


def _expect_privacy(session: Session) -> None:
    if not session.may_login:
        raise Refused("Xin dùng STARTTLS hoặc cổng mã hóa trước khi đăng nhập", "PRIVACYREQUIRED")


def _decoded(text: bytes) -> bytes:
    """A response without its base64; BadCommand for `*`, which cancels, and for what is no base64."""
    if text == b"*":
        raise BadCommand("Đã hủy đăng nhập")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadCommand("Câu trả lời không phải base64") from None


def _refusal(session: Session, error: AuthFailed | TooManyAttempts) -> Refused:
    """The same words whatever was wrong (RFC 9051 §11.7); the log says more."""
    log.info("login of %r from %s refused: %s", error.username, session.connection.peer, error.reason)
    if isinstance(error, TooManyAttempts):
        return Refused(error.message, "UNAVAILABLE")
    other = error.reason == "authorization identity differs"  # RFC 9051 §7.1: AUTHORIZATIONFAILED
    return Refused(error.message, "AUTHORIZATIONFAILED" if other else "AUTHENTICATIONFAILED")


async def _welcome(session: Session, identity: Identity) -> Done:
    if not await session.keeper.admit(session, identity.account_id, identity.username):
        raise Refused("Tài khoản đang mở quá nhiều kết nối", "LIMIT")
    return Done("Đã đăng nhập", "CAPABILITY " + session.capability())
