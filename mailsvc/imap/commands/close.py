"""CLOSE (RFC 9051 §6.4.1) and UNSELECT (RFC 9051 §6.4.2, RFC 3691)."""

from __future__ import annotations

from mailsvc.imap.commands.expunge import remove_deleted
from mailsvc.imap.grammar.cursor import Cursor
from mailsvc.imap.reply import DONE, Done
from mailsvc.imap.session import Session


async def close(session: Session, cursor: Cursor) -> Done:
    """Take the deleted messages away, saying nothing of it, and leave."""
    cursor.end()
    view = session.selected
    if not view.readonly:
        await session.office.db.write(remove_deleted, view.mailbox_id, None)
    await session.unselect()
    return DONE


async def unselect(session: Session, cursor: Cursor) -> Done:
    cursor.end()
    await session.unselect()
    return DONE
