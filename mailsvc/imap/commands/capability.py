"""CAPABILITY (RFC 9051 §6.1.1)."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def capability(session: Session, cursor: Cursor) -> Done:
    cursor.end()
    session.write(b"* CAPABILITY %s\r\n" % session.capability().encode("ascii"))
    return DONE
