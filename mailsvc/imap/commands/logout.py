"""LOGOUT (RFC 9051 §6.1.3)."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def logout(session: Session, cursor: Cursor) -> Done:
    cursor.end()
    await session.unselect()
    session.status(b"*", "BYE", "Tạm biệt")
    session.closing = True
    return DONE
