"""NOOP (RFC 9051 §6.1.2) and CHECK (RFC 3501 §6.4.1): both ask for news."""

from __future__ import annotations

from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def noop(session: Session, cursor: Cursor) -> Done:
    cursor.end()
    await session.sync(expunge=True, always=True)
    return DONE


async def check(session: Session, cursor: Cursor) -> Done:
    """Everything is on disk before it is acknowledged, so there is nothing to check; the news is told as for NOOP."""
    return await noop(session, cursor)
