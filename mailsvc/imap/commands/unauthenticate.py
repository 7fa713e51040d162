"""UNAUTHENTICATE (RFC 8437)."""

from __future__ import annotations

from mailsvc.imap import limits
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.session import Session


async def unauthenticate(session: Session, cursor: Cursor) -> None:
    """Forget whose the session was and all it had enabled; only TLS and what the client calls itself stay."""
    tag = cursor.data.split(b" ", 1)[0]
    cursor.end()
    await session.unselect()
    session.keeper.leave(session)
    compressed = session.compressed
    session.begin()
    session.connection.read_timeout = limits.LOGIN_SECONDS
    session.status(tag, "OK", "Đã rời tài khoản", "CAPABILITY " + session.capability())
    if compressed:  # RFC 8437 §4.1: the compression ends after the reply
        session.connection.pop_layer()
